#include "tests/sim/program/many_runs.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/engine/virtual_clock.h"
#include "tests/sim/simulation.h"

namespace baton::sim {
namespace {

using WallClock = std::chrono::steady_clock;

// A run takes a fraction of a second. One that takes this long does not end.
constexpr auto kPatience = std::chrono::seconds(120);
constexpr size_t kFailuresPrinted = 10;

// What a worker says of a seed that it has run. Fits into one write to a pipe.
struct Report {
  uint64_t seed;
  uint64_t hash;
  int64_t simulated_ns;
  uint64_t datagrams;
  int64_t violated_ns;  // since the beginning
  bool well;
  char what[512];
  char subject[256];
};
static_assert(sizeof(Report) <= 4096);

void Copy(const std::string& text, char* to, size_t size) {
  std::snprintf(to, size, "%s", text.c_str());
}

Report RunSeed(uint64_t seed, const ScenarioOptions& options) {
  Trace trace;
  const RunResult result = Simulation(DrawScenario(seed, options), trace).Run();
  Report report{};
  report.seed = seed;
  report.hash = result.hash;
  report.simulated_ns = result.simulated.count();
  report.datagrams = result.datagrams_in + result.datagrams_out;
  report.well = !result.violation;
  if (result.violation) {
    report.violated_ns = (result.violation->when - kBeginning).count();
    Copy(result.violation->what, report.what, sizeof report.what);
    Copy(result.violation->subject, report.subject, sizeof report.subject);
  }
  return report;
}

// A process that runs the seeds that it is given, one after another.
class Worker {
 public:
  explicit Worker(const ScenarioOptions& options) {
    int seeds[2];
    int reports[2];
    BATON_CHECK(pipe(seeds) == 0 && pipe(reports) == 0);
    std::fflush(nullptr);
    const pid_t process = fork();
    BATON_CHECK(process >= 0);
    process_ = process;
    if (process == 0) {
      close(seeds[1]);
      close(reports[0]);
      Work(seeds[0], reports[1], options);
    }
    close(seeds[0]);
    close(reports[1]);
    to_ = seeds[1];
    from_ = reports[0];
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    if (process_) {
      kill(*process_, SIGKILL);
      waitpid(*process_, nullptr, 0);
    }
    close(to_);
    close(from_);
  }

  void Give(uint64_t seed) {
    seed_ = seed;
    since_ = WallClock::now();
    BATON_CHECK(write(to_, &seed, sizeof seed) == sizeof seed);
  }
  int descriptor() const { return from_; }
  uint64_t seed() const { return seed_; }
  bool overdue() const { return WallClock::now() - since_ > kPatience; }
  // False if the process has ended instead.
  bool Take(Report& report) { return read(from_, &report, sizeof report) == sizeof report; }
  std::string HowItEnded() {
    int status = 0;
    waitpid(*process_, &status, 0);
    process_.reset();
    return WIFSIGNALED(status) ? "crashed with signal " + std::to_string(WTERMSIG(status))
                               : "ended with status " + std::to_string(WEXITSTATUS(status));
  }

 private:
  [[noreturn]] static void Work(int seeds, int reports, const ScenarioOptions& options) {
    uint64_t seed = 0;
    while (read(seeds, &seed, sizeof seed) == sizeof seed) {
      const Report report = RunSeed(seed, options);
      if (write(reports, &report, sizeof report) != sizeof report) break;
    }
    _exit(0);
  }

  std::optional<pid_t> process_;  // until it was waited for
  int to_ = -1;
  int from_ = -1;
  uint64_t seed_ = 0;
  WallClock::time_point since_;
};

class Batch {
 public:
  explicit Batch(const Options& options)
      : options_(options), next_(options.from), end_(options.from + options.seeds) {}

