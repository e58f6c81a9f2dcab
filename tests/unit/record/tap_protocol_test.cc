#include "record/tap_protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace baton::record {
namespace {

using Accept = FrameReader::Accept;
using Result = FrameReader::Result;

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <size_t size>
void Append(const std::array<uint8_t, size>& bytes, std::string& out) {
  out += AsText(bytes);
}
void AppendPacket(TimePoint left, std::string_view packet, std::string& out) {
  Append(PacketFrameHeader(left, packet.size()), out);
  out += packet;
}
void AppendMessage(std::string_view message, std::string& out) {
  AppendMessageFrame(AsBytes(message), out);
}

// A frame as text, to compare.
std::string Show(const TapFrame& frame) {
  switch (frame.type) {
    case FrameType::kMessage:
      return "message " + AsText(frame.message);
    case FrameType::kPacket:
      return "packet " + std::to_string(frame.left.time_since_epoch().count()) + " " +
             AsText(frame.packet);
    case FrameType::kDropped:
      return "dropped " + std::to_string(frame.dropped);
  }
  return "?";
}

// What a reader makes of `stream` if it comes in pieces of at most `piece` bytes; "broken" or "rest
// N" last.
std::vector<std::string> Read(std::string_view stream, size_t piece, Accept accept,
                              size_t capacity = FrameReader::kNodeCapacity) {
  FrameReader reader(accept, capacity);
  std::vector<std::string> frames;
  TapFrame frame;
  while (!stream.empty()) {
    const MutableBytes space = reader.Space();
    const size_t size = std::min({piece, stream.size(), space.size()});
    EXPECT_GT(size, 0u);
    std::copy_n(stream.begin(), size, space.begin());
    stream.remove_prefix(size);
    reader.Filled(size);
    Result result;
    while ((result = reader.Next(frame)) == Result::kFrame) frames.push_back(Show(frame));
    if (result == Result::kBroken) {
      EXPECT_EQ(reader.Next(frame), Result::kBroken);
      frames.push_back("broken");
      return frames;
    }
  }
  frames.push_back("rest " + std::to_string(reader.pending()));
  return frames;
}

std::string Header(uint32_t length, uint8_t type) {
  std::string header(5, '\0');
  StoreU32(reinterpret_cast<uint8_t*>(header.data()), length);
  header[4] = static_cast<char>(type);
  return header;
}

TEST(TapProtocolTest, FramesComeOutAsTheyWentIn) {
  std::string stream;
  AppendMessage("hello", stream);
  AppendPacket(TimePoint(Duration(123'456'789'012)), "packet", stream);
  Append(DroppedFrame(7), stream);
  AppendMessage("", stream);
  AppendPacket(TimePoint(), "", stream);
  const std::vector<std::string> expected = {"message hello", "packet 123456789012 packet",
                                             "dropped 7",     "message ",
                                             "packet 0 ",     "rest 0"};
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    EXPECT_EQ(Read(stream, piece, Accept::kAll), expected) << piece;
  }
}

TEST(TapProtocolTest, TheBytesAreAsDocumented) {
  std::string stream;
  AppendMessage("ab", stream);
  AppendPacket(TimePoint(Duration(0x0102030405060708)), "c", stream);
  Append(DroppedFrame(9), stream);
  const std::string expected(
      "\0\0\0\x03\x01"
      "ab"
      "\0\0\0\x0a\x02\x01\x02\x03\x04\x05\x06\x07\x08"
      "c"
      "\0\0\0\x09\x03\0\0\0\0\0\0\0\x09",
      7 + 14 + 13);
  EXPECT_EQ(stream, expected);
}

TEST(TapProtocolTest, TheLargestFit) {
  const std::string message(kMaxMessageSize, 'm');
  const std::string packet(kMaxPacketSize, 'p');
  std::string stream;
  for (int i = 0; i < 3; ++i) {
    AppendMessage(message, stream);
    AppendPacket(TimePoint(), packet, stream);
  }
  for (const size_t capacity : {FrameReader::kNodeCapacity, FrameReader::kSinkCapacity}) {
    const auto frames = Read(stream, stream.size(), Accept::kAll, capacity);
    ASSERT_EQ(frames.size(), 7u);
    EXPECT_EQ(frames[4], "message " + message);
    EXPECT_EQ(frames[5], "packet 0 " + packet);
  }
}

TEST(TapProtocolTest, AnyCountIsACount) {
  std::string stream;
  Append(DroppedFrame(std::numeric_limits<uint64_t>::max()), stream);
  EXPECT_EQ(Read(stream, 100, Accept::kAll)[0], "dropped 18446744073709551615");
}

TEST(TapProtocolTest, WhatNoFrameIsBreaksTheStream) {
  for (const std::string& header :
       {Header(0, 1), Header(1, 0), Header(1, 4), Header(1, 255),
        Header(1 + kMaxMessageSize + 1, 1), Header(0xffffffff, 1), Header(0xffffffff, 2),
        Header(8, 2), Header(1 + 8 + kMaxPacketSize + 1, 2), Header(8, 3), Header(10, 3),
        Header(1, 3)}) {
    std::string stream;
    AppendMessage("before", stream);
    stream += header;
    EXPECT_EQ(Read(stream, stream.size(), Accept::kAll),
              (std::vector<std::string>{"message before", "broken"}));
  }
}

TEST(TapProtocolTest, TheNodeTakesMessagesOnly) {
  std::string packet;
  AppendPacket(TimePoint(), "x", packet);
  std::string dropped;
  Append(DroppedFrame(1), dropped);
  std::string message;
  AppendMessage("x", message);
  EXPECT_EQ(Read(packet, 100, Accept::kMessagesOnly), std::vector<std::string>{"broken"});
  EXPECT_EQ(Read(dropped, 100, Accept::kMessagesOnly), std::vector<std::string>{"broken"});
  EXPECT_EQ(Read(message, 100, Accept::kMessagesOnly),
            (std::vector<std::string>{"message x", "rest 0"}));
}

TEST(TapProtocolTest, AStreamThatIsCutOffSaysHowMuchIsOver) {
  std::string stream;
  AppendPacket(TimePoint(), "packet", stream);
  for (size_t size = 1; size < stream.size(); ++size) {
    EXPECT_EQ(Read(stream.substr(0, size), 4, Accept::kAll),
              std::vector<std::string>{"rest " + std::to_string(size)});
  }
}

}  // namespace
}  // namespace baton::record
