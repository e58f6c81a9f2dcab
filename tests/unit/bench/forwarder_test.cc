// The parts of the forwarder that have no I/O. What they are together is tested in tests/e2e.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/load/forwarder/client_table.h"
#include "bench/load/forwarder/in_flight.h"

namespace baton::bench {
namespace {

TimePoint At(int64_t ns) { return TimePoint(Duration(ns)); }

Bytes BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

struct Taken {
  uint64_t ordinal;
  std::string bytes;
  bool corrupted;

  friend bool operator==(const Taken&, const Taken&) = default;
};

std::vector<Taken> TakeDue(InFlight& in_flight, int64_t now) {
  std::vector<Taken> taken;
  in_flight.TakeDue(At(now), [&](const Parcel& parcel, Bytes bytes) {
    taken.push_back({parcel.ordinal, std::string(bytes.begin(), bytes.end()), parcel.corrupted});
  });
  return taken;
}

TEST(InFlight, GivesWhatIsDueInTheOrderInWhichItIs) {
  InFlight in_flight(4);
  EXPECT_EQ(in_flight.next(), kNever);
  ASSERT_TRUE(in_flight.Add({.at = At(20)}, {.ordinal = 1}, BytesOf("late")));
  ASSERT_TRUE(in_flight.Add({.at = At(10)}, {.ordinal = 2}, BytesOf("")));
  ASSERT_TRUE(in_flight.Add({.at = At(10)}, {.ordinal = 3}, BytesOf("early")));
  EXPECT_EQ(in_flight.next(), At(10));
  EXPECT_TRUE(TakeDue(in_flight, 9).empty());
  EXPECT_TRUE(TakeDue(in_flight, 10) == (std::vector<Taken>{{2, "", false}, {3, "early", false}}));
  EXPECT_EQ(in_flight.size(), 1U);
  EXPECT_TRUE(TakeDue(in_flight, 20) == (std::vector<Taken>{{1, "late", false}}));
  EXPECT_EQ(in_flight.next(), kNever);
}

TEST(InFlight, HasRoomForAsManyAsItWasMadeFor) {
  InFlight in_flight(2);
  ASSERT_TRUE(in_flight.Add({.at = At(1)}, {.ordinal = 1}, BytesOf("one")));
  ASSERT_TRUE(in_flight.Add({.at = At(2)}, {.ordinal = 2}, BytesOf("two")));
  EXPECT_FALSE(in_flight.Add({.at = At(0)}, {.ordinal = 3}, BytesOf("three")));
  EXPECT_TRUE(TakeDue(in_flight, 1) == (std::vector<Taken>{{1, "one", false}}));
  ASSERT_TRUE(in_flight.Add({.at = At(3)}, {.ordinal = 4}, BytesOf("four")));
  EXPECT_FALSE(in_flight.Add({.at = At(0)}, {.ordinal = 5}, BytesOf("five")));
  EXPECT_TRUE(TakeDue(in_flight, 3) == (std::vector<Taken>{{2, "two", false}, {4, "four", false}}));
}

TEST(InFlight, CorruptsItsOwnCopy) {
  InFlight in_flight(2);
  const std::string original = "abc";
  ASSERT_TRUE(in_flight.Add({.at = At(0), .flipped_bit = 8}, {.ordinal = 1}, BytesOf(original)));
  ASSERT_TRUE(in_flight.Add({.at = At(0)}, {.ordinal = 2}, BytesOf(original)));
  EXPECT_TRUE(TakeDue(in_flight, 0) == (std::vector<Taken>{{1, "acc", true}, {2, "abc", false}}));
}

TEST(InFlight, CarriesTheLongestDatagram) {
  InFlight in_flight(2);
  const std::string longest(InFlight::kMaxDatagram, 'x');
  const std::string other(InFlight::kMaxDatagram, 'y');
  ASSERT_TRUE(in_flight.Add({.at = At(0)}, {.ordinal = 1}, BytesOf(longest)));
  ASSERT_TRUE(in_flight.Add({.at = At(0)}, {.ordinal = 2}, BytesOf(other)));
  EXPECT_TRUE(TakeDue(in_flight, 0) ==
              (std::vector<Taken>{{1, longest, false}, {2, other, false}}));
}

TEST(InFlight, AbandonsWhatIsLeft) {
  InFlight in_flight(2);
  ASSERT_TRUE(in_flight.Add({.at = kNever}, {.ordinal = 1}, BytesOf("a")));
  ASSERT_TRUE(in_flight.Add({.at = At(5)}, {.ordinal = 2}, BytesOf("b")));
  std::vector<uint64_t> abandoned;
  in_flight.Abandon([&](const Parcel& parcel) { abandoned.push_back(parcel.ordinal); });
  EXPECT_EQ(abandoned, (std::vector<uint64_t>{2, 1}));
  EXPECT_EQ(in_flight.size(), 0U);
  EXPECT_TRUE(in_flight.Add({.at = At(0)}, {.ordinal = 3}, BytesOf("c")));
}

TransportAddress AddressOf(uint16_t port) {
  return {.ip = IpAddress::V4({192, 0, 2, 1}), .port = port};
}

Client ClientAt(uint16_t port) {
  return {.address = AddressOf(port),
          .socket = {},
          .lines = {{impair::Impairment({}, 1)}, {impair::Impairment({}, 2)}}};
}

TEST(ClientTable, FindsWhoIsThere) {
  ClientTable table(2);
  EXPECT_FALSE(table.Find(AddressOf(1)));
  const uint32_t one = table.Add(ClientAt(1));
  const uint32_t two = table.Add(ClientAt(2));
  EXPECT_TRUE(table.full());
  EXPECT_NE(one, two);
  EXPECT_EQ(table.Find(AddressOf(1)), one);
  EXPECT_EQ(table.Find(AddressOf(2)), two);
  EXPECT_EQ(table.Get(one)->address, AddressOf(1));
  EXPECT_EQ(table.Get(two)->address, AddressOf(2));
}

TEST(ClientTable, HasRoomAgainForWhoeverComesAfterOneWhoWent) {
  ClientTable table(2);
  const uint32_t one = table.Add(ClientAt(1));
  table.Add(ClientAt(2));
  table.Remove(one);
  EXPECT_FALSE(table.full());
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.Get(one), nullptr);
  EXPECT_FALSE(table.Find(AddressOf(1)));
  EXPECT_EQ(table.Get(table.Add(ClientAt(3)))->address, AddressOf(3));
  EXPECT_TRUE(table.full());
}

TEST(ClientTable, MayLoseTheOneThatItShows) {
  ClientTable table(3);
  for (uint16_t port = 1; port <= 3; ++port) table.Add(ClientAt(port));
  std::vector<uint16_t> seen;
  table.ForEach([&](uint32_t place, Client& client) {
    seen.push_back(client.address.port);
    table.Remove(place);
  });
  EXPECT_EQ(seen, (std::vector<uint16_t>{1, 2, 3}));
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace baton::bench
