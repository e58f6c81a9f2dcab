// The test vectors of RFC 5769, and that of RFC 8489 appendix B.1 as its erratum 6268 corrects it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace baton::stun {

inline std::vector<uint8_t> FromHex(std::string_view hex) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Of sections 2.1 to 2.3.
inline constexpr std::string_view kVectorPassword = "VOkJxbRl1RmTxUk/WvJxBt";

// Section 2.1: a connectivity check; its padding is spaces.
inline std::vector<uint8_t> SampleRequest() {
  return FromHex(
      "000100582112a442b7e7a701bc34d686fa87dfae"
      "802200105354554e207465737420636c69656e74"
      "002400046e0001ff"
      "80290008932ff9b151263b36"
      "000600096576746a3a68367659202020"
      "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
      "80280004e57a3bcf");
}

// Section 2.2: success, 192.0.2.1:32853.
inline std::vector<uint8_t> SampleIpv4Response() {
  return FromHex(
      "0101003c2112a442b7e7a701bc34d686fa87dfae"
      "8022000b7465737420766563746f7220"
      "002000080001a147e112a643"
      "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
      "80280004c07d4c96");
}

// Section 2.3: success, [2001:db8:1234:5678:11:2233:4455:6677]:32853.
inline std::vector<uint8_t> SampleIpv6Response() {
  return FromHex(
      "010100482112a442b7e7a701bc34d686fa87dfae"
      "8022000b7465737420766563746f7220"
      "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
      "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
      "80280004c8fb0b4c");
}

// Section 2.4: a request with long-term authentication.
inline constexpr std::string_view kVectorUser = "\u30de\u30c8\u30ea\u30c3\u30af\u30b9";
inline constexpr std::string_view kVectorRealm = "example.org";
inline constexpr std::string_view kVectorNonce = "f//499k954d6OL34oL9FSTvy64sA";
inline std::vector<uint8_t> SampleLongTermRequest() {
  return FromHex(
      "000100602112a44278ad3433c6ad72c029da412e"
      "00060012e3839ee38388e383aae38383e382afe382b90000"
      "0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b"
      "6578616d706c652e6f726700"
      "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666");
}

// RFC 8489 appendix B.1: USERHASH and MESSAGE-INTEGRITY-SHA256.
inline std::vector<uint8_t> SampleSha256Request() {
  return FromHex(
      "000100902112a44278ad3433c6ad72c029da412e"
      "001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704"
      "001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341"
      "000000"
      "0014000b6578616d706c652e6f726700"
      "001d000400020000"
      "001c0020b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65");
}

}  // namespace baton::stun
