#include "record/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "record/manifest_json.h"
#include "rtp/ntp.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/record/fake_files.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kStart = TimePoint(seconds(5000));
constexpr int64_t kStartUs = 1'700'000'000'000'000;
// From when a picture is captured until it arrives.
constexpr Duration kEncoding = milliseconds(80);
constexpr uint64_t kNtp = uint64_t{3'900'000'000} << 32;

constexpr uint32_t kMicrophone = 1;
constexpr uint32_t kCamera = 2;
constexpr uint32_t kOther = 3;

std::vector<uint8_t> OpusPacket() { return {0xf8, 1, 2, 3}; }  // 20 ms
std::vector<uint8_t> Vp8Packet(bool key_frame) {
  if (!key_frame) return {0x10, 0x31, 0x00, 0x00, 0x04};
  return {0x10, 0x30, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 0x55};
}

// A publisher of one track, as its tap has it: the SSRC is ten times the track's id.
struct Publisher {
  uint32_t id = 0;
  bool audio = false;
  uint16_t sequence = 100;
  uint32_t first_timestamp = 0;  // at the recording's start

  uint32_t clock_rate() const { return audio ? 48'000 : 90'000; }
  uint32_t TimestampAt(Duration at) const {
    const int64_t ticks = at.count() / 1000 * clock_rate() / 1'000'000;
    return first_timestamp + static_cast<uint32_t>(ticks);
  }
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() : session_(files_, [this](const v1::FromSink& message) { Take(message); }) {}

  void Take(const v1::FromSink& message) {
    if (message.has_file_begun()) begun_.push_back(message.file_begun());
    if (message.has_file_finished()) finished_.push_back(message.file_finished());
    if (message.has_trouble()) troubles_.push_back(message.trouble());
    if (message.has_key_frame_wanted()) {
      key_frames_wanted_[message.key_frame_wanted().track_id()].push_back(now_);
    }
    if (message.has_statistics()) statistics_.push_back(message.statistics());
    if (message.has_started()) ++started_;
    if (message.has_ended()) ended_.push_back(message.ended().reason());
  }

  absl::Status Send(const v1::ToSink& message) {
    const std::string bytes = message.SerializeAsString();
    return session_.OnFrame(
        {.type = FrameType::kMessage,
         .message = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}});
  }
  static v1::ToSink BeginMessage(v1::Layout layout = v1::PARTICIPANT) {
    v1::ToSink message;
    v1::Begin& begin = *message.mutable_begin();
    begin.set_recording("demo-1");
    begin.set_room("demo");
    begin.set_node("node");
    begin.set_segment(1);
    begin.set_start_unix_us(kStartUs);
    begin.set_start_monotonic_ns(kStart.time_since_epoch().count());
    begin.set_layout(layout);
    return message;
  }
  void Begin(v1::Layout layout = v1::PARTICIPANT) { ASSERT_TRUE(Send(BeginMessage(layout)).ok()); }

  static v1::ToSink AddMessage(uint32_t id, bool audio, const std::string& track) {
    v1::ToSink message;
    v1::TrackAdded& added = *message.mutable_track_added();
    added.set_id(id);
    added.set_ssrc(id * 10);
    added.set_payload_type(audio ? 111 : 96);
    added.set_participant("alice");
    added.set_track(track);
    added.set_kind(audio ? v1::AUDIO : v1::VIDEO);
    added.mutable_codec()->set_encoding(audio ? "opus" : "VP8");
    added.mutable_codec()->set_clock_rate(audio ? 48'000 : 90'000);
    added.mutable_codec()->set_channels(audio ? 2 : 0);
    return message;
  }
  void Add(uint32_t id, bool audio, const std::string& track) {
    publishers_[id] = {.id = id, .audio = audio, .first_timestamp = id * 1'000'000'000};
    ASSERT_TRUE(Send(AddMessage(id, audio, track)).ok());
  }
  void Remove(uint32_t id) {
    v1::ToSink message;
    message.mutable_track_removed()->set_id(id);
    message.mutable_track_removed()->set_reason("unpublished");
    ASSERT_TRUE(Send(message).ok());
  }

  absl::Status SendPacket(Bytes packet) {
    return session_.OnFrame({.type = FrameType::kPacket, .left = now_, .packet = packet});
  }
  // A frame that was captured at `captured` and arrives now.
  void SendMedia(uint32_t id, Duration captured, const std::vector<uint8_t>& payload) {
    Publisher& publisher = publishers_.at(id);
    std::array<uint8_t, 200> bytes;
    const size_t header =
        rtp::WritePacketHeader({.sequence = rtp::SequenceNumber(publisher.sequence++),
                                .timestamp = rtp::RtpTimestamp(publisher.TimestampAt(captured)),
                                .ssrc = rtp::Ssrc(id * 10),
                                .payload_type = rtp::PayloadType(publisher.audio ? 111 : 96),
                                .marker = true},
                               bytes);
    std::copy(payload.begin(), payload.end(), bytes.begin() + header);
    ASSERT_TRUE(SendPacket(Bytes(bytes).first(header + payload.size())).ok());
  }
  void SendReport(uint32_t id, Duration at) {
    std::array<uint8_t, 200> bytes;
    ByteWriter writer(bytes);
    const Publisher& publisher = publishers_.at(id);
    rtp::WriteSenderReport({.sender = rtp::Ssrc(id * 10),
                            .ntp_timestamp = kNtp + rtp::NtpFromDuration(at),
                            .rtp_timestamp = rtp::RtpTimestamp(publisher.TimestampAt(at))},
                           {}, writer);
    ASSERT_TRUE(SendPacket(writer.written()).ok());
  }
  void MoveTo(Duration at) {
    now_ = kStart + at;
    session_.OnTime(now_);
  }

  // What all tracks that are there send from `from` to `to`: sound each 20 ms, pictures each 40 ms
  // that take kEncoding longer, a key frame each 10 s and where `key_frames_` has one, reports each
  // second.
  void Run(Duration from, Duration to) {
    for (Duration at = from; at < to; at += milliseconds(20)) {
      MoveTo(at);
      for (const auto& [id, publisher] : publishers_) {
        if (silent_.count(id)) continue;
        if (at % seconds(1) == milliseconds(20)) SendReport(id, at);
        if (publisher.audio) {
          SendMedia(id, at, OpusPacket());
        } else if (at % milliseconds(40) == Duration::zero() && at >= kEncoding) {
          const Duration captured = at - kEncoding;
          const bool key_frame =
              key_frames_.count(captured) || captured % seconds(10) == Duration();
          SendMedia(id, captured, Vp8Packet(key_frame));
        }
      }
    }
  }

  v1::Manifest ManifestNow() {
    const auto manifest = ManifestFromJson(files_.manifest);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return manifest.ok() ? *manifest : v1::Manifest();
  }
  FakeFile& File(size_t i) { return *files_.files.at(i); }

  FakeFiles files_;
  TimePoint now_ = kStart;
  Session session_;
  std::map<uint32_t, Publisher> publishers_;
  std::set<uint32_t> silent_;
  std::set<Duration> key_frames_;

  std::vector<v1::FileBegun> begun_;
  std::vector<v1::FileFinished> finished_;
  std::vector<v1::Trouble> troubles_;
  std::vector<v1::Statistics> statistics_;
  std::map<uint32_t, std::vector<TimePoint>> key_frames_wanted_;
  std::vector<std::string> ended_;
  int started_ = 0;
};

// ----------------------------------------------------------------------------------- protocol

TEST_F(SessionTest, NothingMakesSenseBeforeBegin) {
  EXPECT_FALSE(Send(AddMessage(1, true, "microphone")).ok());
  EXPECT_FALSE(SendPacket({}).ok());
  EXPECT_FALSE(session_.OnFrame({.type = FrameType::kDropped, .dropped = 1}).ok());
  EXPECT_FALSE(session_.has_begun());
  EXPECT_EQ(started_, 0);
}

TEST_F(SessionTest, BeginComesOnceAndIsAnswered) {
  Begin();
  EXPECT_EQ(started_, 1);
  EXPECT_FALSE(Send(BeginMessage()).ok());
}

TEST_F(SessionTest, BeginWithoutSenseIsRefused) {
  for (const int64_t ns : {int64_t{-1}, std::numeric_limits<int64_t>::max()}) {
    v1::ToSink message = BeginMessage();
    message.mutable_begin()->set_start_monotonic_ns(ns);
    EXPECT_FALSE(Send(message).ok());
  }
  for (const int64_t us : {int64_t{-1}, std::numeric_limits<int64_t>::max()}) {
    v1::ToSink message = BeginMessage();
    message.mutable_begin()->set_start_unix_us(us);
    EXPECT_FALSE(Send(message).ok());
  }
  EXPECT_FALSE(Send(BeginMessage(v1::LAYOUT_UNSPECIFIED)).ok());
  EXPECT_FALSE(session_.has_begun());
}

TEST_F(SessionTest, MessagesThatCannotBeParsedAreRefused) {
  Begin();
  const std::vector<uint8_t> bytes = {0xff, 0xff};
  EXPECT_FALSE(session_.OnFrame({.type = FrameType::kMessage, .message = bytes}).ok());
  EXPECT_TRUE(session_.OnFrame({.type = FrameType::kMessage}).ok());  // one of the future
}

TEST_F(SessionTest, TimesThatNoClockShowsAreRefused) {
  Begin();
  for (const TimePoint time : {TimePoint::min(), TimePoint::max(), TimePoint(Duration(-1))}) {
    EXPECT_FALSE(session_.OnFrame({.type = FrameType::kPacket, .left = time}).ok());
  }
  // Of before the recording, which a queue may have.
  EXPECT_TRUE(session_.OnFrame({.type = FrameType::kPacket, .left = TimePoint()}).ok());
}

TEST_F(SessionTest, WhatIsInAPacketIsNeverAnError) {
  Begin();
  Add(kMicrophone, true, "microphone");
  for (size_t size = 0; size < 40; ++size) {
    EXPECT_TRUE(SendPacket(std::vector<uint8_t>(size, 0x80)).ok());
    EXPECT_TRUE(SendPacket(std::vector<uint8_t>(size, 0xc8)).ok());
  }
  Run({}, seconds(3));
  session_.Finish("stopped");
  EXPECT_EQ(File(0).frames.size(), 150u);
}

// -------------------------------------------------------------------------------------- files

TEST_F(SessionTest, MicrophoneAndCameraShareAFile) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Add(kCamera, false, "camera");
  Run({}, seconds(4));
  ASSERT_EQ(files_.files.size(), 1u);
  EXPECT_EQ(File(0).name, "alice.webm");
  ASSERT_EQ(File(0).streams.size(), 2u);
  EXPECT_EQ(File(0).streams[0].codec.encoding, "opus");
  EXPECT_EQ(File(0).streams[1].codec.encoding, "VP8");
  EXPECT_EQ(File(0).streams[1].width, 320);
  EXPECT_EQ(File(0).streams[1].height, 240);
  EXPECT_GE(File(0).syncs, 3);

  session_.Finish("stopped");
  EXPECT_TRUE(File(0).finished);
  EXPECT_EQ(File(0).Of(0).size(), 200u);
  EXPECT_EQ(File(0).Of(1).size(), 98u);
  ASSERT_EQ(begun_.size(), 1u);
  EXPECT_EQ(begun_[0].track_ids_size(), 2);
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].name(), "alice.webm");
  EXPECT_EQ(finished_[0].sha256(), std::string(32, '\xaa'));
  EXPECT_EQ(ended_, std::vector<std::string>{"stopped"});
  EXPECT_TRUE(troubles_.empty());
}

