#include "control/recording_tracks.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/messages.h"
#include "control/quote.h"

namespace baton::control {
namespace {

// RFC 5761 section 4: RTP's types from 64 to 95 would look like RTCP.
constexpr uint32_t kFirstDynamicType = 96;
constexpr uint32_t kPayloadTypes = 128;
constexpr uint32_t kFirstRtcpType = 64;

bool IsUsable(uint32_t type) { return type < kFirstRtcpType || type >= kFirstDynamicType; }

bool SameCodec(const record::v1::Codec& a, const relay::Codec& b) {
  return absl::EqualsIgnoreCase(a.encoding(), ToAbsl(b.encoding.view())) &&
         a.clock_rate() == b.clock_rate && a.channels() == b.channels;
}

record::v1::TrackAdded Announcement(uint32_t id, uint32_t payload_type, const TrackKey& key,
                                    const relay::TrackParameters& parameters) {
  record::v1::TrackAdded added;
  added.set_id(id);
  // Nobody else chooses SSRCs of this endpoint's legs.
  added.set_ssrc(id);
  added.set_payload_type(payload_type);
  added.set_participant(key.first);
  added.set_track(key.second);
  const bool video = parameters.kind == relay::MediaKind::kVideo;
  added.set_kind(video ? record::v1::VIDEO : record::v1::AUDIO);
  added.mutable_codec()->set_encoding(std::string(parameters.codec.encoding));
  added.mutable_codec()->set_clock_rate(parameters.codec.clock_rate);
  added.mutable_codec()->set_channels(parameters.codec.channels);
  added.set_screen(parameters.source == relay::TrackSource::kScreen);
  return added;
}

v1::RecordedTrack NameOf(const TrackKey& key, const TrackRecord& record) {
  v1::Track track = ToMessage("", key, record);
  v1::RecordedTrack name;
  name.set_publisher(key.first);
  name.set_track(key.second);
  name.set_kind(track.kind());
  *name.mutable_codec() = std::move(*track.mutable_codec());
  return name;
}

TrackKey KeyOf(const relay::Name& publisher, const relay::Name& track) {
  return {std::string(publisher), std::string(track)};
}

}  // namespace

RecordingTracks::RecordingTracks(Place place, TrackSelection selection, bool raw, Rooms& rooms,
                                 RecordingTap& tap, TrackHandler& handler)
    : place_(place),
      selection_(std::move(selection)),
      raw_(raw),
      rooms_(rooms),
      tap_(tap),
      handler_(handler) {}

void RecordingTracks::Begin() {
  active_ = true;
  const RoomRecord* room = rooms_.mirror().FindRoom(place_.room);
  if (room == nullptr) return;
  for (const auto& [key, record] : room->tracks) Add(key, record);
}

void RecordingTracks::OnEvent(const relay::Event& event) {
  if (!active_) return;
  std::visit(
      [this](const auto& e) {
        if (e.room == place_.room) On(e);
      },
      event);
}

void RecordingTracks::On(const relay::TrackPublished& event) {
  Add(KeyOf(event.endpoint, event.track), TrackRecord{.parameters = event.parameters});
}

void RecordingTracks::On(const relay::TrackUnpublished& event) {
  Remove(entries_.find(KeyOf(event.endpoint, event.track)), "unpublished");
}

void RecordingTracks::On(const relay::EndpointRemoved& event) {
  const std::string publisher(event.endpoint);
  auto entry = entries_.lower_bound({publisher, ""});
  while (entry != entries_.end() && entry->first.first == publisher) Remove(entry++, "left");
}

// By a client, who does not want it to be recorded.
void RecordingTracks::On(const relay::LegRemoved& event) {
  if (event.subscriber != place_.endpoint) return;
  const auto entry = entries_.find(KeyOf(event.publisher, event.track));
  if (entry == entries_.end() || entry->second.leg != LegState::kThere) return;
  TakeBack(entry->second, "leg removed");
  entry->second.leg = LegState::kUnwanted;
}

// By a client: our leg now carries another track under the SSRC of the first. It goes, and the
// other track is recorded, if it is wanted, by a leg of its own.
void RecordingTracks::On(const relay::LegSwitched& event) {
  if (event.subscriber != place_.endpoint) return;
  const auto entry = entries_.find(KeyOf(event.publisher, event.track));
  if (entry != entries_.end() && entry->second.leg == LegState::kThere) {
    TakeBack(entry->second, "leg switched");
    entry->second.leg = LegState::kUnwanted;
  }
  rooms_.Do(relay::RemoveLeg{LegOf(KeyOf(event.to_publisher, event.to_track))},
            [](const absl::Status&) {});
}

void RecordingTracks::Add(const TrackKey& key, const TrackRecord& record) {
  const relay::TrackParameters& parameters = record.parameters;
  if (!selection_.Has(key.first, key.second, parameters.kind)) return;
  const auto [found, added] = entries_.try_emplace(key);
  if (!added) return;
  Entry& entry = found->second;
  entry.name = NameOf(key, record);
  if (parameters.opaque && !raw_) {
    entry.leg = LegState::kUnwanted;
    return Refuse(entry, "it is opaque (end-to-end encrypted): only the raw layout can record it");
  }
  entry.announcement = Announcement(++last_id_, ChoosePayloadType(parameters), key, parameters);
  AddLeg(key, entry);
}

// The track's own, as long as no other track's codec has it in this recording.
uint32_t RecordingTracks::ChoosePayloadType(const relay::TrackParameters& parameters) const {
  const auto fits = [&](uint32_t type) {
    return std::all_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
      const record::v1::TrackAdded& other = entry.second.announcement;
      return other.id() == 0 || other.payload_type() != type ||
             SameCodec(other.codec(), parameters.codec);
    });
  };
  const uint32_t own = parameters.payload_type.value();
  if (fits(own)) return own;
  for (uint32_t i = 0; i < kPayloadTypes; ++i) {
    const uint32_t type = (kFirstDynamicType + i) % kPayloadTypes;
    if (IsUsable(type) && fits(type)) return type;
  }
  return own;  // which the shard refuses
}

