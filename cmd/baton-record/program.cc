#include "cmd/baton-record/program.h"

#include <CLI/CLI.hpp>

#include "absl/status/status.h"
#include "cmd/baton-record/repair_command.h"
#include "cmd/baton-record/run_sink.h"

namespace baton::record {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  baton-record repair /var/lib/baton/recordings/demo-20261123T221500Z\n\n"
    "Exit codes: 0 done, 1 it could not be done, 2 usage, 3 some of a file could not be repaired.";

struct Options {
  bool sink = false;
  std::string repair;
};

void AddOptions(CLI::App& app, Options& options) {
  app.set_help_flag("-h,--help", "What there is, and how to use it");
  app.set_version_flag("--version", "baton-record " BATON_VERSION);
  app.footer(kFooter);
  app.add_flag("--sink", options.sink, "Record; only batond can start this");
  CLI::App& repair =
      *app.add_subcommand("repair", "Finish what a crash has left in a recording's directory");
  repair.add_option("DIR", options.repair, "The recording's directory")->required();
  app.require_subcommand(0, 1);
}

ExitCode Sink(std::ostream& err) {
  const absl::Status status = RunSink();
  if (status.ok()) return ExitCode::kOk;
  err << "baton-record: " << status.message() << std::endl;
  return absl::IsFailedPrecondition(status) ? ExitCode::kUsage : ExitCode::kFailure;
}

}  // namespace

ExitCode RunProgram(const std::vector<std::string>& arguments, std::ostream& out,
                    std::ostream& err) {
  CLI::App app("Records rooms of a Baton node, and repairs recordings.", "baton-record");
  Options options;
  AddOptions(app, options);
  try {
    // The parser takes the last word first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    out << app.help() << std::flush;
    return ExitCode::kOk;
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << std::endl;
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    err << "baton-record: " << error.what() << ". See 'baton-record --help'" << std::endl;
    return ExitCode::kUsage;
  }
  const bool repair = app.got_subcommand("repair");
  if (options.sink == repair) {
    err << "baton-record: there is nothing to do. See 'baton-record --help'" << std::endl;
    return ExitCode::kUsage;
  }
  return repair ? RunRepair(options.repair, out, err) : Sink(err);
}

}  // namespace baton::record