// The reports come a little after the first packets; nothing has been written until then.
TEST_F(SessionTest, SoundAndPicturesAreTogetherFromTheFirstFrameOn) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Add(kCamera, false, "camera");
  Run({}, seconds(4));
  session_.Finish("stopped");
  const auto sound = File(0).Of(0);
  const auto pictures = File(0).Of(1);
  for (size_t i = 0; i < pictures.size(); ++i) {
    // Picture i was captured at 40 * i ms, and so was sound 2 * i.
    EXPECT_LE(std::chrono::abs(pictures[i].time - sound[2 * i].time), milliseconds(1)) << i;
  }
}

TEST_F(SessionTest, SoundAloneWaitsForPicturesForTwoSeconds) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, milliseconds(1980));
  EXPECT_TRUE(files_.files.empty());
  Run(milliseconds(1980), milliseconds(2400));
  ASSERT_EQ(files_.files.size(), 1u);
  EXPECT_EQ(File(0).Of(0).front().time, Duration::zero());
}

TEST_F(SessionTest, ACameraThatComesLaterBeginsTheNextFile) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(5));
  Add(kCamera, false, "camera");
  key_frames_.insert(seconds(5) - kEncoding);
  Run(seconds(5), seconds(10));
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_TRUE(File(0).finished);
  EXPECT_EQ(File(1).name, "alice-2.webm");
  session_.Finish("stopped");
  EXPECT_EQ(File(0).frames.size() + File(1).Of(0).size(), 500u);
  EXPECT_EQ(File(1).Of(1).size(), 125u);
  EXPECT_GE(File(1).Of(0).front().time, File(0).frames.back().time + milliseconds(19));
}

