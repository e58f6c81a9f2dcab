#include "tests/unit/record/depacketize/test_streams.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "tests/unit/record/depacketize/av1_units.h"
#include "tests/unit/record/depacketize/h264_units.h"
#include "tests/unit/record/depacketize/vp9_frames.h"

namespace baton::record {
namespace {

using Payload = std::vector<uint8_t>;

constexpr size_t kKeyFrameInterval = 40;  // on average
constexpr size_t kTemporalLayers = 3;

void Append(Payload& a, const Payload& b) { a.insert(a.end(), b.begin(), b.end()); }
Payload Join(Payload a, const Payload& b) {
  Append(a, b);
  return a;
}
Payload Filling(Random& random) {
  return Payload(1 + random.Below(400), static_cast<uint8_t>(random.U32() | 0x10));
}
Payload Part(const Payload& data, size_t begin, size_t end) {
  return Payload(data.begin() + static_cast<ptrdiff_t>(begin),
                 data.begin() + static_cast<ptrdiff_t>(std::min(end, data.size())));
}
bool IsKey(Random& random, size_t index) { return index == 0 || random.OneIn(kKeyFrameInterval); }

// The picture IDs of a stream, with the M bit where they have 15 bits.
class PictureIds {
 public:
  explicit PictureIds(Random& random) : wide_(random.OneIn(2)), next_(random.U16()) {}
  Payload Next() {
    const uint16_t id = next_++;
    if (!wide_) return {static_cast<uint8_t>(id & 0x7f)};
    return {static_cast<uint8_t>(0x80 | id >> 8), static_cast<uint8_t>(id)};
  }

 private:
  bool wide_;
  uint16_t next_;
};

// Which layer a picture is of: 0 2 1 2, as encoders have it.
uint8_t TemporalLayer(size_t index) { return std::array<uint8_t, 4>{0, 2, 1, 2}[index % 4]; }

// The newest picture of each temporal layer.
class Newest {
 public:
  void Set(uint8_t temporal, size_t index) { newest_[temporal] = index; }
  void ForgetAbove(uint8_t temporal) {
    for (size_t layer = temporal + 1u; layer < kTemporalLayers; ++layer) newest_[layer].reset();
  }
  std::vector<size_t> UpTo(uint8_t temporal) const {
    std::vector<size_t> found;
    for (size_t layer = 0; layer <= temporal; ++layer) {
      if (newest_[layer]) found.push_back(*newest_[layer]);
    }
    return found;
  }

