#include "cmd/batonctl/output/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {
namespace {

constexpr size_t kGap = 2;

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::Add(std::vector<std::string> cells) {
  BATON_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : SafeText(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Render() const {
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);

  std::vector<size_t> widths(columns_.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  };
  widen(titles);
  for (const auto& row : rows_) widen(row);

  std::string text;
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - cells[i].size(), ' ');
      if (i > 0) line.append(kGap, ' ');
      line += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  write(titles);
  for (const auto& row : rows_) write(row);
  return text;
}

void FieldList::Add(std::string_view name, std::string_view value) {
  fields_.push_back({.name = std::string(name), .value = value.empty() ? "-" : SafeText(value)});
}

std::string FieldList::Render() const {
  size_t width = 0;
  for (const Field& field : fields_) width = std::max(width, field.name.size());
  std::string text;
  for (const Field& field : fields_) {
    text += field.name + ':' + std::string(width - field.name.size() + 1, ' ') + field.value + '\n';
  }
  return text;
}

}  // namespace baton::cli