TEST_F(SessionTest, PicturesGoOverToTheNextFileAtAKeyFrame) {
  Begin();
  Add(kCamera, false, "camera");
  Run({}, seconds(5));
  Add(kMicrophone, true, "microphone");
  Run(seconds(5), seconds(8));
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_FALSE(File(0).finished);
  EXPECT_FALSE(key_frames_wanted_[kCamera].empty());
  ASSERT_EQ(File(1).streams[0].codec.encoding, "VP8");
  EXPECT_TRUE(File(1).Of(0).empty());
  key_frames_.insert(seconds(8));
  Run(seconds(8), seconds(10));
  EXPECT_TRUE(File(0).finished);
  session_.Finish("stopped");
  EXPECT_EQ(File(0).frames.size() + File(1).Of(0).size(), 248u);
  EXPECT_TRUE(File(1).Of(0).front().key_frame);
  EXPECT_EQ(File(1).Of(1).size(), 250u);
}

TEST_F(SessionTest, AScreenHasItsOwnFile) {
  Begin();
  Add(kCamera, false, "camera");
  publishers_[kOther] = {.id = kOther};
  v1::ToSink screen = AddMessage(kOther, false, "slides");
  screen.mutable_track_added()->set_screen(true);
  ASSERT_TRUE(Send(screen).ok());
  Run({}, seconds(3));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_EQ(File(0).name, "alice-screen.webm");
  EXPECT_EQ(File(1).name, "alice.webm");
}

