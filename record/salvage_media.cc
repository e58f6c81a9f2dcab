#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "record/matroska_outline.h"
#include "record/media_input.h"
#include "record/muxer.h"
#include "record/salvage.h"

namespace baton::record {
namespace {

struct Copied {
  uint64_t frames = 0;
  uint64_t left_out = 0;
};

absl::StatusOr<Copied> CopyFrames(MediaInput& input, Muxer& muxer) {
  Copied copied;
  for (;;) {
    const absl::StatusOr<std::optional<MediaInput::Packet>> packet = input.Read();
    if (!packet.ok()) return packet.status();
    if (!*packet) break;
    const absl::Status status = muxer.Write((*packet)->stream, (*packet)->data, (*packet)->time,
                                            (*packet)->duration, (*packet)->key_frame);
    if (status.ok()) {
      ++copied.frames;
    } else if (absl::IsDataLoss(status)) {
      ++copied.left_out;  // damage that the container notices
    } else {
      return status;
    }
  }
  copied.left_out += input.left_out();
  return copied;
}

std::string DamageOf(const MatroskaOutline& outline, const Copied& copied) {
  if (outline.damaged) return "there are bytes in it that were never written so";
  if (copied.left_out > 0) return absl::StrCat(copied.left_out, " frames make no sense");
  if (copied.frames < outline.frames) {
    return absl::StrCat(outline.frames - copied.frames, " frames cannot be read");
  }
  return "";
}

}  // namespace

absl::StatusOr<Salvage> SalvageMedia(int from, int to, const std::string& name) {
  ByteWindow bytes(from, name);
  const MatroskaOutline outline = ReadMatroskaOutline(bytes);
  if (!bytes.status().ok()) return bytes.status();

  const absl::StatusOr<std::unique_ptr<MediaInput>> input = MediaInput::Open(from, name);
  if (!input.ok()) return input.status();
  const auto container =
      absl::StrContains(name, ".webm") ? Muxer::Container::kWebM : Muxer::Container::kMatroska;
  const absl::StatusOr<std::unique_ptr<Muxer>> muxer =
      Muxer::Create(to, name, container, (*input)->streams());
  if (!muxer.ok()) return muxer.status();
  const absl::StatusOr<Copied> copied = CopyFrames(**input, **muxer);
  if (!copied.ok()) return copied.status();
  if (copied->frames == 0) {
    return absl::DataLossError(absl::StrCat("there is no frame in ", name));
  }
  if (absl::Status status = (*muxer)->Finish(); !status.ok()) return status;
  return Salvage{(*muxer)->size(), (*muxer)->start(), (*muxer)->end(), DamageOf(outline, *copied)};
}

}  // namespace baton::record