  int Run() {
    begun_ = WallClock::now();
    const uint64_t jobs = std::min<uint64_t>(options_.jobs, options_.seeds);
    for (uint64_t i = 0; i < jobs; ++i) Begin();
    while (!workers_.empty()) Wait();
    PrintSummary();
    return failures_ == 0 ? 0 : 1;
  }

 private:
  bool done() const { return next_ == end_ || (options_.stop_at_first && failures_ > 0); }

  void Begin() {
    if (done()) return;
    workers_.push_back(std::make_unique<Worker>(options_.scenario));
    workers_.back()->Give(next_++);
  }

  void Wait() {
    std::vector<pollfd> waiting;
    for (const auto& worker : workers_) waiting.push_back({worker->descriptor(), POLLIN, 0});
    poll(waiting.data(), waiting.size(), 1000);
    PrintProgress();
    for (size_t i = waiting.size(); i-- > 0;) {
      if (waiting[i].revents != 0) {
        Take(i);
      } else if (workers_[i]->overdue()) {
        Fail(workers_[i]->seed(), "does not end", "");
        Replace(i);
      }
    }
  }

  void Take(size_t i) {
    Worker& worker = *workers_[i];
    Report report{};
    if (!worker.Take(report)) {
      Fail(worker.seed(), worker.HowItEnded(), "");
      return Replace(i);
    }
    ++ran_;
    simulated_ns_ += report.simulated_ns;
    datagrams_ += report.datagrams;
    if (options_.hashes) {
      std::printf("seed %llu hash %016llx\n", static_cast<unsigned long long>(report.seed),
                  static_cast<unsigned long long>(report.hash));
    }
    if (!report.well) {
      char when[32];
      std::snprintf(when, sizeof when, "%.6f s: ", static_cast<double>(report.violated_ns) / 1e9);
      Fail(report.seed, std::string(when) + report.what, report.subject);
    }
    if (done()) {
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      worker.Give(next_++);
    }
  }

  void Replace(size_t i) {
    ++ran_;
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    Begin();
  }

  void Fail(uint64_t seed, const std::string& what, const std::string& story) {
    if (++failures_ > kFailuresPrinted) return;
    ClearProgress();
    std::printf("seed %llu: %s\n    again: %s\n", static_cast<unsigned long long>(seed),
                what.c_str(), CommandFor(seed, options_.scenario, "").c_str());
    if (!story.empty()) {
      std::printf("    its story: %s\n", CommandFor(seed, options_.scenario, story).c_str());
    }
    std::fflush(stdout);
  }

  double elapsed() const {
    return std::chrono::duration<double>(WallClock::now() - begun_).count();
  }

  void PrintProgress() {
    if (isatty(STDERR_FILENO) == 0) return;
    std::fprintf(stderr, "\r%llu of %llu seeds, %llu failed, %.0f s ",
                 static_cast<unsigned long long>(ran_),
                 static_cast<unsigned long long>(options_.seeds),
                 static_cast<unsigned long long>(failures_), elapsed());
    std::fflush(stderr);
  }
  static void ClearProgress() {
    if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");
  }

  void PrintSummary() const {
    ClearProgress();
    const double simulated = static_cast<double>(simulated_ns_) / 1e9;
    std::printf(
        "%llu seeds, %llu failed; %.0f s simulated in %.1f s, %.0f times as fast as real "
        "time; %llu datagrams\n",
        static_cast<unsigned long long>(ran_), static_cast<unsigned long long>(failures_),
        simulated, elapsed(), simulated / elapsed(), static_cast<unsigned long long>(datagrams_));
  }

  const Options& options_;
  uint64_t next_;
  uint64_t end_;
  std::vector<std::unique_ptr<Worker>> workers_;
  WallClock::time_point begun_;
  uint64_t ran_ = 0;
  uint64_t failures_ = 0;
  int64_t simulated_ns_ = 0;
  uint64_t datagrams_ = 0;
};

}  // namespace

int RunMany(const Options& options) { return Batch(options).Run(); }

}  // namespace baton::sim