TEST_F(SessionTest, ATrackEachHasAFileIfThatIsTheLayout) {
  Begin(v1::TRACK);
  Add(kMicrophone, true, "microphone");
  Add(kCamera, false, "camera");
  Run({}, seconds(3));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_EQ(File(0).name, "alice-microphone.webm");
  EXPECT_EQ(File(1).name, "alice-camera.webm");
  EXPECT_EQ(File(0).frames.size(), 150u);
}

TEST_F(SessionTest, RawRecordingsHaveEveryPacketAsItCame) {
  Begin(v1::RAW);
  publishers_[kMicrophone] = {.id = kMicrophone, .audio = true};
  v1::ToSink odd = AddMessage(kMicrophone, true, "microphone");
  odd.mutable_track_added()->mutable_codec()->set_encoding("unheard-of");
  ASSERT_TRUE(Send(odd).ok());
  Run({}, seconds(3));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 1u);
  EXPECT_EQ(File(0).name, "alice-microphone.rtpdump");
  EXPECT_EQ(File(0).Of(0).size(), 150u);
  EXPECT_EQ(File(0).Of(1).size(), 3u);
  EXPECT_EQ(File(0).Of(0)[10].time, milliseconds(200));
  const v1::Manifest manifest = ManifestNow();
  EXPECT_EQ(manifest.participants(0).tracks(0).packets(), 150u);
  EXPECT_GE(manifest.participants(0).tracks(0).clock_size(), 1);
}

