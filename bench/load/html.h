// The HTML that report.h's pages are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baton::bench {

// As text and as an attribute's value; control characters but for line ends become U+FFFD.
std::string HtmlEscaped(std::string_view text);

// A table with a title. Every text is escaped here.
class HtmlTable {
 public:
  explicit HtmlTable(std::string_view title);

  // Names of columns, the first left, the others right.
  void Head(const std::vector<std::string>& names);
  // A name, and a value as text.
  void Row(std::string_view name, std::string_view value);
  // A name, and numbers to the right.
  void Numbers(std::string_view name, const std::vector<std::string>& values);

  std::string Take() &&;

 private:
  std::string html_;
};

}  // namespace baton::bench
