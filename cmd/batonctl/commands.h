// All commands, by what they are about. Each function adds its own to `parent`; a parsed line
// leaves what it asks for in `action`, which outlives `parent`.
#pragma once

#include <CLI/CLI.hpp>

#include "absl/status/status.h"
#include "cmd/batonctl/command.h"

namespace baton::cli {

void AddNodeCommands(CLI::App& parent, Action& action);      // node ...
void AddRoomCommands(CLI::App& parent, Action& action);      // room ...
void AddEndpointCommands(CLI::App& parent, Action& action);  // endpoint ...
void AddSdpCommand(CLI::App& endpoint, Action& action);      // endpoint sdp
void AddTrackCommands(CLI::App& parent, Action& action);     // track ...
void AddLegCommands(CLI::App& parent, Action& action);       // leg ...
void AddRecordCommands(CLI::App& parent, Action& action);    // record ...

void AddTopCommand(CLI::App& parent, Action& action);       // top
void AddEventsCommand(CLI::App& parent, Action& action);    // events
void AddRunCommand(CLI::App& parent, Action& action);       // run
void AddVersionCommand(CLI::App& parent, Action& action);   // version
void AddCompletionCommand(CLI::App& root, Action& action);  // completion

// The six groups above: all that ask the node once, which is what a command file may have.
void AddFileCommands(CLI::App& parent, Action& action);

// Why a line made no sense, with the --help to look at.
absl::Status UsageErrorOf(const CLI::App& root, const CLI::ParseError& error);

}  // namespace baton::cli