TEST_F(SessionTest, ATrackThatIsPublishedAgainGoesOnInTheFile) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Add(kCamera, false, "camera");
  Run({}, seconds(4));
  Remove(kCamera);
  publishers_.erase(kCamera);
  Run(seconds(4), seconds(6));
  Add(kOther, false, "camera");
  key_frames_.insert(seconds(6) - kEncoding);
  Run(seconds(6), seconds(8));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 1u);
  const auto pictures = File(0).Of(1);
  EXPECT_EQ(pictures.size(), 98u + 50u);
  EXPECT_GE(pictures[98].time - pictures[97].time, seconds(2) - milliseconds(50));
}

TEST_F(SessionTest, ParticipantsWhoLeaveHaveTheirFilesFinished) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(1));
  Remove(kMicrophone);
  ASSERT_EQ(files_.files.size(), 1u);
  EXPECT_TRUE(File(0).finished);
  EXPECT_EQ(File(0).frames.size(), 50u);
  publishers_.erase(kMicrophone);
  Add(kOther, true, "microphone");
  Run(seconds(1), seconds(4));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_EQ(File(1).name, "alice-2.webm");
}

TEST_F(SessionTest, TracksThatCannotBeRecordedAreReported) {
  Begin();
  v1::ToSink message = AddMessage(1, false, "camera");
  message.mutable_track_added()->mutable_codec()->set_encoding("theora");
  EXPECT_TRUE(Send(message).ok());
  message = AddMessage(2, true, "microphone");
  message.mutable_track_added()->mutable_codec()->set_clock_rate(0);
  EXPECT_TRUE(Send(message).ok());
  message = AddMessage(3, true, "");
  EXPECT_TRUE(Send(message).ok());
  message = AddMessage(4, true, "microphone");
  message.mutable_track_added()->set_kind(v1::KIND_UNSPECIFIED);
  EXPECT_TRUE(Send(message).ok());
  ASSERT_EQ(troubles_.size(), 4u);
  for (uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(troubles_[i].code(), v1::TRACK_NOT_RECORDED);
    EXPECT_EQ(troubles_[i].track_id(), i + 1);
  }
}

TEST_F(SessionTest, ASecondTrackOfAnIdOrAnSsrcIsNotTaken) {
  Begin();
  Add(kMicrophone, true, "microphone");
  EXPECT_TRUE(Send(AddMessage(kMicrophone, true, "other")).ok());
  EXPECT_TRUE(troubles_.empty());
  v1::ToSink message = AddMessage(kCamera, false, "camera");
  message.mutable_track_added()->set_ssrc(kMicrophone * 10);
  EXPECT_TRUE(Send(message).ok());
  EXPECT_EQ(troubles_.size(), 1u);
}

// ------------------------------------------------------------------------------------- losses

TEST_F(SessionTest, LossesAreInTheManifest) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(3));
  publishers_[kMicrophone].sequence += 5;
  Run(milliseconds(3100), seconds(6));
  session_.Finish("stopped");
  const v1::Manifest::Track track = ManifestNow().participants(0).tracks(0);
  EXPECT_EQ(track.lost(), 5u);
  EXPECT_EQ(track.packets(), 295u);
  ASSERT_EQ(track.gaps_size(), 1);
  EXPECT_EQ(track.gaps(0).cause(), v1::Manifest::LOST);
  EXPECT_EQ(track.gaps(0).packets(), 5u);
  EXPECT_NEAR(track.gaps(0).start_seconds(), 3.0, 0.001);
  EXPECT_NEAR(track.gaps(0).end_seconds(), 3.1, 0.001);
}

TEST_F(SessionTest, PacketsThatTheNodeDroppedAreTold) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(3));
  publishers_[kMicrophone].sequence += 5;
  EXPECT_TRUE(session_.OnFrame({.type = FrameType::kDropped, .dropped = 5}).ok());
  Run(milliseconds(3100), seconds(6));
  session_.Finish("stopped");
  const v1::Manifest manifest = ManifestNow();
  EXPECT_EQ(manifest.dropped(), 5u);
  EXPECT_EQ(manifest.participants(0).tracks(0).gaps(0).cause(), v1::Manifest::DROPPED);
  ASSERT_EQ(troubles_.size(), 1u);
  EXPECT_EQ(troubles_[0].code(), v1::PACKETS_DROPPED);
  EXPECT_EQ(statistics_.back().dropped(), 5u);
}

