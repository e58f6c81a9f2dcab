#include "bench/load/html.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace baton::bench {

std::string HtmlEscaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
          html += "\xef\xbf\xbd";
        } else {
          html += c;
        }
    }
  }
  return html;
}

HtmlTable::HtmlTable(std::string_view title)
    : html_(absl::StrCat("<div class=\"card\"><h2>", HtmlEscaped(title), "</h2><table>\n")) {}

void HtmlTable::Head(const std::vector<std::string>& names) {
  html_ += "<tr>";
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&html_, i == 0 ? "<th>" : "<th class=\"n\">", HtmlEscaped(names[i]), "</th>");
  }
  html_ += "</tr>\n";
}

void HtmlTable::Row(std::string_view name, std::string_view value) {
  absl::StrAppend(&html_, "<tr><th scope=\"row\">", HtmlEscaped(name), "</th><td>",
                  HtmlEscaped(value), "</td></tr>\n");
}

void HtmlTable::Numbers(std::string_view name, const std::vector<std::string>& values) {
  absl::StrAppend(&html_, "<tr><th scope=\"row\">", HtmlEscaped(name), "</th>");
  for (const std::string& value : values) {
    absl::StrAppend(&html_, "<td class=\"n\">", HtmlEscaped(value), "</td>");
  }
  html_ += "</tr>\n";
}

std::string HtmlTable::Take() && {
  html_ += "</table></div>\n";
  return std::move(html_);
}

}  // namespace baton::bench
