// Numbers, notations and lines as people type them.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cmd/batonctl/input/extensions.h"
#include "cmd/batonctl/input/line.h"
#include "cmd/batonctl/input/number.h"
#include "cmd/batonctl/input/stream_terms.h"
#include "cmd/batonctl/input/terms.h"
#include "rtp/header_extensions.h"

namespace baton::cli {
namespace {

using Words = std::vector<std::string>;

TEST(ParseUnsigned, ReadsDecimalAndHexadecimal) {
  EXPECT_EQ(*ParseUnsigned("0", 10), 0u);
  EXPECT_EQ(*ParseUnsigned("4660", 10000), 4660u);
  EXPECT_EQ(*ParseUnsigned("0x1234", 10000), 0x1234u);
  EXPECT_EQ(*ParseUnsigned("0XabCD", 0xffff), 0xabcdu);
  EXPECT_EQ(*ParseUnsigned("0xffffffff", 0xffffffff), 0xffffffffu);
  EXPECT_EQ(*ParseUnsigned("18446744073709551615", std::numeric_limits<uint64_t>::max()),
            std::numeric_limits<uint64_t>::max());
}

TEST(ParseUnsigned, HasNoOctal) { EXPECT_EQ(*ParseUnsigned("010", 100), 10u); }

TEST(ParseUnsigned, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "x", "0x", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x12g", "--1"}) {
    EXPECT_FALSE(ParseUnsigned(text, 1000).ok()) << text;
  }
}

TEST(ParseUnsigned, RefusesWhatIsTooLargeAndSaysTheLimit) {
  EXPECT_TRUE(ParseUnsigned("127", 127).ok());
  const auto number = ParseUnsigned("128", 127);
  ASSERT_FALSE(number.ok());
  EXPECT_NE(number.status().message().find("at most 127"), absl::string_view::npos);
  EXPECT_FALSE(ParseUnsigned("99999999999999999999999", 127).ok());
}

TEST(SplitLine, SeparatesWordsByBlanks) {
  EXPECT_EQ(*SplitLine("room create demo"), (Words{"room", "create", "demo"}));
  EXPECT_EQ(*SplitLine("  room\t create  demo \r"), (Words{"room", "create", "demo"}));
  EXPECT_EQ(*SplitLine(""), Words{});
  EXPECT_EQ(*SplitLine(" \t "), Words{});
}

TEST(SplitLine, KnowsComments) {
  EXPECT_EQ(*SplitLine("# room ls"), Words{});
  EXPECT_EQ(*SplitLine("room ls # all of them"), (Words{"room", "ls"}));
  EXPECT_EQ(*SplitLine("room show a#b"), (Words{"room", "show", "a#b"}));
  EXPECT_EQ(*SplitLine("room show '#b'"), (Words{"room", "show", "#b"}));
}

TEST(SplitLine, KnowsQuotes) {
  EXPECT_EQ(*SplitLine("a 'b c' \"d e\""), (Words{"a", "b c", "d e"}));
  EXPECT_EQ(*SplitLine("a''b\"\"c"), Words{"abc"});
  EXPECT_EQ(*SplitLine("'' \"\""), (Words{"", ""}));
  EXPECT_EQ(*SplitLine("'a\\b' \"a\\b\" \"a\\\"b\" \"a\\\\b\""),
            (Words{"a\\b", "a\\b", "a\"b", "a\\b"}));
  EXPECT_EQ(*SplitLine("a\\ b \\#c \\'"), (Words{"a b", "#c", "'"}));
}

TEST(SplitLine, RefusesWhatDoesNotEnd) {
  EXPECT_FALSE(SplitLine("room 'create").ok());
  EXPECT_FALSE(SplitLine("room \"create").ok());
  EXPECT_FALSE(SplitLine("room \"create\\\"").ok());
  EXPECT_FALSE(SplitLine("room create \\").ok());
}

TEST(Codec, IsReadAndWritten) {
  for (const char* text : {"VP8/90000", "opus/48000/2", "PCMU/8000"}) {
    const auto codec = ParseCodec(text);
    ASSERT_TRUE(codec.ok()) << text;
    EXPECT_EQ(FormatCodec(*codec), text);
  }
  EXPECT_EQ(ParseCodec("opus/48000/2")->channels(), 2u);
}

TEST(Codec, RefusesOtherText) {
  for (const char* text : {"", "VP8", "/90000", "VP8/", "VP8/x", "opus/48000/2/1", "opus/48000/256",
                           "VP8/4294967296"}) {
    EXPECT_FALSE(ParseCodec(text).ok()) << text;
  }
}

TEST(Extension, HasAShortNameOrAUri) {
  const auto mid = ParseExtension("mid=3");
  ASSERT_TRUE(mid.ok());
  EXPECT_EQ(mid->uri(), "urn:ietf:params:rtp-hdrext:sdes:mid");
  EXPECT_EQ(mid->id(), 3u);
  const auto other = ParseExtension("https://example.com/?a=b=0x10");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->uri(), "https://example.com/?a=b");
  EXPECT_EQ(other->id(), 16u);
  for (const char* text : {"", "mid", "=3", "mid=", "mid=x", "mid=256", "Mid=3", "nothing=3"}) {
    EXPECT_FALSE(ParseExtension(text).ok()) << text;
  }
}

