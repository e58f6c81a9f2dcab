#include "bench/yardsticks/yardstick_io.h"

#include <arpa/inet.h>

#include <iostream>
#include <sstream>
#include <string>

#include "bench/yardsticks/die.h"

namespace baton::bench {
namespace {

TransportAddress Parsed(const std::string& text) {
  const auto address = TransportAddress::Parse(text);
  if (!address) Die("standard input has '" + text + "' where an address:port belongs");
  return *address;
}

}  // namespace

std::vector<Route> ReadRoutes() {
  std::vector<Route> routes;
  std::string line;
  while (std::getline(std::cin, line) && !line.empty()) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    Route route{Parsed(word), {}};
    while (words >> word) route.receivers.emplace_back(Parsed(word));
    routes.push_back(std::move(route));
  }
  if (routes.empty()) Die("standard input has no line 'PUBLISHER RECEIVER...'");
  return routes;
}

RouteTable::RouteTable(const std::vector<Route>& routes) : by_port_(65536, kNone) {
  for (size_t i = 0; i < routes.size(); ++i) by_port_[htons(routes[i].publisher.port)] = i;
}

void SayReady(int socket) { std::cout << LocalAddressOf(socket).ToString() << std::endl; }

}  // namespace baton::bench
