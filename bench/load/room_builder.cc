#include "bench/load/room_builder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "bench/load/local_address.h"

namespace baton::bench {
namespace {

namespace v1 = control::v1;

constexpr Duration kIceTimeout = std::chrono::seconds(20);
constexpr Duration kIcePoll = std::chrono::milliseconds(20);
// ICE credentials of the bench's own side: any that RFC 8839 section 5.4 allows.
constexpr const char* kUfrag = "bnch";
constexpr const char* kPassword = "bench/password/of/22+chars";

v1::SubscribeMode ModeOf(const Topology& topology, const Room& room) {
  const auto publishers =
      std::count_if(topology.peers.begin(), topology.peers.end(), [&](const Peer& peer) {
        return peer.role == Role::kPublisher && &topology.rooms[peer.room] == &room;
      });
  // A publisher who is alone gets nothing in either mode.
  const bool all = topology.publishers_subscribe || publishers <= 1;
  return all ? v1::SUBSCRIBE_MODE_ALL : v1::SUBSCRIBE_MODE_MANUAL;
}

v1::Request PublishRequest(const Topology& topology, const Stream& stream) {
  v1::Request request;
  v1::PublishTrack& publish = *request.mutable_publish_track();
  publish.set_room(topology.rooms[stream.room].name);
  publish.set_endpoint(topology.peers[stream.publisher].endpoint);
  publish.set_track(stream.track);
  publish.set_kind(stream.video ? v1::MEDIA_KIND_VIDEO : v1::MEDIA_KIND_AUDIO);
  publish.mutable_codec()->set_encoding(stream.video ? "VP8" : "opus");
  publish.mutable_codec()->set_clock_rate(stream.clock_rate);
  if (!stream.video) publish.mutable_codec()->set_channels(2);
  publish.set_payload_type(stream.payload_type.value());
  publish.set_ssrc(stream.ssrc.value());
  return request;
}

std::vector<v1::Request> RoomRequests(const Topology& topology,
                                      const std::vector<v1::SubscribeMode>& modes) {
  std::vector<v1::Request> requests;
  for (size_t i = 0; i < topology.rooms.size(); ++i) {
    v1::CreateRoom& create = *requests.emplace_back().mutable_create_room();
    create.set_room(topology.rooms[i].name);
    create.set_subscribe_mode(modes[i]);
  }
  return requests;
}

// Tracks, and in rooms that subscribe by hand the legs.
std::vector<v1::Request> MediaRequests(const Topology& topology,
                                       const std::vector<v1::SubscribeMode>& modes) {
  std::vector<v1::Request> requests;
  for (const Stream& stream : topology.streams) {
    requests.push_back(PublishRequest(topology, stream));
  }
  for (const Peer& peer : topology.peers) {
    if (peer.role == Role::kVisitor || modes[peer.room] != v1::SUBSCRIBE_MODE_MANUAL) continue;
    const Room& room = topology.rooms[peer.room];
    for (uint32_t i = 0; i < room.stream_count; ++i) {
      const Stream& stream = topology.streams[room.first_stream + i];
      if (!topology.Subscribes(peer, stream)) continue;
      v1::LegName& leg = *requests.emplace_back().mutable_add_leg()->mutable_leg();
      leg.set_room(room.name);
      leg.set_subscriber(peer.endpoint);
      leg.set_publisher(topology.peers[stream.publisher].endpoint);
      leg.set_track(stream.track);
    }
  }
  return requests;
}

absl::Status AddEndpoints(Topology& topology, ControlSession& control, Receiver& receiver) {
  std::vector<v1::Request> requests;
  for (const Peer& peer : topology.peers) {
    if (peer.role == Role::kVisitor) break;  // they are the last ones
    requests.push_back(AddEndpointRequest(topology, peer, peer.room, peer.endpoint));
  }
  absl::Status failure;
  const absl::Status status =
      control.Do(std::move(requests), [&](size_t index, const v1::Reply& reply) {
        failure.Update(
            OnEndpointAdded(topology, static_cast<uint32_t>(index), reply.endpoint(), receiver));
      });
  return status.ok() ? failure : status;
}

// Whether the node has the addresses of all ICE endpoints of `room` proven.
absl::StatusOr<bool> AllProven(const Room& room, ControlSession& control) {
  v1::Request request;
  request.mutable_show_room()->set_room(room.name);
  const absl::StatusOr<v1::Reply> reply = control.Call(std::move(request));
  if (!reply.ok()) return reply.status();
  return std::all_of(reply->state().endpoints().begin(), reply->state().endpoints().end(),
                     [](const v1::Endpoint& e) { return e.state() == v1::ENDPOINT_STATE_PROVEN; });
}

absl::Status WaitForIce(const Topology& topology, ControlSession& control,
                        const Receiver& receiver) {
  const auto wanted = static_cast<uint32_t>(
      std::count_if(topology.peers.begin(), topology.peers.end(), [](const Peer& peer) {
        return peer.role != Role::kVisitor && peer.transport == Transport::kIce;
      }));
  const TimePoint deadline = MonotonicNow() + kIceTimeout;
  const auto too_late = [&] {
    return absl::DeadlineExceededError(
        absl::StrCat("ICE has connected ", receiver.ice_connected(), " of ", wanted,
                     " endpoints in 20 s: can UDP go both ways between here and the node's media "
                     "ports?"));
  };
  const auto pause = [&] { return control.RunUntil(MonotonicNow() + kIcePoll); };
  while (receiver.ice_connected() < wanted) {
    if (MonotonicNow() > deadline) return too_late();
    if (absl::Status status = pause(); !status.ok()) return status;
  }
  if (wanted == 0) return absl::OkStatus();
  for (const Room& room : topology.rooms) {
    for (;;) {
      const absl::StatusOr<bool> proven = AllProven(room, control);
      if (!proven.ok()) return proven.status();
      if (*proven) break;
      if (MonotonicNow() > deadline) return too_late();
      if (absl::Status status = pause(); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// The first of the node's addresses that a socket of this family can send to.
template <class Addresses>
absl::StatusOr<TransportAddress> AddressOfFamily(const Addresses& addresses, AddressFamily family) {
  for (const std::string& text : addresses) {
    const auto address = TransportAddress::Parse(text);
    if (address && address->ip.family() == family) return *address;
  }
  return absl::InvalidArgumentError(absl::StrCat("the node receives a room's media at no IPv",
                                                 family == AddressFamily::kV4 ? 4 : 6,
                                                 " address, which its first shard does"));
}

}  // namespace

absl::StatusOr<NodeFacts> AskNode(ControlSession& control) {
  v1::Request request;
  request.mutable_get_node_status();
  const absl::StatusOr<v1::Reply> reply = control.Call(std::move(request));
  if (!reply.ok()) return reply.status();
  const v1::NodeStatus& status = reply->node_status();
  NodeFacts facts{.version = status.version(), .io_backend = status.io_backend()};
  const auto media = status.shards().empty() || status.shards(0).media_addresses().empty()
                         ? std::nullopt
                         : TransportAddress::Parse(status.shards(0).media_addresses(0));
  if (!media) return absl::InvalidArgumentError("the node names no address for media");
  facts.media = *media;
  const absl::StatusOr<IpAddress> local = LocalAddressTowards(*media);
  if (!local.ok()) return local.status();
  facts.local = *local;
  return facts;
}

v1::Request AddEndpointRequest(const Topology& topology, const Peer& peer, uint32_t room,
                               const std::string& endpoint) {
  v1::Request request;
  const std::string& room_name = topology.rooms[room].name;
  if (peer.transport == Transport::kPlain) {
    v1::AddPlainEndpoint& add = *request.mutable_add_plain_endpoint();
    add.set_room(room_name);
    add.set_endpoint(endpoint);
    add.set_remote(peer.socket.bound.local.ToString());
  } else {
    v1::AddIceEndpoint& add = *request.mutable_add_ice_endpoint();
    add.set_room(room_name);
    add.set_endpoint(endpoint);
    add.mutable_remote()->set_ufrag(kUfrag);
    add.mutable_remote()->set_password(kPassword);
  }
  return request;
}

absl::Status OnEndpointAdded(Topology& topology, uint32_t index, const v1::Endpoint& endpoint,
                             Receiver& receiver) {
  Peer& peer = topology.peers[index];
  const auto node =
      AddressOfFamily(endpoint.media_addresses(), peer.socket.bound.local.ip.family());
  if (!node.ok()) return node.status();
  peer.node = *node;
  if (peer.transport == Transport::kIce) {
    receiver.StartIce(index, {.local_ufrag = kUfrag,
                              .local_password = kPassword,
                              .remote_ufrag = endpoint.ice_local().ufrag(),
                              .remote_password = endpoint.ice_local().password(),
                              .candidate = *node});
  }
  return absl::OkStatus();
}

absl::Status BuildRooms(Topology& topology, ControlSession& control, Receiver& receiver) {
  std::vector<v1::SubscribeMode> modes;
  for (const Room& room : topology.rooms) modes.push_back(ModeOf(topology, room));
  absl::Status status = control.Do(RoomRequests(topology, modes));
  if (status.ok()) status = AddEndpoints(topology, control, receiver);
  if (status.ok()) status = control.Do(MediaRequests(topology, modes));
  if (status.ok()) status = WaitForIce(topology, control, receiver);
  return status;
}

absl::Status CloseRooms(const Topology& topology, ControlSession& control) {
  for (const Room& room : topology.rooms) {
    v1::Request request;
    request.mutable_close_room()->set_room(room.name);
    const absl::StatusOr<v1::Reply> reply = control.Call(std::move(request));
    if (!reply.ok() && !absl::IsNotFound(reply.status())) return reply.status();
  }
  return absl::OkStatus();
}

}  // namespace baton::bench
