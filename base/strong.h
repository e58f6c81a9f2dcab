// A value with a kind: two Strong types with different tags do not mix, and neither mixes with
// its bare representation. Costs nothing at run time.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace baton {

template <class Tag, class Rep>
class Strong {
  static_assert(std::is_trivially_copyable_v<Rep>);

 public:
  using rep = Rep;

  constexpr Strong() = default;
  explicit constexpr Strong(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  friend constexpr bool operator==(Strong, Strong) = default;
  friend constexpr auto operator<=>(Strong, Strong) = default;

 private:
  Rep value_{};
};

}  // namespace baton

template <class Tag, class Rep>
struct std::hash<baton::Strong<Tag, Rep>> {
  size_t operator()(baton::Strong<Tag, Rep> s) const noexcept {
    return std::hash<Rep>{}(s.value());
  }
};
