// What every use of libavformat here shares.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"

extern "C" {
struct AVCodecParameters;
struct AVPacket;
}

namespace baton::record {

// Sets the library up for the whole process: nothing on standard error (what matters comes back as
// a status), and no allocation of more than 64 MiB, whatever a damaged file asks for. Any number of
// times, from one thread.
void SetUpLibav();

// For an error code of the library: "cannot read alice.webm.part: Invalid data found ...".
absl::Status LibavError(int error, std::string_view action, std::string_view name);

struct FreeCodecParameters {
  void operator()(AVCodecParameters* parameters) const;
};
using CodecParametersPtr = std::unique_ptr<AVCodecParameters, FreeCodecParameters>;

// Memory that cannot be had for these ends the process, as everywhere.
CodecParametersPtr NewCodecParameters();

struct FreePacket {
  void operator()(AVPacket* packet) const;
};
using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;

PacketPtr NewPacket();

}  // namespace baton::record
