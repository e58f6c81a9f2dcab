#include "bench/load/scenario_keys.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/load/units.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <typename T>
using Place = T& (*)(Scenario&);

// Reading through a place changes nothing.
template <typename T>
const T& At(Place<T> place, const Scenario& scenario) {
  return place(const_cast<Scenario&>(scenario));
}

ScenarioKey Text(const std::string& name, Place<std::string> place) {
  constexpr size_t kMaxBytes = 100;
  return {.name = name,
          .wanted = absl::StrCat("1 to ", kMaxBytes, " bytes of text on one line"),
          .read =
              [place](std::string_view text, Scenario& scenario) {
                place(scenario) = text;
                return absl::OkStatus();
              },
          .write = [place](const Scenario& scenario) { return At(place, scenario); },
          .in_range =
              [place](const Scenario& scenario) {
                const std::string& text = At(place, scenario);
                const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
                return !text.empty() && text.size() <= kMaxBytes &&
                       std::none_of(text.begin(), text.end(), control);
              }};
}

template <typename T>
ScenarioKey Count(const std::string& section, const std::string& name, Place<T> place, uint64_t min,
                  uint64_t max) {
  return {.section = section,
          .name = name,
          .wanted = absl::StrCat("a count from ", FormatCount(min), " to ", FormatCount(max)),
          .read =
              [place](std::string_view text, Scenario& scenario) {
                const absl::StatusOr<uint64_t> count = ParseCount(text);
                if (!count.ok()) return count.status();
                // Out of range, whatever the type's range is.
                const uint64_t most = std::numeric_limits<T>::max();
                place(scenario) = static_cast<T>(std::min(*count, most));
                return absl::OkStatus();
              },
          .write = [place](const Scenario& scenario) { return FormatCount(At(place, scenario)); },
          .in_range =
              [place, min, max](const Scenario& scenario) {
                return At(place, scenario) >= min && At(place, scenario) <= max;
              }};
}

ScenarioKey Time(const std::string& section, const std::string& name, Place<Duration> place,
                 Duration min, Duration max) {
  return {
      .section = section,
      .name = name,
      .wanted = absl::StrCat("a duration from ", FormatDuration(min), " to ", FormatDuration(max)),
      .read =
          [place](std::string_view text, Scenario& scenario) {
            const absl::StatusOr<Duration> duration = ParseDuration(text);
            if (duration.ok()) place(scenario) = *duration;
            return duration.status();
          },
      .write = [place](const Scenario& scenario) { return FormatDuration(At(place, scenario)); },
      .in_range =
          [place, min, max](const Scenario& scenario) {
            return At(place, scenario) >= min && At(place, scenario) <= max;
          }};
}

ScenarioKey Number(const std::string& section, const std::string& name, Place<double> place,
                   double min, double max) {
  return {.section = section,
          .name = name,
          .wanted = absl::StrFormat("a number from %g to %g", min, max),
          .read =
              [place](std::string_view text, Scenario& scenario) {
                const absl::StatusOr<double> number = ParseNumber(text);
                if (number.ok()) place(scenario) = *number;
                return number.status();
              },
          .write = [place](const Scenario& scenario) { return absl::StrCat(At(place, scenario)); },
          .in_range =
              [place, min, max](const Scenario& scenario) {
                return At(place, scenario) >= min && At(place, scenario) <= max;
              }};
}

// One of some words, which stand for the values of T in their order.
template <typename T>
ScenarioKey Word(const std::string& section, const std::string& name, Place<T> place,
                 const std::vector<std::string>& words) {
  const std::string wanted = absl::StrJoin(words, " or ");
  return {.section = section,
          .name = name,
          .wanted = wanted,
          .read =
              [place, words, wanted](std::string_view text, Scenario& scenario) {
                const auto word = std::find(words.begin(), words.end(), text);
                if (word == words.end()) {
                  return absl::InvalidArgumentError(
                      absl::StrCat(control::Quoted(text), " is not ", wanted));
                }
                place(scenario) = static_cast<T>(word - words.begin());
                return absl::OkStatus();
              },
          .write =
              [place, words](const Scenario& scenario) {
                return words[static_cast<size_t>(At(place, scenario))];
              },
          .in_range = [](const Scenario&) { return true; }};
}

