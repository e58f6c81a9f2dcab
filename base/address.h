// IP and transport addresses as plain, comparable, hashable data; text forms after RFC 5952.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton {

enum class AddressFamily : uint8_t { kNone = 0, kV4 = 4, kV6 = 6 };

class IpAddress {
 public:
  constexpr IpAddress() = default;

  // Network byte order.
  static constexpr IpAddress V4(std::array<uint8_t, 4> bytes) {
    IpAddress ip;
    ip.family_ = AddressFamily::kV4;
    for (size_t i = 0; i < 4; ++i) ip.bytes_[i] = bytes[i];
    return ip;
  }
  static constexpr IpAddress V6(std::array<uint8_t, 16> bytes) {
    IpAddress ip;
    ip.family_ = AddressFamily::kV6;
    ip.bytes_ = bytes;
    return ip;
  }
  // "192.0.2.1", "2001:db8::1". No names, no zones, no brackets.
  static std::optional<IpAddress> Parse(std::string_view text);
  std::string ToString() const;

  constexpr AddressFamily family() const { return family_; }
  constexpr bool is_v4() const { return family_ == AddressFamily::kV4; }
  constexpr bool is_v6() const { return family_ == AddressFamily::kV6; }
  // 16 bytes; an IPv4 address is in the first four, the others are zero.
  constexpr const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  constexpr size_t size() const { return is_v4() ? 4 : is_v6() ? 16 : 0; }

  bool IsUnspecified() const;
  bool IsLoopback() const;
  bool IsLinkLocal() const;
  bool IsMulticast() const;
  // 255.255.255.255.
  bool IsBroadcast() const;
  // ::ffff:a.b.c.d, and the deprecated ::a.b.c.d.
  bool IsV4InV6() const;

  friend constexpr bool operator==(const IpAddress&, const IpAddress&) = default;
  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
  AddressFamily family_ = AddressFamily::kNone;
};

struct TransportAddress {
  IpAddress ip;
  uint16_t port = 0;

  // "192.0.2.1:5004", "[2001:db8::1]:5004".
  static std::optional<TransportAddress> Parse(std::string_view text);
  std::string ToString() const;

  friend constexpr bool operator==(const TransportAddress&, const TransportAddress&) = default;
  friend constexpr auto operator<=>(const TransportAddress&, const TransportAddress&) = default;
};

// A 64-bit hash that nobody can aim collisions at without knowing `seed`.
uint64_t Hash(const TransportAddress& address, uint64_t seed);

}  // namespace baton
