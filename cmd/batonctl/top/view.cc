#include "cmd/batonctl/top/view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/check.h"

namespace baton::cli::top {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBackspace = '\b';
constexpr char kDelete = '\x7f';

size_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  BATON_CHECK(found != names.end());
  return static_cast<size_t>(found - names.begin());
}

std::optional<double> Sum(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

// What the row is sorted by; nothing is less than any value.
std::optional<double> ValueOf(const Row& row, Order order) {
  switch (order) {
    case Order::kRate:
      return Sum(row.in_bits, row.out_bits);
    case Order::kPackets:
      return Sum(row.in_packets, row.out_packets);
    case Order::kLoss:
      return std::max(row.loss_in, row.loss_out);
    case Order::kJitter:
      return row.jitter_ms;
    case Order::kRoundTrip:
      return row.round_trip_ms;
    case Order::kNack:
      return row.nacks;
    case Order::kPli:
      return row.key_frame_requests;
    case Order::kRtx:
      return row.retransmissions;
    case Order::kName:
      break;
  }
  return std::nullopt;
}

std::string Lower(std::string text) {
  absl::AsciiStrToLower(&text);
  return text;
}

void HandleFilterKey(char key, View& view) {
  if (key == '\r' || key == '\n') {
    view.typing_filter = false;
  } else if (key == kEscape) {
    view.typing_filter = false;
    view.filter.clear();
  } else if (key == kBackspace || key == kDelete) {
    if (!view.filter.empty()) view.filter.pop_back();
  } else if (absl::ascii_isprint(static_cast<unsigned char>(key))) {
    view.filter += key;
  }
}

Order NextOrder(Order order, size_t step) {
  return static_cast<Order>((static_cast<size_t>(order) + step) % OrderNames().size());
}

std::optional<Kind> NextKind(std::optional<Kind> kind) {
  if (!kind) return Kind::kRoom;
  if (*kind == Kind::kLeg) return std::nullopt;
  return *kind == Kind::kRoom ? Kind::kTrack : Kind::kLeg;
}

}  // namespace

const std::vector<std::string>& OrderNames() {
  static const std::vector<std::string> kNames = {"rate", "packets", "loss", "jitter", "rtt",
                                                  "nack", "pli",     "rtx",  "name"};
  return kNames;
}

const std::vector<std::string>& KindNames() {
  static const std::vector<std::string> kNames = {"all", "room", "track", "leg"};
  return kNames;
}

Order OrderOf(std::string_view name) { return static_cast<Order>(IndexOf(OrderNames(), name)); }

std::optional<Kind> KindOf(std::string_view name) {
  const size_t index = IndexOf(KindNames(), name);
  if (index == 0) return std::nullopt;
  return static_cast<Kind>(index - 1);
}

std::string_view NameOf(Order order) { return OrderNames()[static_cast<size_t>(order)]; }

std::string_view NameOf(std::optional<Kind> kind) {
  return KindNames()[kind ? static_cast<size_t>(*kind) + 1 : 0];
}

bool HandleKey(char key, View& view) {
  if (view.typing_filter) {
    HandleFilterKey(key, view);
    return true;
  }
  switch (key) {
    case 'q':
      return false;
    case 's':
      view.order = NextOrder(view.order, 1);
      return true;
    case 'S':
      view.order = NextOrder(view.order, OrderNames().size() - 1);
      return true;
    case 'k':
      view.kind = NextKind(view.kind);
      return true;
    case '/':
      view.typing_filter = true;
      return true;
    default:
      return true;
  }
}

std::vector<Row> Arrange(std::vector<Row> rows, const View& view) {
  const std::string filter = Lower(view.filter);
  std::erase_if(rows, [&](const Row& row) {
    const bool kind = !view.kind || row.kind == *view.kind;
    return !kind || Lower(NameOf(row)).find(filter) == std::string::npos;
  });
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return ValueOf(a, view.order) > ValueOf(b, view.order);
  });
  return rows;
}

}  // namespace baton::cli::top