TEST_F(SessionTest, KeyFramesAreAskedForAtMostOnceASecond) {
  Begin();
  Add(kCamera, false, "camera");
  Run(milliseconds(200), seconds(8));  // the key frame of the beginning is missing
  const auto& wanted = key_frames_wanted_[kCamera];
  EXPECT_GE(wanted.size(), 7u);
  EXPECT_LE(wanted.size(), 8u);
  for (size_t i = 1; i < wanted.size(); ++i) EXPECT_GE(wanted[i] - wanted[i - 1], seconds(1));
  EXPECT_TRUE(files_.files.empty());
}

TEST_F(SessionTest, AStalledNodeIsNoSilence) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(3));
  // Ten seconds of queue arrive at once: frames' times count, not the time at which they are read.
  const TimePoint late = now_ + seconds(10);
  for (Duration at = seconds(3); at < seconds(13); at += milliseconds(20)) {
    now_ = kStart + at;
    SendMedia(kMicrophone, at, OpusPacket());
  }
  session_.OnTime(late);
  session_.Finish("stopped");
  EXPECT_EQ(File(0).frames.size(), 650u);
  EXPECT_TRUE(ManifestNow().participants(0).tracks(0).gaps().empty());
}

// ------------------------------------------------------------------------------------- errors

TEST_F(SessionTest, AFullDiskEndsTheFileAndIsTriedAgain) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(3));
  files_.write_error = files_.create_error = absl::ResourceExhaustedError("no space left");
  Run(seconds(3), seconds(10));
  ASSERT_FALSE(troubles_.empty());
  for (const v1::Trouble& trouble : troubles_) EXPECT_EQ(trouble.code(), v1::DISK_FULL);
  EXPECT_LE(troubles_.size(), 8u);
  EXPECT_TRUE(File(0).closed);
  files_.write_error = files_.create_error = absl::OkStatus();
  Run(seconds(10), seconds(20));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_TRUE(File(1).finished);
  EXPECT_EQ(File(1).frames.back().time, milliseconds(19'980));
  EXPECT_FALSE(ManifestNow().files(0).finished());
  EXPECT_TRUE(ManifestNow().files(1).finished());
}

TEST_F(SessionTest, PicturesBeginWithAKeyFrameAfterAnError) {
  Begin();
  Add(kCamera, false, "camera");
  Run({}, seconds(3));
  files_.write_error = absl::InternalError("I/O error");
  Run(seconds(3), milliseconds(3200));
  files_.write_error = absl::OkStatus();
  EXPECT_EQ(troubles_.at(0).code(), v1::WRITE_FAILED);
  key_frames_.insert({seconds(4), seconds(10)});  // too early, and in time
  Run(milliseconds(3200), seconds(14));
  session_.Finish("stopped");
  ASSERT_EQ(files_.files.size(), 2u);
  EXPECT_TRUE(File(1).frames.front().key_frame);
  EXPECT_EQ(File(1).frames.size(), 98u);
  EXPECT_FALSE(key_frames_wanted_[kCamera].empty());
}

TEST_F(SessionTest, ADirectoryThatCannotBeWrittenToIsNoStart) {
  files_.write_error = absl::PermissionDeniedError("read-only");
  Begin();
  EXPECT_EQ(started_, 0);
  EXPECT_EQ(troubles_.at(0).code(), v1::WRITE_FAILED);
  files_.write_error = absl::OkStatus();
  MoveTo(seconds(11));
  EXPECT_EQ(started_, 1);
}

// ------------------------------------------------------------------------------------- manifest

TEST_F(SessionTest, TheManifestSaysWhatThereIs) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Add(kCamera, false, "camera");
  Run({}, seconds(90));
  Remove(kCamera);
  v1::ToSink end;
  end.mutable_end()->set_reason("room closed");
  ASSERT_TRUE(Send(end).ok());
  ASSERT_EQ(session_.end_reason(), "room closed");
  session_.Finish("room closed");

  EXPECT_TRUE(files_.manifest_finished);
  const v1::Manifest manifest = ManifestNow();
  EXPECT_EQ(manifest.recording(), "demo-1");
  EXPECT_EQ(manifest.room(), "demo");
  EXPECT_EQ(manifest.started().seconds(), 1'700'000'000);
  EXPECT_EQ(manifest.ended().seconds(), 1'700'000'089);
  EXPECT_EQ(manifest.end_reason(), "room closed");
  ASSERT_EQ(manifest.participants_size(), 1);
  ASSERT_EQ(manifest.participants(0).tracks_size(), 2);
  const v1::Manifest::Track& camera = manifest.participants(0).tracks(1);
  EXPECT_EQ(camera.name(), "camera");
  EXPECT_EQ(camera.removed_reason(), "unpublished");
  EXPECT_EQ(camera.files(0), "alice.webm");
  EXPECT_EQ(camera.frames(), 2248u);
  ASSERT_GE(camera.clock_size(), 2);
  EXPECT_EQ(camera.clock(0).rtp_timestamp(), 2'000'000'000u);
  EXPECT_EQ(camera.clock(0).wall_clock().seconds(), 3'900'000'000 - 2'208'988'800);
  ASSERT_EQ(manifest.files_size(), 1);
  EXPECT_EQ(manifest.files(0).sha256(), std::string(64, 'a'));
  EXPECT_NEAR(manifest.files(0).duration_seconds(), 90, 0.1);
  ASSERT_EQ(manifest.segments_size(), 1);
  EXPECT_EQ(manifest.segments(0).end_reason(), "room closed");
}

TEST_F(SessionTest, TheManifestIsKeptWhileTheRecordingRuns) {
  Begin();
  EXPECT_FALSE(files_.manifest.empty());
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(5));
  EXPECT_EQ(ManifestNow().files_size(), 1);
  EXPECT_FALSE(ManifestNow().files(0).finished());
  Run(seconds(5), seconds(16));
  EXPECT_GE(ManifestNow().participants(0).tracks(0).packets(), 250u);
  EXPECT_FALSE(files_.manifest_finished);
}

TEST_F(SessionTest, ASecondSegmentKeepsWhatTheFirstOneNoted) {
  v1::Manifest earlier;
  earlier.set_recording("demo-1");
  earlier.add_files()->set_name("alice.webm");
  earlier.add_segments()->set_number(1);
  earlier.add_participants()->set_name("alice");
  files_.earlier_manifest = ManifestToJson(earlier);
  v1::ToSink begin = BeginMessage();
  begin.mutable_begin()->set_segment(2);
  ASSERT_TRUE(Send(begin).ok());
  Add(kMicrophone, true, "microphone");
  Run(seconds(7), seconds(10));
  session_.Finish("stopped");
  const v1::Manifest manifest = ManifestNow();
  ASSERT_EQ(manifest.files_size(), 2);
  EXPECT_EQ(manifest.files(0).name(), "alice.webm");
  EXPECT_EQ(manifest.files(1).segment(), 2u);
  ASSERT_EQ(manifest.segments_size(), 2);
  EXPECT_NEAR(manifest.segments(1).start_seconds(), 7, 0.5);
  EXPECT_EQ(manifest.participants_size(), 1);
  EXPECT_EQ(File(0).frames.front().time, seconds(7));
}

TEST_F(SessionTest, StatisticsComeEachSecond) {
  Begin();
  Add(kMicrophone, true, "microphone");
  Run({}, seconds(5));
  EXPECT_GE(statistics_.size(), 4u);
  EXPECT_LE(statistics_.size(), 6u);
  session_.Finish("stopped");
  const v1::Statistics& last = statistics_.back();
  EXPECT_EQ(last.packets(), 250u);
  EXPECT_EQ(last.frames(), 250u);
  EXPECT_EQ(last.bytes(), 250u * OpusPacket().size());
  EXPECT_EQ(last.files(), 0u);
  EXPECT_EQ(last.position_us(), 4'980'000);
}

TEST_F(SessionTest, WithoutBeginThereIsNothingToFinish) {
  session_.Finish("node gone");
  EXPECT_EQ(ended_, std::vector<std::string>{"node gone"});
  EXPECT_TRUE(files_.manifest.empty());
}

}  // namespace
}  // namespace baton::record
