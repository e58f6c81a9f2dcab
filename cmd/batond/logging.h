// The log of batond, on standard error: one line for each message, JSON for machines or text for
// people.
//
//   {"ts":"2026-01-31T12:00:00.123456Z","level":"info","msg":"listening","port":"7880"}
//   2026-01-31 12:00:00.123Z info    listening port=7880
//
// A line never holds a control character, so what a peer has sent cannot forge one.
#pragma once

#include <chrono>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "proto/config.pb.h"

namespace baton {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::string value;
};

// Before the first message; later calls change the settings. Any thread may log; it may block for
// as long as standard error does, which is why shards do not.
void ConfigureLogging(const config::Log& config);

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

using LogTime = std::chrono::system_clock::time_point;

// One line with its newline.
std::string FormatJsonLine(LogTime time, LogLevel level, std::string_view message,
                           std::span<const LogField> fields);
std::string FormatTextLine(LogTime time, LogLevel level, std::string_view message,
                           std::span<const LogField> fields);

}  // namespace baton
