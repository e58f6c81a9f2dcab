// Options of a command whose text is read by one of the parsers of units.h, or by one like these.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "bench/load/units.h"

namespace baton::bench {

// What `option` was given; an error ends the parsing of the command line with its text.
template <class T>
T ValueOf(const std::string& option, const absl::StatusOr<T>& parsed) {
  if (!parsed.ok()) throw CLI::ValidationError(option, std::string(parsed.status().message()));
  return *parsed;
}

// An option whose text `parse` reads and `store` keeps.
template <class T>
CLI::Option* AddParsed(CLI::App& command, const std::string& name, const std::string& description,
                       const std::string& type, absl::StatusOr<T> (*parse)(std::string_view),
                       std::function<void(const T&)> store) {
  return command
      .add_option_function<std::string>(
          name,
          [name, parse, store = std::move(store)](const std::string& text) {
            store(ValueOf(name, parse(text)));
          },
          description)
      ->type_name(type);
}

// `target` outlives the command, and has the default.
inline CLI::Option* AddTime(CLI::App& command, const std::string& name, Duration& target,
                            const std::string& description) {
  return AddParsed<Duration>(command, name, description, "TIME", &ParseDuration,
                             [&target](const Duration& value) { target = value; })
      ->default_str(FormatDuration(target));
}

}  // namespace baton::bench