TEST(Extension, ShortNamesAreOfOneUriEach) {
  for (size_t i = 0; i < rtp::kExtensionKinds; ++i) {
    const std::string uri(rtp::Uri(static_cast<rtp::ExtensionKind>(i)));
    const auto extension = ParseExtension(ExtensionName(uri) + "=1");
    ASSERT_TRUE(extension.ok()) << uri;
    EXPECT_EQ(extension->uri(), uri);
    EXPECT_NE(ExtensionName(uri), uri);
  }
  EXPECT_EQ(ExtensionName("urn:example:other"), "urn:example:other");
}

TEST(Encoding, HasPartsInAnyOrder) {
  const auto whole = ParseEncoding("rid=h,rtx=0x2,ssrc=1");
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->ssrc(), 1u);
  EXPECT_EQ(whole->rid(), "h");
  EXPECT_EQ(whole->rtx_ssrc(), 2u);
  EXPECT_EQ(ParseEncoding("rid=h")->ssrc(), 0u);
  for (const char* text : {"", "1", "ssrc", "ssrc=", "ssrc=x", "ssrc=1,", "ssrc=1,ssrc=2",
                           "ssrc=4294967296", "pt=96"}) {
    EXPECT_FALSE(ParseEncoding(text).ok()) << text;
  }
}

TEST(Feedback, IsReadAndWritten) {
  for (const char* text : {"nack", "pli", "fir", "nack,pli,fir", "nack,fir", "none"}) {
    const auto feedback = ParseFeedback(text);
    ASSERT_TRUE(feedback.ok()) << text;
    EXPECT_EQ(FormatFeedback(*feedback), text);
  }
  EXPECT_TRUE(ParseFeedback("fir,nack")->nack());
  for (const char* text : {"", "nack,", "none,nack", "NACK", "nack pli"}) {
    EXPECT_FALSE(ParseFeedback(text).ok()) << text;
  }
}

TEST(LayerIndex, IsANumberOrTheHighest) {
  EXPECT_EQ(*ParseLayerIndex("0"), 0u);
  EXPECT_EQ(*ParseLayerIndex("7"), 7u);
  EXPECT_EQ(*ParseLayerIndex("highest"), std::nullopt);
  for (const char* text : {"", "8", "-1", "low"}) EXPECT_FALSE(ParseLayerIndex(text).ok()) << text;
}

TEST(TrackReference, IsPublisherAndTrack) {
  const auto track = ParseTrackReference("alice/cam");
  ASSERT_TRUE(track.ok());
  EXPECT_EQ(track->publisher, "alice");
  EXPECT_EQ(track->track, "cam");
  for (const char* text : {"", "alice", "/cam", "alice/"}) {
    EXPECT_FALSE(ParseTrackReference(text).ok()) << text;
  }
}

TEST(Position, IsARevisionOfThisOrAnotherRun) {
  EXPECT_EQ(ParsePosition("42", 7)->revision(), 42u);
  EXPECT_EQ(ParsePosition("42", 7)->epoch(), 7u);
  EXPECT_EQ(ParsePosition("9:42", 7)->revision(), 42u);
  EXPECT_EQ(ParsePosition("9:42", 7)->epoch(), 9u);
  for (const char* text : {"", ":", "9:", ":42", "1:2:3", "x"}) {
    EXPECT_FALSE(ParsePosition(text, 7).ok()) << text;
  }
}

}  // namespace
}  // namespace baton::cli
