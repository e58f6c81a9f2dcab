#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/packet.h"
#include "bench/yardsticks/subject.h"
#include "control/blocking_client.h"

#include "proto/control.pb.h"

namespace baton::bench {
namespace {

namespace v1 = control::v1;

struct Node {
  std::unique_ptr<Child> process;
  std::string ready;  // the line that it printed
};

// The text behind `"key":` in the ready line: the first string there.
std::string Text(const std::string& ready, const std::string& key) {
  const size_t at = ready.find("\"" + key + "\":");
  const size_t begin = at == std::string::npos ? at : ready.find('"', at + key.size() + 3);
  if (begin == std::string::npos) Die("batond's ready line has no " + key + ": " + ready);
  return ready.substr(begin + 1, ready.find('"', begin + 1) - begin - 1);
}

TransportAddress AddressIn(const std::string& ready, const std::string& key) {
  const std::string text = Text(ready, key);
  const auto address = TransportAddress::Parse(text);
  if (!address) Die("batond's ready line has no address as " + key + ": " + ready);
  return *address;
}

Node StartNode(const Options& options, const std::vector<std::string>& settings) {
  std::vector<std::string> words = {options.batond, "--dev",       "--ephemeral", "--io",
                                    options.io,     "--log-level", "warning"};
  for (const std::string& setting : settings) {
    words.push_back("--set");
    words.push_back(setting);
  }
  Node node;
  node.process = std::make_unique<Child>(std::move(words), options.subject_cpu);
  const auto ready = node.process->ReadLine(std::chrono::seconds(30));
  if (!ready) Die("batond did not become ready within 30 s");
  node.ready = *ready;
  return node;
}

// Makes rooms and who is in them.
class Builder {
 public:
  explicit Builder(const std::string& address) {
    control::ClientOptions options;
    options.address = address;
    options.name = "relay_cost";
    auto client = control::BlockingClient::Connect(std::move(options));
    if (!client.ok()) Die("cannot control batond: " + client.status().ToString());
    client_ = *std::move(client);
  }

  void Room(const std::string& room) {
    v1::Request request;
    request.mutable_create_room()->set_room(room);
    Call(std::move(request));
  }
  // Returns where the node wants the endpoint's traffic.
  TransportAddress Endpoint(const std::string& room, const std::string& name,
                            const TransportAddress& remote) {
    v1::Request request;
    auto& add = *request.mutable_add_plain_endpoint();
    add.set_room(room);
    add.set_endpoint(name);
    add.set_remote(remote.ToString());
    const v1::Reply reply = Call(std::move(request));
    const auto& addresses = reply.endpoint().media_addresses();
    const auto address =
        addresses.empty() ? std::nullopt : TransportAddress::Parse(addresses.Get(0));
    if (!address) Die("batond does not say where it wants the traffic of " + name);
    return *address;
  }
  void Track(const std::string& room, const std::string& endpoint, uint32_t ssrc) {
    v1::Request request;
    auto& publish = *request.mutable_publish_track();
    publish.set_room(room);
    publish.set_endpoint(endpoint);
    publish.set_track("camera");
    publish.set_kind(v1::MEDIA_KIND_VIDEO);
    publish.mutable_codec()->set_encoding("VP8");
    publish.mutable_codec()->set_clock_rate(90000);
    publish.set_payload_type(kRtpPayloadType);
    publish.set_ssrc(ssrc);
    Call(std::move(request));
  }

 private:
  v1::Reply Call(v1::Request request) {
    auto reply = client_->Call(std::move(request));
    if (!reply.ok()) Die("batond refused: " + reply.status().ToString());
    return *std::move(reply);
  }

  std::unique_ptr<control::BlockingClient> client_;
};

std::string EndpointName(uint32_t participant) { return "endpoint-" + std::to_string(participant); }

// The node's limits have defaults that this may exceed.
std::vector<std::string> LimitsFor(const Participants& participants) {
  size_t legs = 0;
  for (const auto& receivers : participants.receivers) legs += receivers.size();
  const auto at_least = [](const char* key, size_t least, size_t wanted) {
    return std::string("limits.") + key + "=" + std::to_string(std::max(least, wanted));
  };
  const size_t endpoints = participants.all.size();
  return {at_least("rooms", 256, participants.receivers.size()),
          at_least("endpoints", 1024, endpoints), at_least("endpoints_per_room", 1024, endpoints),
          at_least("legs", 16384, legs), at_least("legs_per_track", 1024, endpoints)};
}

}  // namespace

Subject StartBatond(const Options& options, const Participants& participants) {
  std::vector<std::string> settings = LimitsFor(participants);
  settings.push_back("stun.enabled=false");
  settings.push_back("shards.count=" + std::to_string(options.shards));
  Node node = StartNode(options, settings);
  Builder builder(Text(node.ready, "control"));
  const auto room_of = [&](uint32_t publisher) {
    return options.all_to_all ? std::string("room") : "room-" + std::to_string(publisher);
  };
  const auto publishers = static_cast<uint32_t>(participants.receivers.size());
  Subject subject{std::move(node.process), {}, {}};
  for (uint32_t p = 0; p < publishers; ++p) {
    if (p == 0 || !options.all_to_all) builder.Room(room_of(p));
    subject.publisher_addresses.push_back(
        builder.Endpoint(room_of(p), EndpointName(p), participants.all[p].address));
    builder.Track(room_of(p), EndpointName(p), kFirstSsrc + p);
    if (options.all_to_all) continue;
    for (const uint32_t receiver : participants.receivers[p]) {
      builder.Endpoint(room_of(p), EndpointName(receiver), participants.all[receiver].address);
    }
  }
  return subject;
}

Subject StartBindingServer(const Options& options) {
  Node node = StartNode(options, {});
  return {std::move(node.process), AddressIn(node.ready, "stun"), {}};
}

}  // namespace baton::bench