 private:
  std::array<std::optional<size_t>, kTemporalLayers> newest_;
};

Payload Vp8Frame(Random& random, bool key) {
  const Payload beginning =
      key ? Payload{0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0} : Payload{0x11, 0, 0};
  return Join(beginning, Filling(random));
}

// `descriptor` without S, which the first packet gets.
std::vector<Payload> Vp8Packets(Random& random, Payload descriptor, const Payload& frame) {
  std::vector<Payload> packets;
  const size_t mtu = 20 + random.Below(200);
  for (size_t offset = 0; offset < frame.size(); offset += mtu) {
    packets.push_back(Join(descriptor, Part(frame, offset, offset + mtu)));
  }
  packets[0][0] |= 0x10;
  return packets;
}

// `descriptor` without B and E.
void AddVp9Layer(Random& random, const Payload& descriptor, const Payload& frame,
                 std::vector<Payload>& packets) {
  const size_t first = packets.size();
  const size_t mtu = 20 + random.Below(200);
  for (size_t offset = 0; offset < frame.size(); offset += mtu) {
    packets.push_back(Join(descriptor, Part(frame, offset, offset + mtu)));
  }
  packets[first][0] |= 0x08;
  packets.back()[0] |= 0x04;
}

// Sizes of two bytes each.
Payload Superframe(const std::vector<Payload>& frames) {
  Payload out;
  size_t largest = 0;
  for (const Payload& frame : frames) {
    Append(out, frame);
    largest = std::max(largest, frame.size());
  }
  if (frames.size() == 1) return out;
  const bool wide = largest > 255;
  const auto header = static_cast<uint8_t>(0xc0 | (wide ? 8 : 0) | (frames.size() - 1));
  out.push_back(header);
  for (const Payload& frame : frames) {
    out.push_back(static_cast<uint8_t>(frame.size()));
    if (wide) out.push_back(static_cast<uint8_t>(frame.size() >> 8));
  }
  out.push_back(header);
  return out;
}

Payload Vp9Frame(Random& random, bool key) {
  return Join(key ? Vp9KeyFrame(64, 48) : Vp9InterFrame(), Filling(random));
}

// Puts OBUs into packets: as many as fit, whole or in pieces.
std::vector<Payload> Av1Packets(Random& random, const std::vector<Payload>& obus, bool key) {
  std::vector<Payload> packets;
  std::vector<Payload> elements;
  const size_t mtu = 20 + random.Below(200);
  size_t used = 0;
  bool continues = false;
  const auto finish = [&](bool continues_in_next) {
    if (elements.empty()) return;
    const bool counted = elements.size() <= 3 && random.OneIn(2);
    auto header = static_cast<uint8_t>((continues ? 0x80 : 0) | (continues_in_next ? 0x40 : 0));
    if (counted) header |= static_cast<uint8_t>(elements.size() << 4);
    if (key && packets.empty()) header |= 0x08;
    Payload packet = {header};
    for (size_t i = 0; i < elements.size(); ++i) {
      const size_t size = elements[i].size();
      const bool without_length = counted && i + 1 == elements.size();
      if (!without_length && size >= 128) packet.push_back(static_cast<uint8_t>(size | 0x80));
      if (!without_length) packet.push_back(static_cast<uint8_t>(size >= 128 ? size >> 7 : size));
      Append(packet, elements[i]);
    }
    packets.push_back(packet);
    elements.clear();
    used = 0;
    continues = continues_in_next;
  };
  for (const Payload& obu : obus) {
    size_t offset = 0;
    while (offset < obu.size()) {
      const size_t take = std::min(obu.size() - offset, mtu - used);
      elements.push_back(Part(obu, offset, offset + take));
      offset += take;
      used += take;
      if (used == mtu) finish(offset < obu.size());
    }
  }
  finish(false);
  return packets;
}

std::vector<Payload> H264Packets(Random& random, const std::vector<Payload>& units) {
  std::vector<Payload> packets;
  const size_t mtu = 40 + random.Below(200);
  Payload aggregate;
  const auto finish = [&] {
    if (!aggregate.empty()) packets.push_back(aggregate);
    aggregate.clear();
  };
  for (const Payload& unit : units) {
    const bool fits = unit.size() <= mtu + 1;  // a fragment does not have the unit's header
    if (fits) {
      if (random.OneIn(2)) {
        finish();
        packets.push_back(unit);
        continue;
      }
      if (aggregate.size() + unit.size() > mtu) finish();
      if (aggregate.empty()) aggregate = {0x78};
      aggregate.push_back(0);
      aggregate.push_back(static_cast<uint8_t>(unit.size()));
      Append(aggregate, unit);
      continue;
    }
    finish();
    for (size_t offset = 1; offset < unit.size(); offset += mtu) {
      const bool last = offset + mtu >= unit.size();
      const auto header =
          static_cast<uint8_t>((unit[0] & 0x1f) | (offset == 1 ? 0x80 : 0) | (last ? 0x40 : 0));
      packets.push_back(Join({static_cast<uint8_t>((unit[0] & 0xe0) | 28), header},
                             Part(unit, offset, offset + mtu)));
    }
  }
  finish();
  return packets;
}

TestPicture H264Picture(Random& random, bool key, bool reference) {
  std::vector<Payload> units;
  if (key) units = {H264Sps(640, 480), H264Pps()};
  const size_t slices = 1 + random.Below(3);
  for (size_t i = 0; i < slices; ++i) {
    units.push_back(H264SliceUnit(
        {.idr = key, .reference = reference, .first_macroblock = static_cast<uint32_t>(10 * i)},
        10 + random.Below(300), 0x55));
  }
  return {.packets = H264Packets(random, units), .frame = AnnexB(units), .key_frame = key};
}

}  // namespace

TestStream PlainVp8(Random& random, size_t pictures) {
  TestStream stream{.codec = {"VP8", 90'000, 0}};
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    TestPicture picture{.frame = Vp8Frame(random, key), .key_frame = key};
    picture.packets = Vp8Packets(random, {0x00}, picture.frame);
    if (!key) picture.references = {i - 1};
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream PlainVp9(Random& random, size_t pictures) {
  TestStream stream{.codec = {"VP9", 90'000, 0}};
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    TestPicture picture{.frame = Vp9Frame(random, key), .key_frame = key};
    AddVp9Layer(random, {static_cast<uint8_t>(key ? 0x00 : 0x40)}, picture.frame, picture.packets);
    if (!key) picture.references = {i - 1};
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream PlainAv1(Random& random, size_t pictures) {
  TestStream stream{.codec = {"AV1", 90'000, 0}};
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    std::vector<Payload> obus;
    if (key) obus.push_back(Av1SequenceObu(64, 48));
    obus.push_back(Av1FrameObu(key, 1 + random.Below(400)));
    while (random.OneIn(3)) obus.push_back(Payload(1 + random.Below(60), 4 << 3));
    TestPicture picture{.packets = Av1Packets(random, obus, key), .key_frame = key};
    for (const Payload& obu : obus) Append(picture.frame, WithSize(obu));
    if (!key) picture.references = {i - 1};
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream PlainH264(Random& random, size_t pictures) {
  TestStream stream{.codec = {"H264", 90'000, 0}};
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    TestPicture picture = H264Picture(random, key, true);
    if (!key) picture.references = {i - 1};
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream LayeredVp8(Random& random, size_t pictures) {
  TestStream stream{.codec = {"VP8", 90'000, 0}};
  PictureIds ids(random);
  Newest newest;
  auto tl0 = static_cast<uint8_t>(random.U32());
  for (size_t i = 0, phase = 0; i < pictures; ++i, ++phase) {
    const bool key = IsKey(random, i);
    if (key) phase = 0;
    const uint8_t temporal = TemporalLayer(phase);
    if (temporal == 0) ++tl0;
    TestPicture picture{.frame = Vp8Frame(random, key), .key_frame = key};
    const bool sync = temporal > 0 && (phase < 4 || random.OneIn(3));
    const bool non_reference = temporal == 2 && random.OneIn(2);
    if (!key) picture.references = newest.UpTo(sync ? uint8_t{0} : temporal);
    if (key) newest.ForgetAbove(0);
    if (!non_reference) newest.Set(temporal, i);
    Payload descriptor = {static_cast<uint8_t>(0x80 | (non_reference ? 0x20 : 0)), 0xe0};
    Append(descriptor, ids.Next());
    Append(descriptor, {tl0, static_cast<uint8_t>(temporal << 6 | (sync ? 0x20 : 0))});
    picture.packets = Vp8Packets(random, descriptor, picture.frame);
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream LayeredVp9(Random& random, size_t pictures) {
  TestStream stream{.codec = {"VP9", 90'000, 0}};
  PictureIds ids(random);
  Newest newest;
  auto tl0 = static_cast<uint8_t>(random.U32());
  for (size_t i = 0, phase = 0; i < pictures; ++i, ++phase) {
    const bool key = IsKey(random, i);
    if (key) phase = 0;
    const uint8_t temporal = TemporalLayer(phase);
    if (temporal == 0) ++tl0;
    TestPicture picture{.key_frame = key};
    if (!key) picture.references = newest.UpTo(temporal);
    const bool switch_up = key || random.OneIn(3);
    if (switch_up) newest.ForgetAbove(temporal);
    newest.Set(temporal, i);
    const Payload id = ids.Next();
    std::vector<Payload> frames;
    const size_t layers = 1 + random.Below(3);
    for (size_t spatial = 0; spatial < layers; ++spatial) {
      frames.push_back(Vp9Frame(random, key && spatial == 0));
      Payload descriptor = {static_cast<uint8_t>(0xa0 | (key ? 0 : 0x40))};
      Append(descriptor, id);
      Append(descriptor, {static_cast<uint8_t>(temporal << 5 | (switch_up ? 0x10 : 0) |
                                               spatial << 1 | (spatial > 0 ? 1 : 0)),
                          tl0});
      AddVp9Layer(random, descriptor, frames.back(), picture.packets);
    }
    picture.frame = Superframe(frames);
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream FlexibleVp9(Random& random, size_t pictures) {
  TestStream stream{.codec = {"VP9", 90'000, 0}};
  PictureIds ids(random);
  size_t last_key = 0;
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    if (key) last_key = i;
    TestPicture picture{.frame = Vp9Frame(random, key), .key_frame = key};
    Payload descriptor = {static_cast<uint8_t>(0x90 | (key ? 0 : 0x40))};
    Append(descriptor, ids.Next());
    const size_t references = key ? 0 : 1 + random.Below(3);
    for (size_t r = 0; r < references; ++r) {
      const size_t distance = 1 + random.Below(std::min<size_t>(i - last_key, 5));
      picture.references.push_back(i - distance);
      descriptor.push_back(static_cast<uint8_t>(distance << 1 | (r + 1 < references ? 1 : 0)));
    }
    AddVp9Layer(random, descriptor, picture.frame, picture.packets);
    stream.pictures.push_back(picture);
  }
  return stream;
}

TestStream DisposableH264(Random& random, size_t pictures) {
  TestStream stream{.codec = {"H264", 90'000, 0}};
  size_t last_reference = 0;
  for (size_t i = 0; i < pictures; ++i) {
    const bool key = IsKey(random, i);
    const bool reference = key || random.OneIn(2);
    TestPicture picture = H264Picture(random, key, reference);
    if (!key) picture.references = {last_reference};
    if (reference) last_reference = i;
    stream.pictures.push_back(picture);
  }
  return stream;
}

}  // namespace baton::record
