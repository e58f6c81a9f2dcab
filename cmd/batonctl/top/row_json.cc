// Rows as JSON.
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/output/json.h"
#include "cmd/batonctl/top/screen.h"

namespace baton::cli::top {
namespace {

// The members of one object, in the order in which they are added.
class JsonObject {
 public:
  void Add(const char* key, const std::string& json) {
    members_.push_back(absl::StrCat("\"", key, "\":", json));
  }
  void Add(const char* key, const std::optional<double>& value) {
    Add(key, value ? absl::StrFormat("%.10g", *value) : std::string("null"));
  }
  void Add(const char* key, bool value) { Add(key, std::string(value ? "true" : "false")); }
  void Add(const char* key, const std::optional<control::v1::Layer>& layer) {
    Add(key, layer ? ToJson(*layer) : std::string("null"));
  }
  std::string Render() const { return absl::StrCat("{", absl::StrJoin(members_, ","), "}"); }

 private:
  std::vector<std::string> members_;
};

std::string ToJson(const Row& row) {
  JsonObject object;
  object.Add("kind", cli::ToJson(NameOf(std::optional<Kind>(row.kind))));
  object.Add("room", cli::ToJson(row.room));
  object.Add("subscriber", cli::ToJson(row.subscriber));
  object.Add("publisher", cli::ToJson(row.publisher));
  object.Add("track", cli::ToJson(row.track));
  object.Add("in_bits_per_second", row.in_bits);
  object.Add("out_bits_per_second", row.out_bits);
  object.Add("in_packets_per_second", row.in_packets);
  object.Add("out_packets_per_second", row.out_packets);
  object.Add("loss_in", row.loss_in);
  object.Add("loss_out", row.loss_out);
  object.Add("jitter_ms", row.jitter_ms);
  object.Add("round_trip_ms", row.round_trip_ms);
  object.Add("nacks_per_second", row.nacks);
  object.Add("key_frame_requests_per_second", row.key_frame_requests);
  object.Add("retransmissions_per_second", row.retransmissions);
  object.Add("current", row.current);
  object.Add("wanted", row.wanted);
  object.Add("speaking", row.speaking);
  object.Add("paused", row.paused);
  return object.Render();
}

}  // namespace

std::string RowsToJson(const std::vector<Row>& rows) {
  std::vector<std::string> objects;
  for (const Row& row : rows) objects.push_back(ToJson(row));
  return absl::StrCat("{\"rows\":[", absl::StrJoin(objects, ","), "]}");
}

}  // namespace baton::cli::top
