#include "control/framing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace baton::control {
namespace {

using Result = FrameDecoder::Result;

Bytes ToBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Frame(const std::string& body) {
  std::string frame(4, '\0');
  StoreU32(reinterpret_cast<uint8_t*>(frame.data()), static_cast<uint32_t>(body.size()));
  return frame + body;
}

TEST(Framing, GivesTheSameMessagesHoweverTheBytesAreCut) {
  const std::vector<std::string> bodies = {"a", std::string(300, 'b'), "cc"};
  std::string stream;
  for (const std::string& body : bodies) stream += Frame(body);
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameDecoder decoder(1000);
    std::vector<std::string> got;
    for (size_t at = 0; at < stream.size(); at += piece) {
      Bytes input = ToBytes(stream).subspan(at, std::min(piece, stream.size() - at));
      while (decoder.Next(input) == Result::kMessage) got.push_back(decoder.message());
      EXPECT_TRUE(input.empty());
    }
    EXPECT_EQ(got, bodies) << piece;
    EXPECT_FALSE(decoder.in_frame());
  }
}

TEST(Framing, FourGibibytesAreRefusedFromTheHeaderAlone) {
  FrameDecoder decoder(kMaxMessageSize);
  const std::string header = "\xff\xff\xff\xff";
  Bytes input = ToBytes(header);
  EXPECT_EQ(decoder.Next(input), Result::kTooLong);
  EXPECT_EQ(decoder.length(), 0xffffffff);
  EXPECT_EQ(decoder.Next(input), Result::kTooLong);
}

TEST(Framing, MemoryFollowsTheBytesAndNotTheClaim) {
  FrameDecoder decoder(kMaxMessageSize);
  std::string start(4, '\0');
  StoreU32(reinterpret_cast<uint8_t*>(start.data()), kMaxMessageSize);
  start += "x";
  Bytes input = ToBytes(start);
  EXPECT_EQ(decoder.Next(input), Result::kNeedMore);
  EXPECT_TRUE(decoder.in_frame());
  EXPECT_LT(decoder.message().capacity(), 1024u);
}

TEST(Framing, LimitsAreInclusive) {
  FrameDecoder decoder(3);
  const std::string fits = Frame("abc");
  Bytes input = ToBytes(fits);
  EXPECT_EQ(decoder.Next(input), Result::kMessage);
  const std::string too_long = Frame("abcd");
  input = ToBytes(too_long);
  EXPECT_EQ(decoder.Next(input), Result::kTooLong);
}

TEST(Framing, AnEmptyFrameIsAnError) {
  FrameDecoder decoder(3);
  const std::string empty(4, '\0');
  Bytes input = ToBytes(empty);
  EXPECT_EQ(decoder.Next(input), Result::kEmpty);
}

TEST(Framing, EncodesWhatItDecodes) {
  v1::Request request;
  request.set_id(1);
  request.mutable_hello()->set_protocol_version(1);
  const std::string frame = EncodeFrame(request);
  EXPECT_EQ(frame, std::string("\0\0\0\x06\x08\x01\x12\x02\x08\x01", 10));
  FrameDecoder decoder(kMaxHelloSize);
  Bytes input = ToBytes(frame);
  ASSERT_EQ(decoder.Next(input), Result::kMessage);
  v1::Request parsed;
  ASSERT_TRUE(parsed.ParseFromString(decoder.message()));
  EXPECT_EQ(parsed.SerializeAsString(), request.SerializeAsString());
}

}  // namespace
}  // namespace baton::control
