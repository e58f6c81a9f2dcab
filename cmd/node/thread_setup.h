// The name and place of a thread.
#pragma once

#include <cstdint>
#include <string>

namespace baton {

// As `top -H` and gdb show it; the first 15 bytes count.
void NameThisThread(const std::string& name);

// Restricts the calling thread to one CPU. Does nothing if there is no such CPU: where a thread
// runs is a matter of speed only.
void PinThisThread(uint32_t cpu);

}  // namespace baton
