#include "cmd/batond/ready_line.h"

#include "cmd/batond/json.h"

namespace baton {
namespace {

std::string JsonList(const std::vector<TransportAddress>& addresses) {
  std::string list = "[";
  for (const TransportAddress& address : addresses) {
    if (list.size() > 1) list += ',';
    list += JsonString(address.ToString());
  }
  return list += ']';
}

}  // namespace

std::string ReadyLine(std::string_view io, const BoundAddresses& addresses) {
  std::string line = "{\"event\":\"ready\",\"io\":";
  line.append(JsonString(io));
  line.append(",\"stun\":").append(JsonList(addresses.stun));
  line.append(",\"media\":").append(JsonList(addresses.media));
  line.append(",\"control\":").append(JsonString(addresses.control.ToString()));
  line.append(",\"admin\":").append(JsonString(addresses.admin.ToString()));
  return line.append("}\n");
}

}  // namespace baton
