// Which rows are shown and in which order, and how keys change that. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/batonctl/top/rows.h"

namespace baton::cli::top {

// By the name, or by the greatest value first: of both directions together where there are two
// rates, and of the worse one for loss.
enum class Order { kRate, kPackets, kLoss, kJitter, kRoundTrip, kNack, kPli, kRtx, kName };

// "rate", "rtt", ...: for --sort, by Order.
const std::vector<std::string>& OrderNames();
// "all", "room", "track", "leg": for --kind.
const std::vector<std::string>& KindNames();

struct View {
  Order order = Order::kRate;
  std::optional<Kind> kind;  // absent: all
  std::string filter;        // in names, whatever the case; empty: all
  bool typing_filter = false;
};

// `name` is one of OrderNames(), of KindNames().
Order OrderOf(std::string_view name);
std::optional<Kind> KindOf(std::string_view name);
std::string_view NameOf(Order order);
std::string_view NameOf(std::optional<Kind> kind);

// False: end. s and S go through the orders, k through the kinds, / begins a filter, which Enter
// ends and Escape takes away; q ends.
bool HandleKey(char key, View& view);

// Rows with nothing to sort by come last; equals keep the order that they come in.
std::vector<Row> Arrange(std::vector<Row> rows, const View& view);

}  // namespace baton::cli::top
