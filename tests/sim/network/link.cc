#include "tests/sim/network/link.h"

namespace baton::sim {

// Rate and delay stay: they are what the path is like, not what is wrong with it.
void Link::Heal() {
  const impair::Profile& sick = config_.profile;
  impair::Profile healthy;
  healthy.delay = sick.delay;
  healthy.bits_per_second = sick.bits_per_second;
  healthy.queue_bytes = sick.queue_bytes;
  impairment_.Change(healthy);
  healed_ = true;
}

impair::Passage Link::Pass(TimePoint now, size_t size) {
  if (!healed_ && now >= config_.heals) Heal();
  impair::Passage passage = impairment_.Pass(now, size);
  if (healed_) return passage;
  for (const Clog& clog : config_.clogs) {
    for (uint8_t i = 0; i < passage.count; ++i) {
      impair::Delivery& delivery = passage.all[i];
      if (delivery.at < clog.from || delivery.at >= clog.until) continue;
      if (clog.releases) {
        delivery.at = clog.until;
      } else {
        passage.fate = impair::Fate::kLost;
        passage.count = 0;
      }
    }
  }
  return passage;
}

}  // namespace baton::sim
