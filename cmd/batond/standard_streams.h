#pragma once

namespace baton {

// Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed. Otherwise the first
// sockets would get those numbers, and what is logged would go out to somebody. Call first.
void OpenStandardStreams();

}  // namespace baton
