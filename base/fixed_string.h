// A string of at most N bytes, held in place: plain data for pools, commands and events.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace baton {

template <size_t N>
class FixedString {
  static_assert(N > 0 && N <= 65535);

 public:
  static constexpr size_t kCapacity = N;

  constexpr FixedString() = default;
  // Keeps the first N bytes. Callers that must not lose any check Fits() first.
  explicit constexpr FixedString(std::string_view text)
      : size_(static_cast<uint16_t>(text.size() < N ? text.size() : N)) {
    for (size_t i = 0; i < size_; ++i) bytes_[i] = text[i];
  }
  static constexpr bool Fits(std::string_view text) { return text.size() <= N; }

  constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  constexpr operator std::string_view() const { return view(); }  // NOLINT: a string, held in place
  constexpr bool empty() const { return size_ == 0; }
  constexpr size_t size() const { return size_; }

  friend constexpr bool operator==(const FixedString& a, const FixedString& b) {
    return a.view() == b.view();
  }
  friend constexpr bool operator==(const FixedString& a, std::string_view b) {
    return a.view() == b;
  }

 private:
  std::array<char, N> bytes_{};
  uint16_t size_ = 0;
};

}  // namespace baton
