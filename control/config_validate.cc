#include "control/config_validate.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/address.h"
#include "control/recording_name.h"

namespace baton::control {
namespace {

using StringList = google::protobuf::RepeatedPtrField<std::string>;

// One socket for each, and a socket's index is small.
constexpr int kMaxListenAddresses = 8;
constexpr uint32_t kMaxPort = 65535;

class Validator {
 public:
  explicit Validator(const config::Config& config) : config_(config) {}

  std::vector<KeyProblem> Run() {
    if (config_.name().empty()) Problem("name", "must not be empty");
    CheckShards();
    CheckMedia();
    CheckStun();
    CheckControl();
    CheckAdmin();
    CheckLimits();
    CheckIce();
    CheckRecord();
    return std::move(problems_);
  }

 private:
  void Problem(std::string path, std::string text) {
    problems_.push_back({std::move(path), std::move(text)});
  }

  // The addresses of a list, without those that are none. A list that is a copy of media.listen
  // (control/config_defaults.h) has its faults told there.
  std::vector<IpAddress> CheckIps(const std::string& path, const StringList& list) {
    const auto& listen = config_.media().listen();
    const bool copy = path != "media.listen" &&
                      std::equal(list.begin(), list.end(), listen.begin(), listen.end());
    std::vector<IpAddress> ips;
    for (const std::string& text : list) {
      const std::optional<IpAddress> ip = IpAddress::Parse(text);
      const std::string fault = FaultOf(ip, ips);
      if (fault.empty()) {
        ips.push_back(*ip);
      } else if (!copy) {
        Problem(path, absl::StrCat("'", text, "' ", fault));
      }
    }
    return ips;
  }

  static std::string FaultOf(const std::optional<IpAddress>& ip,
                             const std::vector<IpAddress>& before) {
    if (!ip) {
      return "is not an IP address (such as 192.0.2.1 or 2001:db8::1; no names, ports or brackets)";
    }
    if (ip->IsMulticast() || ip->IsBroadcast() || ip->IsV4InV6()) {
      return "is not an address of a host";
    }
    if (std::find(before.begin(), before.end(), *ip) != before.end()) {
      return "is there twice; keep one";
    }
    return "";
  }

  std::vector<IpAddress> CheckListen(const std::string& path, const StringList& list) {
    if (list.size() > kMaxListenAddresses) {
      Problem(path,
              absl::StrCat("has ", list.size(), " addresses; the most is ", kMaxListenAddresses));
    }
    return CheckIps(path, list);
  }

  std::optional<IpAddress> CheckIp(const std::string& path, const std::string& text) {
    const std::optional<IpAddress> ip = IpAddress::Parse(text);
    const std::string fault = FaultOf(ip, {});
    if (fault.empty()) return ip;
    Problem(path, absl::StrCat("'", text, "' ", fault));
    return std::nullopt;
  }

  void CheckShards() {
    const auto& shards = config_.shards();
    if (shards.cpus().empty()) return;
    if (static_cast<uint32_t>(shards.cpus().size()) != shards.count()) {
      Problem("shards.cpus", absl::StrCat("names ", shards.cpus().size(), " CPUs for ",
                                          shards.count(), " shards; name one for each, or none"));
    }
    if (std::set<uint32_t>(shards.cpus().begin(), shards.cpus().end()).size() !=
        static_cast<size_t>(shards.cpus().size())) {
      Problem("shards.cpus", "names a CPU twice; give each shard its own");
    }
  }

  void CheckMedia() {
    const auto& media = config_.media();
    media_ips_ = CheckListen("media.listen", media.listen());
    // One port for each shard, from media.port upward.
    media_last_port_ = media.port() + config_.shards().count() - 1;
    if (media.port() != 0 && media_last_port_ > kMaxPort) {
      Problem("media.port",
              absl::StrCat("with one port for each of ", config_.shards().count(),
                           " shards goes up to ", media_last_port_, "; choose one below ",
                           kMaxPort - config_.shards().count() + 2));
    }
    CheckAdvertise();
    const bool only_loopback =
        !media_ips_.empty() && std::all_of(media_ips_.begin(), media_ips_.end(),
                                           [](const IpAddress& ip) { return ip.IsLoopback(); });
    if (only_loopback && !config_.addresses().allow_loopback()) {
      Problem("media.listen",
              "has loopback addresses only, from where nothing else can be reached; set "
              "addresses.allow_loopback: true, or listen on an address of the network");
    }
  }

  void CheckAdvertise() {
    const std::vector<IpAddress> ips = CheckIps("media.advertise", config_.media().advertise());
    const bool wildcard = std::any_of(media_ips_.begin(), media_ips_.end(),
                                      [](const IpAddress& ip) { return ip.IsUnspecified(); });
    if (config_.media().advertise().empty() && wildcard) {
      Problem("media.advertise",
              "is needed, because media.listen has a wildcard: give the addresses at which "
              "participants reach this node, such as [192.0.2.1]");
    }
    for (const IpAddress& ip : ips) {
      if (ip.IsUnspecified()) {
        Problem("media.advertise",
                absl::StrCat("'", ip.ToString(),
                             "' is a wildcard, which nobody can send to; give "
                             "the address at which participants reach this node"));
      } else if (!HasFamilyOf(ip)) {
        Problem("media.advertise",
                absl::StrCat("has '", ip.ToString(), "', but media.listen has no ",
                             ip.is_v6() ? "IPv6" : "IPv4", " address; add one there"));
      }
    }
  }

