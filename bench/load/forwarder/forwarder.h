// Hands datagrams on between clients and a server, through a bad network of each client's own.
//
// It behaves like a NAT (RFC 4787): whoever sends to its address is a client and gets a socket of
// its own towards the server. What comes there goes back to the client, if it is from the server's
// host: any port of it, because many programs send RTCP from another one than RTP. A client that is
// silent for long is forgotten.
//
// What befalls a datagram follows from the seed, which client it is of (the first, the second,
// ...), its direction, and how many of these came before it.
//
// One thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/address.h"
#include "base/time_point.h"
#include "bench/impair/profile.h"
#include "bench/load/forwarder/client_table.h"
#include "bench/load/forwarder/direction.h"
#include "bench/load/forwarder/forward_counts.h"
#include "bench/load/forwarder/in_flight.h"
#include "bench/load/progress.h"
#include "bench/load/receive_batch.h"
#include "net/kernel_calls.h"
#include "net/socket.h"
#include "net/unique_fd.h"

namespace baton::bench {

struct ForwarderOptions {
  TransportAddress listen;  // port 0: any
  TransportAddress server;
  // What clients are seen as by the server: without a family, any port of this host. With a port
  // there can be one client, and no rebinding.
  TransportAddress from;
  PerDirection<impair::Profile> profiles;  // possible ones
  uint64_t seed = 1;
  // Only RTP is lost, duplicated, held back or corrupted (RFC 7983, RFC 5761).
  bool media_only = false;
  // The network is bad from then on, for so long; before and after that it hands on at once. From
  // the begin of Run().
  Duration bad_after{};
  Duration bad_for = Duration::max();
  // Each client's socket towards the server is replaced so often; 0: never.
  Duration rebind_every{};
  size_t max_clients = 64;
  Duration client_expiry = std::chrono::minutes(2);
  size_t max_in_flight = 10'000;
};

class Forwarder {
 public:
  // Errors name the address, and say what to do.
  static absl::StatusOr<std::unique_ptr<Forwarder>> Create(const ForwarderOptions& options);

  // With the real port.
  const TransportAddress& listen() const { return listener_.bound.local; }

  // Forwards until `length` is over or `stop` is set, with a line of `progress` each second. An
  // error if no socket can be had for a client.
  absl::Status Run(Duration length, const std::atomic<bool>& stop, Progress& progress);

  // After Run().
  const ForwardCounts& counts() const { return counts_; }
  Duration ran_for() const { return ended_ - began_; }

 private:
  // When what happens now and then happens next; kNever if it does not.
  struct Next {
    TimePoint end;
    TimePoint turn;  // of the network, to bad or to good
    TimePoint rebind;
    TimePoint expiry;
    TimePoint progress;
  };

  Forwarder(const ForwarderOptions& options, net::UdpSocket listener, TransportAddress from);

  // Waits for what `fd` receives too; `source` says whose that is.
  absl::Status Watch(int fd, uint64_t source);
  void Begin(Duration length);
  // Waits until something arrives or is due, and takes in what has arrived.
  absl::Status Receive();
  absl::Status ReceiveFromClients();
  void ReceiveFromServer(uint32_t place);
  // Of the client with this address, who may be new. Nothing if there is no room for a new one.
  absl::StatusOr<std::optional<uint32_t>> PlaceOf(const TransportAddress& address);
  absl::StatusOr<net::UdpSocket> OpenTowardsServer() const;
  // No place: nobody's.
  void Take(std::optional<uint32_t> place, Direction direction, Bytes datagram, TimePoint arrival);
  void Deliver(const Parcel& parcel, Bytes datagram);
  absl::Status DoWhatIsDue(Progress& progress);
  // To the profiles of now.
  void Turn();
  void ForgetTheSilent();
  absl::Status Rebind();
  // Of a socket that is not read any more.
  void CountKernelDrops(Direction direction, const net::UdpSocket& socket);
  void End();

  const ForwarderOptions options_;
  const net::UdpSocket listener_;
  const TransportAddress from_;  // towards the server; port 0: any
  net::UniqueFd epoll_;
  net::KernelCalls kernel_;
  ReceiveBatch batch_;
  ClientTable clients_;
  InFlight in_flight_;
  ForwardCounts counts_;
  PerDirection<impair::Profile> profiles_;  // as they are now
  TimePoint now_;
  TimePoint began_;
  TimePoint ended_;
  TimePoint turns_bad_;
  TimePoint turns_good_;
  Next next_;
};

}  // namespace baton::bench
