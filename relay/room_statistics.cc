#include "relay/room_statistics.h"

#include <algorithm>

namespace baton::relay {
namespace {

EncodingStatistics StatisticsOf(const Stream& stream, const Encoding& encoding, TimePoint now) {
  const rtp::Reception& reception = stream.ingress.reception();
  EncodingStatistics statistics;
  statistics.ssrc = stream.ssrc;
  statistics.rid = encoding.rid;
  statistics.packets = reception.received();
  statistics.bytes = stream.ingress.bytes();
  statistics.lost = reception.lost();
  statistics.jitter = reception.jitter();
  statistics.idle = now - stream.ingress.last_arrival();
  statistics.nacked = stream.counters.nacked;
  statistics.retransmitted = stream.counters.retransmitted;
  statistics.key_frame_requests = stream.counters.key_frame_requests;
  statistics.key_frames = stream.counters.key_frames;
  return statistics;
}

TrackStatistics StatisticsOf(const Track& track, Registry& registry, TimePoint now) {
  const Endpoint& publisher = registry.endpoints().At(track.publisher);
  TrackStatistics statistics;
  statistics.publisher = publisher.name;
  statistics.track = track.name;
  statistics.round_trip = publisher.round_trip;
  float loudness = 0;
  for (size_t i = 0; i < track.streams.size(); ++i) {
    const Stream& stream = registry.streams().At(track.streams[i]);
    statistics.encodings.push_back(StatisticsOf(stream, track.parameters.encodings[i], now));
    loudness = std::max(loudness, stream.level.Loudness(now));
  }
  statistics.level = LevelOfLoudness(loudness);
  return statistics;
}

LegStatistics StatisticsOf(const Leg& leg, const LegFeedback& feedback, Registry& registry) {
  const Track& track = registry.tracks().At(leg.track);
  LegStatistics statistics;
  statistics.subscriber = registry.endpoints().At(leg.subscriber).name;
  statistics.publisher = registry.endpoints().At(track.publisher).name;
  statistics.track = track.name;
  statistics.paused = leg.paused;
  statistics.wanted = leg.wanted;
  statistics.current = registry.CurrentLayer(leg);
  statistics.packets = registry.PacketsOf(leg);
  statistics.bytes = registry.BytesOf(leg);
  statistics.dropped = registry.DroppedOf(leg);
  if (const auto& reported = feedback.reports.reception()) {
    statistics.lost = reported->cumulative_lost;
    statistics.fraction_lost = reported->fraction_lost;
    statistics.jitter = reported->jitter;
  }
  statistics.round_trip = feedback.reports.round_trip().value_or(Duration::zero());
  statistics.nacked = feedback.nacked;
  statistics.retransmitted = feedback.retransmitted;
  statistics.retransmitted_bytes = feedback.retransmitted_bytes;
  statistics.key_frame_requests = feedback.key_frame_requests;
  return statistics;
}

}  // namespace

std::unique_ptr<RoomStatistics> CollectStatistics(TimePoint now, uint32_t room, Registry& registry,
                                                  const LazyArray<LegFeedback>& legs) {
  auto statistics = std::make_unique<RoomStatistics>();
  registry.ForEachEndpoint(registry.rooms().At(room), [&](uint32_t index) {
    const Endpoint& endpoint = registry.endpoints().At(index);
    statistics->endpoints.push_back({endpoint.name, endpoint.speaker.speaking(),
                                     endpoint.round_trip, endpoint.estimated_bitrate,
                                     endpoint.transport_received, endpoint.transport_lost});
    for (const uint32_t track : endpoint.tracks) {
      statistics->tracks.push_back(StatisticsOf(registry.tracks().At(track), registry, now));
    }
    registry.ForEachLegOf(endpoint, [&](uint32_t leg) {
      statistics->legs.push_back(StatisticsOf(registry.legs().At(leg), legs[leg], registry));
    });
  });
  return statistics;
}

}  // namespace baton::relay
