// Who answers requests about recordings: what the dispatcher needs to know of control/recordings.h.
// Control thread.
#pragma once

#include <functional>
#include <string_view>

#include "relay/output.h"

#include "proto/control.pb.h"

namespace baton::control {

class RecordingService {
 public:
  using Responder = std::function<void(v1::Reply&& reply)>;

  virtual ~RecordingService() = default;

  // StartRecording, StopRecording, ListRecordings or ShowRecording. `respond` is called once, maybe
  // before this returns; the reply has no id yet.
  virtual void Handle(const v1::Request& request, Responder respond) = 0;
  // Each event of a shard, after the mirror has it.
  virtual void OnEvent(const relay::Event& event) = 0;
  // Adds those that have not ended to `state`: of one room, or of all if it is empty.
  virtual void Describe(std::string_view room, v1::State* state) const = 0;
};

}  // namespace baton::control
