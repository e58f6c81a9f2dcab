#include "bench/load/report.h"

#include <iostream>
#include <memory>

#include "bench/load/commands/commands.h"
#include "bench/load/result_io.h"

namespace baton::bench {

void AddReportCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("report", "Makes report.html of a result anew");
  command.footer("Example:\n  baton-bench report result/");
  const auto directory = std::make_shared<std::string>();
  command.add_option("DIRECTORY", *directory, "Of the result")->required()->type_name("");
  command.callback([directory, &action] {
    action = [directory](const Context&) -> absl::StatusOr<ExitCode> {
      const absl::StatusOr<RunResult> result = ReadResult(*directory);
      if (!result.ok()) return result.status();
      if (absl::Status status = WriteReport(*result, *directory); !status.ok()) return status;
      std::cout << *directory << "/" << kReportFile << std::endl;
      return ExitCode::kGood;
    };
  });
}

}  // namespace baton::bench