  bool HasFamilyOf(const IpAddress& ip) const {
    return std::any_of(media_ips_.begin(), media_ips_.end(),
                       [&](const IpAddress& own) { return own.family() == ip.family(); });
  }

  void CheckStun() {
    const auto& stun = config_.stun();
    const std::vector<IpAddress> ips = CheckListen("stun.listen", stun.listen());
    const bool ports_meet = stun.enabled() && stun.port() != 0 &&
                            stun.port() >= config_.media().port() &&
                            stun.port() <= media_last_port_ && config_.media().port() != 0;
    if (ports_meet && Overlap(ips, media_ips_)) {
      Problem("stun.port",
              absl::StrCat(stun.port(), " is one of the media ports (", config_.media().port(),
                           " to ", media_last_port_, "); choose another"));
    }
  }

  static bool Overlap(const std::vector<IpAddress>& a, const std::vector<IpAddress>& b) {
    return std::any_of(a.begin(), a.end(), [&](const IpAddress& x) {
      return std::any_of(b.begin(), b.end(), [&](const IpAddress& y) { return Overlap(x, y); });
    });
  }
  static bool Overlap(const IpAddress& a, const IpAddress& b) {
    return a.family() == b.family() && (a == b || a.IsUnspecified() || b.IsUnspecified());
  }

  void CheckControl() {
    const auto& control = config_.control();
    const auto& tls = control.tls();
    control_ = CheckIp("control.listen", control.listen());
    const bool any_tls =
        !tls.certificate().empty() || !tls.key().empty() || !tls.client_ca().empty();
    if (!control.plaintext()) return CheckTls(tls);
    if (any_tls) {
      Problem("control.plaintext", "contradicts control.tls; remove one of them");
    }
    if (control_ && !control_->IsLoopback()) {
      Problem("control.plaintext",
              absl::StrCat("is for loopback only, and control.listen is ", control.listen(),
                           "; listen on 127.0.0.1, or give control.tls its certificate, key and "
                           "client_ca"));
    }
  }

  void CheckTls(const config::Tls& tls) {
    const auto require = [&](const char* path, const std::string& value) {
      if (value.empty()) {
        Problem(path,
                "is needed: the path of a PEM file (or set control.plaintext: true, on "
                "loopback only)");
      }
    };
    require("control.tls.certificate", tls.certificate());
    require("control.tls.key", tls.key());
    require("control.tls.client_ca", tls.client_ca());
  }

  void CheckAdmin() {
    const std::optional<IpAddress> admin = CheckIp("admin.listen", config_.admin().listen());
    const uint32_t port = config_.admin().port();
    if (admin && control_ && port != 0 && port == config_.control().port() &&
        Overlap(*admin, *control_)) {
      Problem("admin.port", absl::StrCat("is ", port, ", which control has; choose another"));
    }
  }

  // Each shard needs a part of each pool.
  void CheckLimits() {
    const auto& limits = config_.limits();
    const uint32_t shards = config_.shards().count();
    const auto enough = [&](const char* path, uint32_t value) {
      if (value < shards) {
        Problem(path, absl::StrCat("is ", value, " for ", shards,
                                   " shards, which share it; the least is ", shards));
      }
    };
    enough("limits.rooms", limits.rooms());
    enough("limits.endpoints", limits.endpoints());
    enough("limits.tracks", limits.tracks());
    enough("limits.legs", limits.legs());
    // Which is enough for the shards then, too.
    if (limits.streams() < limits.tracks()) {
      Problem("limits.streams",
              absl::StrCat("is ", limits.streams(), ", less than limits.tracks (", limits.tracks(),
                           "); each track has a stream at least"));
    }
  }

  void CheckIce() {
    const auto& ice = config_.ice();
    if (ice.check_interval_ms() >= ice.consent_timeout_ms()) {
      Problem("ice.check_interval",
              "must be shorter than ice.consent_timeout, or consent expires between two checks");
    }
  }

  void CheckRecord() {
    const auto& record = config_.record();
    const auto absolute = [&](const char* path, const std::string& value) {
      if (!value.empty() && value.front() != '/') {
        Problem(path,
                absl::StrCat("'", value, "' is not an absolute path, such as /srv/recordings"));
      }
    };
    absolute("record.directory", record.directory());
    absolute("record.program", record.program());
    if (!record.hook().empty()) absolute("record.hook", record.hook(0));
    if (!record.hook().empty() && record.hook(0).empty()) {
      Problem("record.hook", "begins with an empty text; give the path of a program");
    }
    const absl::Status name = CheckNamePattern(record.name());
    if (!name.ok()) Problem("record.name", std::string(name.message()));
  }

  const config::Config& config_;
  std::vector<KeyProblem> problems_;
  std::vector<IpAddress> media_ips_;
  uint32_t media_last_port_ = 0;
  std::optional<IpAddress> control_;
};

}  // namespace

std::vector<KeyProblem> ValidateConfig(const config::Config& config) {
  return Validator(config).Run();
}

}  // namespace baton::control
