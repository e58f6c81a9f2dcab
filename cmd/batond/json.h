// The little JSON that batond writes.
#pragma once

#include <string>
#include <string_view>

namespace baton {

// With its quotes. Control characters are escaped; bytes that are not UTF-8 become U+FFFD, so the
// result is JSON whatever the text.
std::string JsonString(std::string_view text);

}  // namespace baton
