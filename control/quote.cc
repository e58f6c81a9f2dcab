#include "control/quote.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace baton::control {

std::string Quoted(std::string_view text, size_t max) {
  if (text.size() <= max) return absl::StrCat("\"", absl::CHexEscape(ToAbsl(text)), "\"");
  return absl::StrCat("\"", absl::CHexEscape(ToAbsl(text.substr(0, max))), "...\" (", text.size(),
                      " bytes)");
}

}  // namespace baton::control
