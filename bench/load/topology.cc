#include "bench/load/topology.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "net/resource_limits.h"

namespace baton::bench {
namespace {

constexpr int kReceiveBuffer = 4 << 20;
constexpr int kSendBuffer = 8 << 20;
// Besides one for each peer: standard streams, epoll, wake-ups, control and admin connections.
constexpr uint64_t kOtherFiles = 32;
constexpr rtp::PayloadType kVideoPayloadType(96);
constexpr rtp::PayloadType kAudioPayloadType(111);
constexpr uint32_t kVideoClockRate = 90000;
constexpr uint32_t kAudioClockRate = 48000;
constexpr uint32_t kFirstSsrc = 0x10000000;
// Visitors stay a second, if as many leave as join, and their ports rest for less than another one.
constexpr double kVisitSeconds = 2;

absl::StatusOr<uint32_t> AddPeer(Topology& topology, Role role, Transport transport, uint32_t room,
                                 std::string endpoint, const IpAddress& local) {
  auto socket = net::OpenUdpSocket({local, 0}, {.receive_buffer_bytes = kReceiveBuffer,
                                                .send_buffer_bytes = kSendBuffer,
                                                .receive_runs = true});
  if (!socket.ok()) return socket.status();
  topology.peers.push_back({.role = role,
                            .transport = transport,
                            .room = room,
                            .endpoint = std::move(endpoint),
                            .socket = *std::move(socket),
                            .node = {}});
  return static_cast<uint32_t>(topology.peers.size() - 1);
}

void AddStream(Topology& topology, uint32_t room, uint32_t publisher, bool video,
               StreamSchedule schedule) {
  const auto index = static_cast<uint32_t>(topology.streams.size());
  Stream& stream = topology.streams.emplace_back();
  stream.room = room;
  stream.publisher = publisher;
  stream.track = video ? "video" : "audio";
  stream.video = video;
  stream.clock_rate = video ? kVideoClockRate : kAudioClockRate;
  stream.ssrc = rtp::Ssrc(kFirstSsrc + index);
  stream.payload_type = video ? kVideoPayloadType : kAudioPayloadType;
  stream.schedule = schedule;
  ++topology.rooms[room].stream_count;
}

absl::Status AddPublisher(Topology& topology, const Scenario& scenario, uint32_t room,
                          uint32_t number, const IpAddress& local) {
  const auto peer = AddPeer(topology, Role::kPublisher, scenario.publisher_transport, room,
                            absl::StrCat("p", number), local);
  if (!peer.ok()) return peer.status();
  const auto index = static_cast<uint32_t>(topology.streams.size());
  if (scenario.video.bits_per_second > 0) {
    AddStream(topology, room, *peer, true,
              StreamSchedule::Video(scenario.video, scenario.pacing, index));
  }
  if (scenario.audio.enabled) {
    AddStream(topology, room, *peer, false, StreamSchedule::Audio(scenario.audio, index + 1));
  }
  return absl::OkStatus();
}

absl::Status AddRoom(Topology& topology, const Scenario& scenario, bool churn,
                     const IpAddress& local) {
  const auto room = static_cast<uint32_t>(topology.rooms.size());
  topology.rooms.push_back({.name = absl::StrFormat("bench-%08x-%d", topology.run, room),
                            .first_stream = static_cast<uint32_t>(topology.streams.size()),
                            .churn = churn});
  const uint32_t publishers = churn ? 1 : scenario.publishers_per_room;
  for (uint32_t i = 0; i < publishers; ++i) {
    if (auto status = AddPublisher(topology, scenario, room, i, local); !status.ok()) return status;
  }
  const uint32_t subscribers = churn ? 0 : scenario.subscribers_per_room;
  for (uint32_t i = 0; i < subscribers; ++i) {
    const auto peer = AddPeer(topology, Role::kSubscriber, scenario.subscriber_transport, room,
                              absl::StrCat("s", i), local);
    if (!peer.ok()) return peer.status();
  }
  return absl::OkStatus();
}

uint64_t PeersOf(const Scenario& scenario) {
  const uint64_t of_a_room = uint64_t{scenario.publishers_per_room} + scenario.subscribers_per_room;
  const uint32_t visitors = VisitorsOf(scenario);
  return scenario.rooms * of_a_room + (visitors == 0 ? 0 : scenario.churn_rooms + visitors);
}

absl::Status CheckFileLimit(const Scenario& scenario) {
  const absl::StatusOr<uint64_t> limit = net::RaiseFileLimit();
  if (!limit.ok()) return limit.status();
  const uint64_t needed = PeersOf(scenario) + kOtherFiles;
  if (needed <= *limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the run needs ", needed, " open files, one for each endpoint, and the process may have ",
      *limit, ": raise the hard limit (ulimit -Hn, LimitNOFILE=) or take fewer endpoints"));
}

}  // namespace

uint32_t VisitorsOf(const Scenario& scenario) {
  if (scenario.joins_per_second <= 0) return 0;
  const double seconds =
      std::chrono::duration<double>(scenario.warm_up + scenario.duration).count();
  const double growth = std::max(0.0, scenario.joins_per_second - scenario.leaves_per_second);
  return static_cast<uint32_t>(
      std::ceil(growth * seconds + scenario.joins_per_second * kVisitSeconds) + 8);
}

absl::StatusOr<Topology> MakeTopology(const Scenario& scenario, const IpAddress& local,
                                      uint32_t run) {
  if (absl::Status limit = CheckFileLimit(scenario); !limit.ok()) return limit;
  Topology topology;
  topology.run = run;
  topology.publishers_subscribe = scenario.publishers_subscribe;
  topology.peers.reserve(PeersOf(scenario));
  const uint32_t visitors = VisitorsOf(scenario);
  const uint32_t churn_rooms = visitors > 0 ? scenario.churn_rooms : 0;
  for (uint32_t i = 0; i < scenario.rooms + churn_rooms; ++i) {
    const bool churn = i >= scenario.rooms;
    if (auto status = AddRoom(topology, scenario, churn, local); !status.ok()) return status;
  }
  for (uint32_t i = 0; i < visitors; ++i) {
    const auto peer =
        AddPeer(topology, Role::kVisitor, scenario.subscriber_transport, kNoRoom, "", local);
    if (!peer.ok()) return peer.status();
  }
  return topology;
}

}  // namespace baton::bench