void RecordingTracks::AddLeg(const TrackKey& key, Entry& entry) {
  if (!entry.announced) {
    record::v1::ToSink message;
    *message.mutable_track_added() = entry.announcement;
    entry.announced = tap_.Send(message);
    if (!entry.announced) return;  // until Retry()
  }
  entry.leg = LegState::kAsked;
  const record::v1::TrackAdded& announcement = entry.announcement;
  relay::AddLeg add{.leg = LegOf(key)};
  add.ssrc = rtp::Ssrc(announcement.ssrc());
  add.payload_type = rtp::PayloadType(static_cast<uint8_t>(announcement.payload_type()));
  rooms_.Do(add, [this, alive = alive_, key, id = announcement.id()](const absl::Status& status) {
    if (*alive) OnLegAnswered(key, id, status);
  });
}

void RecordingTracks::OnLegAnswered(const TrackKey& key, uint32_t id, const absl::Status& status) {
  const auto found = entries_.find(key);
  // The track may have gone meanwhile, and come again as another one.
  if (!active_ || found == entries_.end() || found->second.announcement.id() != id) return;
  Entry& entry = found->second;
  if (status.ok()) {
    entry.leg = LegState::kThere;
    return handler_.OnTrackAdded(entry.name);
  }
  entry.leg = LegState::kNone;
  if (absl::IsAlreadyExists(status)) {
    // Left from the publication before, or a client's: not what the process was told.
    rooms_.Do(relay::RemoveLeg{LegOf(key)}, [](const absl::Status&) {});
  }
  if (!absl::IsUnavailable(status)) Refuse(entry, std::string(status.message()));
}

void RecordingTracks::Retry() {
  if (!active_) return;
  for (auto& [key, entry] : entries_) {
    if (entry.leg == LegState::kNone) AddLeg(key, entry);
  }
}

void RecordingTracks::Remove(Entries::iterator entry, const char* reason) {
  if (entry == entries_.end()) return;
  if (entry->second.announced) TakeBack(entry->second, reason);
  entries_.erase(entry);
}

void RecordingTracks::TakeBack(Entry& entry, const char* reason) {
  record::v1::ToSink message;
  message.mutable_track_removed()->set_id(entry.announcement.id());
  message.mutable_track_removed()->set_reason(reason);
  // Where too many messages wait, the process only sees that nothing more comes.
  tap_.Send(message);
  const uint64_t written = tap_.counters().messages_written;
  std::erase_if(removed_, [&](const Removed& r) { return r.message <= written; });
  removed_.push_back({entry.announcement, tap_.messages_sent()});
  entry.announced = false;
  if (entry.leg == LegState::kThere) handler_.OnTrackRemoved(entry.name);
}

void RecordingTracks::Refuse(Entry& entry, const std::string& why) {
  if (std::exchange(entry.refusal_told, true)) return;
  handler_.OnTrackRefused(entry.name, why);
}

void RecordingTracks::RequestKeyFrame(uint32_t track_id) {
  for (const auto& [key, entry] : entries_) {
    if (entry.leg != LegState::kThere || entry.announcement.id() != track_id) continue;
    rooms_.Do(relay::RequestKeyFrame{LegOf(key)}, [](const absl::Status&) {});
    return;
  }
}

std::vector<record::v1::ToSink> RecordingTracks::Announcements() const {
  std::vector<record::v1::ToSink> messages;
  const uint64_t written = tap_.counters().messages_written;
  for (const Removed& removed : removed_) {
    if (removed.message <= written) continue;
    *messages.emplace_back().mutable_track_added() = removed.announcement;
  }
  for (const auto& [key, entry] : entries_) {
    if (entry.announced) *messages.emplace_back().mutable_track_added() = entry.announcement;
  }
  return messages;
}

std::vector<v1::RecordedTrack> RecordingTracks::List() const {
  std::vector<v1::RecordedTrack> list;
  for (const auto& [key, entry] : entries_) {
    if (entry.leg == LegState::kThere) list.push_back(entry.name);
  }
  return list;
}

relay::LegName RecordingTracks::LegOf(const TrackKey& key) const {
  return {place_.room, place_.endpoint, relay::Name(key.first), relay::Name(key.second)};
}

}  // namespace baton::control
