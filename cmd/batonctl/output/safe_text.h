// Text from a node or a user, made safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace baton::cli {

// Printable ASCII stays; every other byte becomes \xNN. A name from elsewhere can so neither move
// the cursor nor look like a line of our own.
std::string SafeText(std::string_view text);

}  // namespace baton::cli
