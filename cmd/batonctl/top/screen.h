// Rows as text: a table of all of them, a screen of those that fit, or JSON. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cmd/batonctl/console.h"
#include "cmd/batonctl/top/rows.h"
#include "cmd/batonctl/top/view.h"

namespace baton::cli::top {

// Titles and a line for each row. Names longer than `max_name` are cut.
std::string RowTable(const std::vector<Row>& rows, size_t max_name);

// What there is, in one line: "3 rooms  12 tracks  40 legs  in 12.3 Mbit/s  out 45.6 Mbit/s".
// `rows` are all of them.
std::string SummaryLine(const std::vector<Row>& rows);

// At most as many lines as the console has, none wider than it: a summary of all rows, what the
// view shows, the table of the rows that it shows, and at the bottom the number of those that do
// not fit and the keys.
std::vector<std::string> ScreenLines(const std::vector<Row>& rows, const View& view,
                                     const ConsoleSize& size);

// {"rows":[{"kind":"leg","room":"demo",...}]}, on one line. What is not known is null.
std::string RowsToJson(const std::vector<Row>& rows);

}  // namespace baton::cli::top
