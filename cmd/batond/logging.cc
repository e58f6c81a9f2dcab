#include "cmd/batond/logging.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <cstdio>
#include <memory>

#include "cmd/batond/json.h"

namespace baton {
namespace {

std::string_view Name(LogLevel level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<size_t>(level)];
}

struct Stamp {
  tm utc{};
  long microseconds = 0;
};

Stamp ToStamp(LogTime time) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  const time_t seconds = since.count() / 1'000'000;
  Stamp stamp{.microseconds = static_cast<long>(since.count() % 1'000'000)};
  gmtime_r(&seconds, &stamp.utc);
  return stamp;
}

// What needs quotes gets JSON's.
std::string TextValue(std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"\\=") == std::string_view::npos;
  std::string quoted = JsonString(value);
  const bool escaped = quoted.size() != value.size() + 2;
  return plain && !escaped ? std::string(value) : quoted;
}

// The message is a line of prose: quoting all of it would hurt the eye.
std::string TextMessage(std::string_view message) {
  const std::string quoted = JsonString(message);
  return quoted.substr(1, quoted.size() - 2);
}

LogLevel FromSpdlog(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return LogLevel::kDebug;
    case spdlog::level::info:
      return LogLevel::kInfo;
    case spdlog::level::warn:
      return LogLevel::kWarning;
    default:
      return LogLevel::kError;
  }
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                   spdlog::level::warn, spdlog::level::err};
  return kLevels[static_cast<size_t>(level)];
}

// The fields of the message that this thread is logging: spdlog has no place for them, and formats
// on the thread that logs.
thread_local std::span<const LogField> current_fields;

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(config::Log::Format format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto make = format_ == config::Log::FORMAT_JSON ? FormatJsonLine : FormatTextLine;
    const std::string line =
        make(message.time, FromSpdlog(message.level),
             std::string_view(message.payload.data(), message.payload.size()), current_fields);
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  config::Log::Format format_;
};

}  // namespace

void ConfigureLogging(const config::Log& config) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                   spdlog::level::warn, spdlog::level::err};
  auto logger =
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<LineFormatter>(config.format()));
  logger->set_level(kLevels[config.level()]);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  current_fields = std::span<const LogField>(fields.begin(), fields.size());
  spdlog::default_logger_raw()->log(ToSpdlog(level),
                                    spdlog::string_view_t(message.data(), message.size()));
  current_fields = {};
}

std::string FormatJsonLine(LogTime time, LogLevel level, std::string_view message,
                           std::span<const LogField> fields) {
  const Stamp stamp = ToStamp(time);
  char date[40];
  char fraction[32];
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &stamp.utc);
  std::snprintf(fraction, sizeof(fraction), ".%06ldZ", stamp.microseconds);
  std::string line = "{\"ts\":\"";
  line.append(date).append(fraction);
  line.append("\",\"level\":\"").append(Name(level));
  line.append("\",\"msg\":").append(JsonString(message));
  for (const LogField& field : fields) {
    line.append(",").append(JsonString(field.name)).append(":").append(JsonString(field.value));
  }
  return line.append("}\n");
}

std::string FormatTextLine(LogTime time, LogLevel level, std::string_view message,
                           std::span<const LogField> fields) {
  const Stamp stamp = ToStamp(time);
  char date[40];
  char fraction[32];
  std::strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &stamp.utc);
  std::snprintf(fraction, sizeof(fraction), ".%03ldZ ", stamp.microseconds / 1000);
  constexpr size_t kLevelWidth = 8;
  std::string line = date;
  line.append(fraction).append(Name(level));
  line.append(kLevelWidth - Name(level).size(), ' ').append(TextMessage(message));
  for (const LogField& field : fields) {
    line.append(" ").append(field.name).append("=").append(TextValue(field.value));
  }
  return line.append("\n");
}

}  // namespace baton
