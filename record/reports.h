// What a session tells its node and its manifest, as it happens.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "base/time_point.h"
#include "record/manifest.h"
#include "record/media_series.h"

#include "proto/record.pb.h"

namespace baton::record {

class Reports final : public FileListener {
 public:
  using SendMessage = std::function<void(const v1::FromSink&)>;

  // One trouble of a kind in this time, but for those of a track: a disk that is full is full for
  // every frame.
  static constexpr Duration kTroubleInterval = std::chrono::seconds(1);

  explicit Reports(SendMessage send) : send_(std::move(send)) {}

  // Outlives this. Before any of the files.
  void set_manifest(ManifestKeeper& manifest) { manifest_ = &manifest; }
  void set_now(TimePoint now) { now_ = now; }

  v1::Manifest::File& OnFileBegun(const Begun& file) override;
  void OnFileFinished(v1::Manifest::File& notes, const FinishedFile& file) override;
  void OnFileError(std::string_view name, const absl::Status& status) override;

  // `track_id` 0: it is not about one track. A long text is cut.
  void OnTrouble(v1::TroubleCode code, const std::string& text, uint32_t track_id = 0);

  void Send(const v1::FromSink& message) { send_(message); }

  // In all files that are finished.
  uint64_t finished_bytes() const { return finished_bytes_; }
  // A file was begun or finished since the last call.
  bool TakeChanged() { return std::exchange(changed_, false); }

 private:
  const SendMessage send_;
  ManifestKeeper* manifest_ = nullptr;
  TimePoint now_;
  uint64_t finished_bytes_ = 0;
  bool changed_ = false;
  std::map<v1::TroubleCode, TimePoint> troubles_;  // when last told
};

}  // namespace baton::record
