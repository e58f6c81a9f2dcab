// A recording, fed with a script: each step is a byte that says what comes, a byte for how much
// time has passed since the step before, and what that needs. Packets of known tracks get good
// headers, so that the script reaches what is behind them; others are any bytes.
//
// What a session does is held to what it promises: times of a file's frames and of its messages in
// range, pictures that begin with a key frame, files that are all finished at the end.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "record/manifest_json.h"
#include "record/session.h"
#include "rtp/packet.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/record/fake_files.h"

#include "proto/record.pb.h"

namespace baton::record {
namespace {

constexpr TimePoint kStart = TimePoint(std::chrono::seconds(100));
constexpr uint32_t kTracks = 6;

struct Format {
  const char* encoding;
  uint32_t clock_rate;
  bool audio;
};
constexpr std::array kFormats = {Format{"opus", 48'000, true}, Format{"VP8", 90'000, false},
                                 Format{"VP9", 90'000, false}, Format{"H264", 90'000, false},
                                 Format{"AV1", 90'000, false}, Format{"PCMU", 8'000, true}};

class Script {
 public:
  explicit Script(Bytes input)
      : input_(input), session_(files_, [this](const v1::FromSink& message) { Check(message); }) {}

  void Run() {
    Begin(input_.U8());
    while (input_.remaining() > 0) Step();
    session_.Finish("over");
    BATON_CHECK(ended_);
    const auto manifest = ManifestFromJson(files_.manifest);
    BATON_CHECK(manifest.ok());
    for (const auto& file : files_.files) CheckFile(*file);
  }

 private:
  void Send(const v1::ToSink& message) {
    const std::string bytes = message.SerializeAsString();
    const absl::Status status = session_.OnFrame(
        {.type = FrameType::kMessage,
         .message = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}});
    BATON_CHECK(status.ok());
  }

  void Begin(uint8_t choice) {
    v1::ToSink message;
    v1::Begin& begin = *message.mutable_begin();
    begin.set_segment(1);
    begin.set_start_monotonic_ns(kStart.time_since_epoch().count());
    begin.set_layout(static_cast<v1::Layout>(1 + choice % 3));
    Send(message);
    for (uint32_t id = 1; id <= 2; ++id) AddTrack(id, id - 1);
  }

  void AddTrack(uint32_t id, uint32_t format_index) {
    const Format& format = kFormats[format_index % kFormats.size()];
    v1::ToSink message;
    v1::TrackAdded& added = *message.mutable_track_added();
    added.set_id(id);
    added.set_ssrc(id);
    added.set_payload_type(96);
    added.set_participant(id % 2 == 0 && id > 2 ? "bob" : "alice");
    added.set_track(std::to_string(format_index));
    added.set_kind(format.audio ? v1::AUDIO : v1::VIDEO);
    added.mutable_codec()->set_encoding(format.encoding);
    added.mutable_codec()->set_clock_rate(format.clock_rate);
    added.set_screen(id == kTracks);
    Send(message);
  }

  void Step() {
    const uint8_t kind = input_.U8();
    // Most steps take milliseconds, some take seconds.
    const uint8_t passed = input_.U8();
    now_ += std::chrono::milliseconds(passed < 200 ? passed : (passed - 199) * 100);
    const uint32_t id = 1 + kind / 16 % kTracks;
    switch (kind % 8) {
      case 0:
      case 1:
        return SendMedia(id);
      case 2:
        return SendReport(id);
      case 3:
        return AddTrack(id, input_.U8());
      case 4: {
        v1::ToSink message;
        message.mutable_track_removed()->set_id(id);
        return Send(message);
      }
      case 5:
        return session_.OnTime(now_);
      case 6:
        return SendPacket(input_.Slice(std::min<size_t>(input_.U8(), input_.remaining())));
      default:
        return Trouble(kind / 16);
    }
  }

  void Trouble(uint8_t which) {
    if (which % 2 == 0) {
      BATON_CHECK(session_.OnFrame({.type = FrameType::kDropped, .dropped = which}).ok());
    } else {
      const absl::Status error =
          which % 4 == 1 ? absl::OkStatus() : absl::ResourceExhaustedError("no space left");
      files_.write_error = files_.create_error = error;
    }
  }

  void SendPacket(Bytes packet) {
    BATON_CHECK(
        session_.OnFrame({.type = FrameType::kPacket, .left = now_, .packet = packet}).ok());
  }

  void SendMedia(uint32_t id) {
    const uint16_t sequence = input_.U8();
    const uint32_t timestamp = input_.U8() * uint32_t{0x123457};
    const uint8_t size = input_.U8();
    const Bytes payload = input_.Slice(std::min<size_t>(size, input_.remaining()));
    std::array<uint8_t, 300> packet;
    const size_t header = rtp::WritePacketHeader({.sequence = rtp::SequenceNumber(sequence),
                                                  .timestamp = rtp::RtpTimestamp(timestamp),
                                                  .ssrc = rtp::Ssrc(id),
                                                  .payload_type = rtp::PayloadType(96),
                                                  .marker = size % 2 == 0},
                                                 packet);
    std::copy(payload.begin(), payload.end(), packet.begin() + header);
    SendPacket(Bytes(packet).first(header + payload.size()));
  }

  void SendReport(uint32_t id) {
    std::array<uint8_t, 100> packet;
    ByteWriter writer(packet);
    const uint64_t ntp = input_.U64();
    rtp::WriteSenderReport({.sender = rtp::Ssrc(id),
                            .ntp_timestamp = ntp,
                            .rtp_timestamp = rtp::RtpTimestamp(input_.U32())},
                           {}, writer);
    SendPacket(writer.written());
  }

  void Check(const v1::FromSink& message) {
    BATON_CHECK(!ended_);
    ended_ = message.has_ended();
    if (message.has_file_finished()) {
      BATON_CHECK(message.file_finished().start_us() >= 0);
      BATON_CHECK(message.file_finished().duration_us() >= 0);
    }
    if (message.has_trouble()) BATON_CHECK(message.trouble().text().size() <= 500);
  }

  void CheckFile(const FakeFile& file) {
    BATON_CHECK(file.closed);
    std::set<size_t> begun;
    for (const FakeFrame& frame : file.frames) {
      BATON_CHECK(frame.time >= Duration::zero());
      BATON_CHECK(frame.time <= now_ - kStart + Timeline::kMaxSkew + std::chrono::seconds(1));
      if (file.streams.empty()) continue;
      BATON_CHECK(frame.stream < file.streams.size());
      if (begun.insert(frame.stream).second) BATON_CHECK(frame.key_frame);
    }
  }

  ByteReader input_;
  FakeFiles files_;
  TimePoint now_ = kStart;
  bool ended_ = false;
  Session session_;
};

}  // namespace
}  // namespace baton::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  baton::record::Script({data, size}).Run();
  return 0;
}
