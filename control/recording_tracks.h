// The tracks of one recording: follows what its room publishes, announces each track to the process
// and then has it forwarded by a leg of the recording's sink endpoint. Control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/mirror.h"
#include "control/recording_tap.h"
#include "control/rooms.h"
#include "control/track_selection.h"
#include "relay/names.h"
#include "relay/output.h"

#include "proto/control.pb.h"
#include "proto/record.pb.h"

namespace baton::control {

// Who is told.
class TrackHandler {
 public:
  virtual ~TrackHandler() = default;
  virtual void OnTrackAdded(const v1::RecordedTrack& track) = 0;
  virtual void OnTrackRemoved(const v1::RecordedTrack& track) = 0;
  // The track is wanted, and is not recorded: once for each publication of a track.
  virtual void OnTrackRefused(const v1::RecordedTrack& track, const std::string& why) = 0;
};

class RecordingTracks {
 public:
  // Where a recording's legs are: its sink endpoint.
  struct Place {
    relay::Name room;
    relay::Name endpoint;
  };

  // `raw`: packets are written as they are, whatever is in them. All but the values outlive this.
  RecordingTracks(Place place, TrackSelection selection, bool raw, Rooms& rooms, RecordingTap& tap,
                  TrackHandler& handler);

  // The endpoint is there: takes in what the room publishes.
  void Begin();
  // The endpoint is about to go, or has gone: nothing more is added or removed.
  void End() { active_ = false; }

  // Any event of any room, after the mirror has it.
  void OnEvent(const relay::Event& event);
  // Asks again for legs that were refused; every now and then.
  void Retry();

  void RequestKeyFrame(uint32_t track_id);

  // What a process that begins has to know of before it reads on in the queue: all tracks that
  // packets there may belong to.
  std::vector<record::v1::ToSink> Announcements() const;

  // Those that are forwarded now, by publisher and track.
  std::vector<v1::RecordedTrack> List() const;

 private:
  enum class LegState : uint8_t { kNone, kAsked, kThere, kUnwanted };

  struct Entry {
    record::v1::TrackAdded announcement;
    v1::RecordedTrack name;
    LegState leg = LegState::kNone;
    bool announced = false;  // the process has been told, or will be
    bool refusal_told = false;
  };
  using Entries = std::map<TrackKey, Entry>;

  // A track whose TrackRemoved may not have reached the process.
  struct Removed {
    record::v1::TrackAdded announcement;
    uint64_t message = 0;  // how many had been sent with its TrackRemoved
  };

  // Each is for events of our room.
  void On(const relay::TrackPublished& event);
  void On(const relay::TrackUnpublished& event);
  void On(const relay::EndpointRemoved& event);
  void On(const relay::LegRemoved& event);
  void On(const relay::LegSwitched& event);
  template <class E>
  void On(const E&) {}

  void Add(const TrackKey& key, const TrackRecord& record);
  void AddLeg(const TrackKey& key, Entry& entry);
  void OnLegAnswered(const TrackKey& key, uint32_t id, const absl::Status& status);
  void Remove(Entries::iterator entry, const char* reason);
  // Tells the process, and the handler if the track was forwarded.
  void TakeBack(Entry& entry, const char* reason);
  void Refuse(Entry& entry, const std::string& why);
  relay::LegName LegOf(const TrackKey& key) const;
  uint32_t ChoosePayloadType(const relay::TrackParameters& parameters) const;

  const Place place_;
  const TrackSelection selection_;
  const bool raw_;
  Rooms& rooms_;
  RecordingTap& tap_;
  TrackHandler& handler_;
  bool active_ = false;
  uint32_t last_id_ = 0;
  Entries entries_;
  std::vector<Removed> removed_;
  // For answers that come when this is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
