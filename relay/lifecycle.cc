#include "relay/lifecycle.h"

#include <array>
#include <string_view>

namespace baton::relay {

Cname RandomCname(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<char, Cname::kCapacity> text;
  for (char& c : text) c = kAlphabet[random.Below(kAlphabet.size())];
  return Cname(std::string_view(text.data(), text.size()));
}

rtp::Ssrc Lifecycle::ChooseSsrc(const Endpoint& endpoint) {
  for (;;) {
    const rtp::Ssrc ssrc(random_.U32());
    if (ssrc != kUnknownSsrc && !registry_.SsrcInUse(endpoint, ssrc)) return ssrc;
  }
}

uint32_t Lifecycle::AddEndpoint(uint32_t room, const Name& name, Transport transport,
                                const EndpointParameters& parameters, TimePoint now) {
  const uint32_t index = registry_.AddEndpoint(room, name, transport, parameters);
  Endpoint& endpoint = registry_.endpoints().At(index);
  endpoint.relay_ssrc = ChooseSsrc(endpoint);
  endpoint.cname = RandomCname(random_);
  endpoint.transport_sequence = random_.U16();
  feedback_.ForgetEndpoint(index);
  reporter_.Add(index, now);
  return index;
}

uint32_t Lifecycle::AddTrack(uint32_t publisher, const Name& name,
                             const TrackParameters& parameters) {
  const uint32_t index = registry_.AddTrack(publisher, name, parameters);
  for (const uint32_t stream : registry_.tracks().At(index).streams) {
    history_.Forget(stream);
    feedback_.Forget(stream);
    receiver_.Forget(stream);
  }
  return index;
}

uint32_t Lifecycle::AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters) {
  const uint32_t index = registry_.AddLeg(subscriber, track, parameters);
  legs_[index] = {};
  legs_[index].rtx_sequence = random_.U16();
  const rtp::SequenceNumber first(random_.U16());
  router_.Start(index, first, random_.U32());
  return index;
}

void Lifecycle::RemoveLeg(uint32_t leg, TxBatch& tx) {
  router_.CancelSwitch(leg);
  reporter_.SayGoodbye(leg, tx);
  registry_.RemoveLeg(leg);
}

void Lifecycle::RemoveLegsTo(uint32_t subscriber, TxBatch& tx) {
  const Endpoint& endpoint = registry_.endpoints().At(subscriber);
  registry_.ForEachLegOf(endpoint, [&](uint32_t leg) { router_.CancelSwitch(leg); });
  reporter_.SayGoodbyeOfAll(subscriber, tx);
  registry_.ForEachLegOf(endpoint, [&](uint32_t leg) { registry_.RemoveLeg(leg); });
}

void Lifecycle::RemoveTrack(uint32_t track, TxBatch& tx) {
  router_.Abandon(track);
  registry_.ForEachLegOf(registry_.tracks().At(track), [&](uint32_t leg) { RemoveLeg(leg, tx); });
  registry_.RemoveTrack(track);
}

void Lifecycle::RemoveEndpoint(uint32_t index, TxBatch& tx) {
  const Endpoint& endpoint = registry_.endpoints().At(index);
  while (!endpoint.tracks.empty()) RemoveTrack(endpoint.tracks[0], tx);
  registry_.ForEachLegOf(endpoint, [&](uint32_t leg) { router_.CancelSwitch(leg); });
  registry_.RemoveEndpoint(index);
}

}  // namespace baton::relay
