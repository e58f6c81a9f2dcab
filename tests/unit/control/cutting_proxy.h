// A TCP proxy on the test's own io_context, whose connections can be cut like a bad network's.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace baton::control {

class CuttingProxy {
  using tcp = boost::asio::ip::tcp;

 public:
  CuttingProxy(boost::asio::io_context& io, uint16_t server_port)
      : server_(boost::asio::ip::address_v4::loopback(), server_port),
        acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    Accept();
  }

  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  void Cut() {
    for (const auto& pipe : pipes_) {
      pipe->client.close();
      pipe->server.close();
    }
    pipes_.clear();
  }

 private:
  struct Pipe {
    explicit Pipe(tcp::socket accepted)
        : client(std::move(accepted)), server(client.get_executor()) {}
    tcp::socket client;
    tcp::socket server;
    std::array<char, 4096> up;
    std::array<char, 4096> down;
  };

  void Accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      const auto pipe = std::make_shared<Pipe>(std::move(socket));
      pipe->server.connect(server_);
      pipes_.push_back(pipe);
      Copy(pipe, pipe->client, pipe->server, pipe->up);
      Copy(pipe, pipe->server, pipe->client, pipe->down);
      Accept();
    });
  }
  static void Copy(const std::shared_ptr<Pipe>& pipe, tcp::socket& from, tcp::socket& to,
                   std::array<char, 4096>& buffer) {
    from.async_read_some(
        boost::asio::buffer(buffer),
        [pipe, &from, &to, &buffer](const boost::system::error_code& error, size_t size) {
          if (error) return;
          boost::asio::async_write(
              to, boost::asio::buffer(buffer.data(), size),
              [pipe, &from, &to, &buffer](const boost::system::error_code& e, size_t) {
                if (!e) Copy(pipe, from, to, buffer);
              });
        });
  }

  tcp::endpoint server_;
  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Pipe>> pipes_;
};

}  // namespace baton::control
