// Aligned text for people. All cells go through SafeText().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baton::cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // As many cells as there are columns.
  void Add(std::vector<std::string> cells);

  // The titles and one line for each row, columns two blanks apart, no blanks at the ends of lines.
  // An empty cell shows as "-", so that columns can be counted.
  std::string Render() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// "name: value" lines with the values below each other.
class FieldList {
 public:
  void Add(std::string_view name, std::string_view value);

  std::string Render() const;

 private:
  struct Field {
    std::string name;
    std::string value;
  };
  std::vector<Field> fields_;
};

}  // namespace baton::cli
