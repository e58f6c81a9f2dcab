#include "control/parts.h"

#include <utility>

namespace baton::control {
namespace {

// Deals the elements of lists out to messages of type Part, which are closed when they are full.
template <class Part>
class Splitter {
 public:
  explicit Splitter(size_t part_size) : part_size_(part_size) { parts_.emplace_back(); }

  // Moves all elements of `list` to the list that `field` gives of a part.
  template <class List, class Field>
  void Deal(List& list, Field field) {
    for (auto& element : list) {
      const size_t size = element.ByteSizeLong();
      if (used_ > 0 && used_ + size > part_size_) {
        parts_.emplace_back();
        used_ = 0;
      }
      used_ += size;
      *field(parts_.back())->Add() = std::move(element);
    }
  }

  // The part that carries what is no list.
  Part& first() { return parts_.front(); }

  std::vector<Part> Take() { return std::move(parts_); }

 private:
  size_t part_size_;
  size_t used_ = 0;
  std::vector<Part> parts_;
};

std::vector<v1::RoomList> SplitRooms(v1::RoomList list, size_t part_size) {
  Splitter<v1::RoomList> splitter(part_size);
  splitter.Deal(*list.mutable_rooms(), [](v1::RoomList& part) { return part.mutable_rooms(); });
  return splitter.Take();
}

std::vector<v1::RecordingList> SplitRecordings(v1::RecordingList list, size_t part_size) {
  Splitter<v1::RecordingList> splitter(part_size);
  splitter.Deal(*list.mutable_recordings(),
                [](v1::RecordingList& part) { return part.mutable_recordings(); });
  return splitter.Take();
}

std::vector<v1::RoomStatistics> SplitStatistics(v1::RoomStatistics statistics, size_t part_size) {
  Splitter<v1::RoomStatistics> splitter(part_size);
  splitter.first().set_sampled_at_ms(statistics.sampled_at_ms());
  splitter.Deal(*statistics.mutable_tracks(),
                [](v1::RoomStatistics& part) { return part.mutable_tracks(); });
  splitter.Deal(*statistics.mutable_legs(),
                [](v1::RoomStatistics& part) { return part.mutable_legs(); });
  return splitter.Take();
}

// A reply around each part; `field` gives the place in the reply where a part goes.
template <class Part, class Field>
std::vector<v1::Reply> Wrap(uint64_t id, std::vector<Part> parts, Field field) {
  std::vector<v1::Reply> replies(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    replies[i].set_id(id);
    replies[i].set_more(i + 1 < parts.size());
    *field(replies[i]) = std::move(parts[i]);
  }
  return replies;
}

}  // namespace

std::vector<v1::State> SplitState(v1::State state, size_t part_size) {
  Splitter<v1::State> splitter(part_size);
  splitter.Deal(*state.mutable_rooms(), [](v1::State& part) { return part.mutable_rooms(); });
  splitter.Deal(*state.mutable_endpoints(),
                [](v1::State& part) { return part.mutable_endpoints(); });
  splitter.Deal(*state.mutable_tracks(), [](v1::State& part) { return part.mutable_tracks(); });
  splitter.Deal(*state.mutable_legs(), [](v1::State& part) { return part.mutable_legs(); });
  splitter.Deal(*state.mutable_recordings(),
                [](v1::State& part) { return part.mutable_recordings(); });
  return splitter.Take();
}

std::vector<v1::Reply> SplitReply(v1::Reply reply, size_t part_size) {
  const uint64_t id = reply.id();
  switch (reply.result_case()) {
    case v1::Reply::kState:
      return Wrap(id, SplitState(std::move(*reply.mutable_state()), part_size),
                  [](v1::Reply& r) { return r.mutable_state(); });
    case v1::Reply::kRooms:
      return Wrap(id, SplitRooms(std::move(*reply.mutable_rooms()), part_size),
                  [](v1::Reply& r) { return r.mutable_rooms(); });
    case v1::Reply::kRecordings:
      return Wrap(id, SplitRecordings(std::move(*reply.mutable_recordings()), part_size),
                  [](v1::Reply& r) { return r.mutable_recordings(); });
    case v1::Reply::kRoomStatistics:
      return Wrap(id, SplitStatistics(std::move(*reply.mutable_room_statistics()), part_size),
                  [](v1::Reply& r) { return r.mutable_room_statistics(); });
    default: {
      std::vector<v1::Reply> replies;
      replies.push_back(std::move(reply));
      return replies;
    }
  }
}

}  // namespace baton::control
