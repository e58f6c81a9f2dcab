#include "base/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "base/hash.h"

namespace baton {
namespace {

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() > INET6_ADDRSTRLEN || text.find('\0') != text.npos) {
    return std::nullopt;
  }
  std::memcpy(buffer, text.data(), text.size());
  std::array<uint8_t, 4> v4{};
  if (inet_pton(AF_INET, buffer, v4.data()) == 1) return V4(v4);
  std::array<uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, buffer, v6.data()) == 1) return V6(v6);
  return std::nullopt;
}

std::string IpAddress::ToString() const {
  if (family_ == AddressFamily::kNone) return "none";
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

bool IpAddress::IsUnspecified() const { return bytes_ == std::array<uint8_t, 16>{}; }

bool IpAddress::IsLoopback() const {
  if (is_v4()) return bytes_[0] == 127;
  std::array<uint8_t, 16> loopback{};
  loopback[15] = 1;
  return is_v6() && bytes_ == loopback;
}

bool IpAddress::IsLinkLocal() const {
  if (is_v4()) return bytes_[0] == 169 && bytes_[1] == 254;
  return is_v6() && bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool IpAddress::IsMulticast() const {
  if (is_v4()) return (bytes_[0] & 0xf0) == 0xe0;
  return is_v6() && bytes_[0] == 0xff;
}

bool IpAddress::IsBroadcast() const {
  return is_v4() && (bytes_[0] & bytes_[1] & bytes_[2] & bytes_[3]) == 0xff;
}

bool IpAddress::IsV4InV6() const {
  if (!is_v6()) return false;
  for (size_t i = 0; i < 10; ++i) {
    if (bytes_[i] != 0) return false;
  }
  if (bytes_[10] == 0xff && bytes_[11] == 0xff) return true;
  return bytes_[10] == 0 && bytes_[11] == 0 && !IsUnspecified() && !IsLoopback();
}

std::optional<TransportAddress> TransportAddress::Parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<IpAddress> ip = IpAddress::Parse(host);
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!ip || !port || ip->is_v6() != bracketed) return std::nullopt;
  return TransportAddress{*ip, *port};
}

std::string TransportAddress::ToString() const {
  const std::string host = ip.is_v6() ? "[" + ip.ToString() + "]" : ip.ToString();
  return host + ":" + std::to_string(port);
}

uint64_t Hash(const TransportAddress& address, uint64_t seed) {
  uint64_t words[2];
  std::memcpy(words, address.ip.bytes().data(), sizeof words);
  const uint64_t tail = uint64_t{address.port} << 8 | static_cast<uint8_t>(address.ip.family());
  return MixHash(MixHash(words[0], words[1] ^ seed), tail ^ seed);
}

}  // namespace baton
