// The admin HTTP server: metrics, health and the configuration, for machines and people who look
// after a node. It only ever answers GET and HEAD, and tells nothing that is secret; but it asks
// nobody who they are, so it belongs on loopback or behind something that does.
//
//   /metrics  Prometheus text format 0.0.4
//   /livez    200 while the process makes progress, 503 otherwise
//   /readyz   200 when the node takes work, 503 with the reason while it starts or stops
//   /config   the effective configuration, YAML
//   /         what there is
//
// Everything is bounded: connections, the size of a request's head, the time for a request, for a
// response and between requests. Requests with a body are refused.
//
// Thread: all of it on the io_context's, which has one.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/address.h"
#include "base/time_point.h"

namespace baton::control {

struct Health {
  bool ok = false;
  std::string reason;  // why not; said to whoever asks
};

// What the server shows. Called for each request.
class AdminPages {
 public:
  virtual ~AdminPages() = default;
  virtual std::string Metrics() = 0;
  virtual Health Live() = 0;
  virtual Health Ready() = 0;
  virtual std::string ConfigYaml() = 0;
};

struct AdminOptions {
  TransportAddress listen;
  size_t max_connections = 32;  // one more is closed at once
  Duration request_timeout = std::chrono::seconds(5);
  Duration response_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);
};

// Of a request's first line and header fields; a longer one is answered with 431.
inline constexpr uint32_t kMaxAdminHeaderBytes = 8192;

class AdminServer {
 public:
  // Binds and listens. An error names the address and says what to do. `pages` outlives the server.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Listen(boost::asio::io_context& io,
                                                             const AdminOptions& options,
                                                             AdminPages& pages);
  // Closes everything; what was under way is dropped. Handlers that are still queued in the
  // io_context do nothing.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // With the real port.
  TransportAddress address() const;
  size_t connections() const;
  uint64_t connections_refused() const;

 private:
  class Acceptor;
  explicit AdminServer(std::shared_ptr<Acceptor> acceptor);

  std::shared_ptr<Acceptor> acceptor_;
};

}  // namespace baton::control