ScenarioKey WithStun(ScenarioKey key) {
  key.with_stun = true;
  return key;
}

ScenarioKey OnlyWithStun(ScenarioKey key) {
  key.with_stun = true;
  key.with_rooms = false;
  return key;
}

// What a generated packet needs for its headers, its stream, its number and its time.
constexpr uint64_t kMinPacket = 64;
// What Ethernet carries over IPv4 without fragments.
constexpr uint64_t kMaxPacket = 1472;

#define BATON_PLACE(type, member) \
  Place<type>([](Scenario& scenario) -> type& { return scenario.member; })

std::vector<ScenarioKey> TopKeys() {
  return {
      WithStun(Text("name", BATON_PLACE(std::string, name))),
      Count("", "rooms", BATON_PLACE(uint32_t, rooms), 1, 10'000),
      Count("", "publishers_per_room", BATON_PLACE(uint32_t, publishers_per_room), 1, 1000),
      Word("", "publishers_subscribe", BATON_PLACE(bool, publishers_subscribe), {"false", "true"}),
      Count("", "subscribers_per_room", BATON_PLACE(uint32_t, subscribers_per_room), 0, 100'000),
      Word("", "publisher_transport", BATON_PLACE(Transport, publisher_transport),
           {"plain", "ice"}),
      Word("", "subscriber_transport", BATON_PLACE(Transport, subscriber_transport),
           {"plain", "ice"}),
      Word("", "pacing", BATON_PLACE(Pacing, pacing), {"frames", "even"}),
      Number("", "joins_per_second", BATON_PLACE(double, joins_per_second), 0, 10'000),
      Number("", "leaves_per_second", BATON_PLACE(double, leaves_per_second), 0, 10'000),
      Count("", "churn_rooms", BATON_PLACE(uint32_t, churn_rooms), 1, 1000),
      WithStun(Time("", "warm_up", BATON_PLACE(Duration, warm_up), Duration(0), minutes(10))),
      WithStun(Time("", "duration", BATON_PLACE(Duration, duration), milliseconds(100), hours(24))),
      WithStun(Time("", "max_generator_lag", BATON_PLACE(Duration, max_generator_lag),
                    microseconds(10), seconds(10))),
  };
}

std::vector<ScenarioKey> SectionKeys() {
  return {
      Count("video", "bitrate", BATON_PLACE(uint64_t, video.bits_per_second), 0, 1'000'000'000),
      Count("video", "frames_per_second", BATON_PLACE(uint32_t, video.frames_per_second), 1, 240),
      Count("video", "packet_size", BATON_PLACE(uint32_t, video.packet_size), kMinPacket,
            kMaxPacket),
      Time("video", "key_frame_interval", BATON_PLACE(Duration, video.key_frame_interval),
           milliseconds(100), hours(1)),
      Number("video", "key_frame_factor", BATON_PLACE(double, video.key_frame_factor), 1, 100),
      Word("audio", "enabled", BATON_PLACE(bool, audio.enabled), {"false", "true"}),
      Count("audio", "packets_per_second", BATON_PLACE(uint32_t, audio.packets_per_second), 1,
            1000),
      Count("audio", "packet_size", BATON_PLACE(uint32_t, audio.packet_size), kMinPacket,
            kMaxPacket),
      OnlyWithStun(Count("stun", "requests_per_second",
                         BATON_PLACE(uint64_t, stun->requests_per_second), 1, 10'000'000)),
      OnlyWithStun(Count("stun", "sources", BATON_PLACE(uint32_t, stun->sources), 1, 1000)),
  };
}

#undef BATON_PLACE

}  // namespace

const std::vector<ScenarioKey>& ScenarioKeys() {
  static const std::vector<ScenarioKey> keys = [] {
    std::vector<ScenarioKey> all = TopKeys();
    const std::vector<ScenarioKey> sections = SectionKeys();
    all.insert(all.end(), sections.begin(), sections.end());
    return all;
  }();
  return keys;
}

}  // namespace baton::bench
