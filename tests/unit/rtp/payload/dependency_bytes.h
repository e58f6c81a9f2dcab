// Writes dependency descriptors for tests, field by field (RTP payload format for AV1, appendix
// A.8.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::rtp {

class BitWriter {
 public:
  void Bits(size_t count, uint32_t value) {
    while (count-- > 0) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() |= static_cast<uint8_t>((value >> count & 1) << (7 - used_ % 8));
      ++used_;
    }
  }
  void NonSymmetric(uint32_t n, uint32_t value) {
    if (n == 1) return;
    size_t width = 0;
    while (n >> width != 0) ++width;
    const uint32_t short_values = (1u << width) - n;
    if (value < short_values) {
      Bits(width - 1, value);
    } else {
      Bits(width, value + short_values);
    }
  }
  // "-DSR": an indication for each decode target.
  void Indications(std::string_view symbols) {
    for (const char c : symbols) Bits(2, static_cast<uint32_t>(std::string_view("-DSR").find(c)));
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  size_t used_ = 0;
};

struct TemplateText {
  uint32_t next_layer;  // how the layer of the next one follows: 0..3
  std::string indications;
  std::vector<uint32_t> references;
  std::vector<uint32_t> chains;
};

struct StructureText {
  uint32_t template_id_offset = 0;
  std::vector<TemplateText> templates;
  std::vector<uint32_t> protected_by;            // by decode target; empty: no chains
  std::vector<std::pair<int, int>> resolutions;  // by spatial layer; may be empty

  void Write(BitWriter& out) const {
    const size_t targets = templates[0].indications.size();
    const auto chains = static_cast<uint32_t>(templates[0].chains.size());
    out.Bits(6, template_id_offset);
    out.Bits(5, static_cast<uint32_t>(targets - 1));
    for (const TemplateText& t : templates) out.Bits(2, t.next_layer);
    for (const TemplateText& t : templates) out.Indications(t.indications);
    for (const TemplateText& t : templates) {
      for (const uint32_t reference : t.references) out.Bits(5, 1 << 4 | (reference - 1));
      out.Bits(1, 0);
    }
    out.NonSymmetric(static_cast<uint32_t>(targets + 1), chains);
    if (chains > 0) {
      for (const uint32_t chain : protected_by) out.NonSymmetric(chains, chain);
      for (const TemplateText& t : templates) {
        for (const uint32_t difference : t.chains) out.Bits(4, difference);
      }
    }
    out.Bits(1, resolutions.empty() ? 0 : 1);
    for (const auto& [width, height] : resolutions) {
      out.Bits(16, static_cast<uint32_t>(width - 1));
      out.Bits(16, static_cast<uint32_t>(height - 1));
    }
  }
};

struct DescriptorText {
  bool start = true;
  bool end = true;
  uint32_t template_id = 0;
  uint16_t frame_number = 0;
  const StructureText* structure = nullptr;
  std::optional<std::pair<size_t, uint32_t>> active_targets;  // how many bits, and the bits
  std::string indications;                                    // custom, if not empty
  std::optional<std::vector<uint32_t>> references;            // custom
  std::vector<uint32_t> chains;                               // custom, if not empty

  std::vector<uint8_t> Write() const {
    BitWriter out;
    out.Bits(1, start);
    out.Bits(1, end);
    out.Bits(6, template_id);
    out.Bits(16, frame_number);
    if (!structure && !active_targets && indications.empty() && !references && chains.empty()) {
      return out.bytes();
    }
    out.Bits(1, structure != nullptr);
    out.Bits(1, active_targets.has_value());
    out.Bits(1, !indications.empty());
    out.Bits(1, references.has_value());
    out.Bits(1, !chains.empty());
    if (structure) structure->Write(out);
    if (active_targets) out.Bits(active_targets->first, active_targets->second);
    out.Indications(indications);
    if (references) {
      for (const uint32_t reference : *references) {
        const uint32_t size = reference <= 16 ? 1 : reference <= 256 ? 2 : 3;
        out.Bits(2, size);
        out.Bits(4 * size, reference - 1);
      }
      out.Bits(2, 0);
    }
    for (const uint32_t difference : chains) out.Bits(8, difference);
    return out.bytes();
  }
};

}  // namespace baton::rtp
