#include "tests/sim/network/link.h"

namespace baton::sim {

void Link::Heal() {
  impair::Profile healthy;
  healthy.delay = config_.profile.delay;
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
