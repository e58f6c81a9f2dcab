// The stages of a batch on its way through a shard, each named for what has been done when it is
// reached. The first is only known as a time stamp: the kernel's on a datagram.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton {

enum class BatchStage : uint8_t {
  kReceived,   // out of the kernel, as datagrams
  kParsed,     // every datagram is classified, parsed and taken in
  kRouted,     // every copy has its header and is in the transmit batch
  kSubmitted,  // the first of the kernel's messages are made of them
  kCompleted,  // the kernel has taken or refused all of them
  kCount
};

inline constexpr size_t kBatchStages = static_cast<size_t>(BatchStage::kCount);

constexpr std::string_view Label(BatchStage stage) {
  constexpr std::array<std::string_view, kBatchStages> kNames = {"received", "parsed", "routed",
                                                                 "submitted", "completed"};
  return kNames[static_cast<size_t>(stage)];
}

}  // namespace baton
