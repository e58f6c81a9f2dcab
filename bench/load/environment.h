// What a result needs so that somebody else can judge and repeat it.
#pragma once

#include <string>

#include "bench/load/result.h"

namespace baton::bench {

// Of this program: "0.1.0" and twelve hexadecimal digits ("unknown" outside of a checkout), with
// "+" if the tree was changed. The commit is looked up at each build.
std::string BenchVersion();
std::string BenchCommit();

// The machine's kernel, CPU and network settings, this program's build, the command line quoted for
// a shell, and now as the start. What the kernel does not tell is left empty, and an absent sysctl
// is left out. The fields about the node are for whoever talks to it.
Environment CaptureEnvironment(int argc, const char* const* argv);

}  // namespace baton::bench
