#include "rtp/payload/h264.h"

#include <gtest/gtest.h>

#include <vector>

#include "rtp/payload/payload_format.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;

// NAL units: header and the beginning of the body. A slice's body begins with first_mb_in_slice in
// ue(v): 1 is 0, 010 is 1.
const Message kIdr = {0x65, 0x88, 0x84};
const Message kIdrSecondSlice = {0x65, 0x42, 0x00};
const Message kSlice = {0x41, 0x9a, 0x02};
const Message kSecondSlice = {0x41, 0x5a, 0x02};
const Message kPartitionA = {0x42, 0x9a};
const Message kPartitionB = {0x43, 0x9a};
const Message kSps = {0x67, 0x42, 0xe0, 0x1f};
const Message kPps = {0x68, 0xce, 0x3c, 0x80};
const Message kSei = {0x06, 0x05};

void Append(Message& to, const Message& more) { to.insert(to.end(), more.begin(), more.end()); }

// `type` with F and NRI; `skipped` bytes between the size and the unit.
Message Aggregate(uint8_t type, size_t before, size_t skipped, const std::vector<Message>& units) {
  Message payload = {static_cast<uint8_t>(0x60 | type)};
  Append(payload, Message(before, 0xff));
  for (const Message& unit : units) {
    payload.push_back(0);
    payload.push_back(static_cast<uint8_t>(unit.size()));
    Append(payload, Message(skipped, 0xff));
    Append(payload, unit);
  }
  return payload;
}

Message Fragment(uint8_t type, bool first, const Message& unit) {
  Message payload = {static_cast<uint8_t>((unit[0] & 0xe0) | type),
                     static_cast<uint8_t>((first ? 0x80 : 0x40) | (unit[0] & 0x1f))};
  if (type == 29) Append(payload, {0xff, 0xff});
  payload.insert(payload.end(), unit.begin() + 1, unit.end());
  return payload;
}

// "fk": starts a frame, begins a key frame.
std::string Starts(const Message& payload) {
  const FrameInfo info = ReadFrameInfo(PayloadFormat::kH264, payload, false);
  FrameInfo nothing_else;
  nothing_else.starts_frame = info.starts_frame;
  nothing_else.begins_key_frame = info.begins_key_frame;
  EXPECT_TRUE(info == nothing_else);
  return std::string(info.starts_frame ? "f" : "") + (info.begins_key_frame ? "k" : "");
}

TEST(H264, SingleUnits) {
  EXPECT_EQ(Starts(kIdr), "fk");
  EXPECT_EQ(Starts(kIdrSecondSlice), "");
  EXPECT_EQ(Starts(kSlice), "f");
  EXPECT_EQ(Starts(kSecondSlice), "");
  EXPECT_EQ(Starts(kPartitionA), "f");
  EXPECT_EQ(Starts(kPartitionB), "");
  EXPECT_EQ(Starts(kSps), "k");
  EXPECT_EQ(Starts(kPps), "");
  EXPECT_EQ(Starts(kSei), "");
  EXPECT_EQ(Starts({0x65}), "") << "without its body";
  EXPECT_EQ(Starts({}), "");
}

TEST(H264, TheMarkerEndsFrameAndPicture) {
  const FrameInfo info = ReadFrameInfo(PayloadFormat::kH264, kSecondSlice, true);
  EXPECT_TRUE(info.ends_frame && info.ends_picture);
  EXPECT_FALSE(info.has_layers);
}

TEST(H264, Aggregates) {
  struct Form {
    uint8_t type;
    size_t before;
    size_t skipped;
  };
  for (const Form& form : {Form{24, 0, 0}, Form{25, 2, 0}, Form{26, 2, 3}, Form{27, 2, 4}}) {
    const auto starts = [&](const std::vector<Message>& units) {
      return Starts(Aggregate(form.type, form.before, form.skipped, units));
    };
    EXPECT_EQ(starts({kSps, kPps}), "k");
    EXPECT_EQ(starts({kSps, kPps, kIdr}), "fk");
    EXPECT_EQ(starts({kPps, kIdr}), "fk");
    EXPECT_EQ(starts({kSei, kSlice}), "f");
    EXPECT_EQ(starts({kSecondSlice, kSecondSlice}), "");
    EXPECT_EQ(starts({kIdrSecondSlice}), "");
    EXPECT_EQ(starts({}), "");
    EXPECT_EQ(starts({kSps, {}}), "") << "a unit without a header";
    Message cut = Aggregate(form.type, form.before, form.skipped, {kSps, kIdr});
    cut.pop_back();
    EXPECT_EQ(Starts(cut), "");
  }
}

TEST(H264, AUnitEndsWhereItsSizeSays) {
  // An IDR's header alone, before a size whose first byte would look like a first slice.
  Message payload = {0x78, 0, 1, 0x65};
  payload.push_back(0x80);
  payload.resize(payload.size() + 1 + 0x8000);
  EXPECT_EQ(Starts(payload), "");
}

TEST(H264, Fragments) {
  for (const uint8_t type : {uint8_t{28}, uint8_t{29}}) {
    EXPECT_EQ(Starts(Fragment(type, true, kIdr)), "fk");
    EXPECT_EQ(Starts(Fragment(type, false, kIdr)), "") << "a later fragment";
    EXPECT_EQ(Starts(Fragment(type, true, kIdrSecondSlice)), "");
    EXPECT_EQ(Starts(Fragment(type, true, kSlice)), "f");
    EXPECT_EQ(Starts(Fragment(type, true, kSps)), "k");
  }
  EXPECT_EQ(Starts({0x7c}), "") << "no FU header";
  EXPECT_EQ(Starts({0x7c, 0x85}), "") << "no body";
  EXPECT_EQ(Starts({0x7d, 0x87, 0xff}), "") << "half a decoding order number";
}

TEST(H264, EveryPrefixAndBitFlipIsRead) {
  const Message aggregate = Aggregate(27, 2, 4, {kSps, kPps, kIdr});
  const auto read = [](Bytes bytes) { ReadFrameInfo(PayloadFormat::kH264, bytes, false); };
  for (const Message& message : {aggregate, Fragment(29, true, kIdr), kIdr}) {
    ForEachPrefix(message, read);
    ForEachBitFlip(message, read);
  }
}

}  // namespace
}  // namespace baton::rtp
