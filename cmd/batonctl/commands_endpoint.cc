#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/input/extensions.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct RoomArguments {
  std::string room;
};

struct EndpointArguments {
  std::string room;
  std::string endpoint;
};

struct AddArguments {
  std::string room;
  std::string endpoint;
  std::string remote;
  bool ice = false;
  std::string remote_ufrag;
  std::string remote_password;
  List<v1::HeaderExtension> extensions;
  bool rtx = false;
};

struct SetRemoteArguments {
  std::string room;
  std::string endpoint;
  std::string ufrag;
  std::string password;
};

// Shows the endpoint that the node answers.
absl::StatusOr<v1::Endpoint> AskEndpoint(Context& context, v1::Request request) {
  auto reply = Ask(context, std::move(request), v1::Reply::kEndpoint);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->endpoint(), [&] { return EndpointView(reply->endpoint()); });
  return std::move(*reply->mutable_endpoint());
}

// What both kinds of endpoint have.
template <class AddEndpoint>
void SetCommon(const AddArguments& arguments, AddEndpoint& add) {
  add.set_room(arguments.room);
  add.set_endpoint(arguments.endpoint);
  *add.mutable_extensions() = arguments.extensions;
  add.set_rtx(arguments.rtx);
}

absl::StatusOr<v1::Request> AddRequest(const AddArguments& arguments) {
  v1::Request request;
  if (!arguments.ice) {
    if (arguments.remote.empty()) {
      return UsageError("say how the endpoint is reached: --remote ADDRESS:PORT or --ice");
    }
    SetCommon(arguments, *request.mutable_add_plain_endpoint());
    request.mutable_add_plain_endpoint()->set_remote(arguments.remote);
    return request;
  }
  v1::AddIceEndpoint& add = *request.mutable_add_ice_endpoint();
  SetCommon(arguments, add);
  if (!arguments.remote_ufrag.empty()) {
    add.mutable_remote()->set_ufrag(arguments.remote_ufrag);
    add.mutable_remote()->set_password(arguments.remote_password);
  }
  return request;
}

// The node leaves out the extensions that it does not know.
void NoteWhatIsMissing(Context& context, const List<v1::HeaderExtension>& asked,
                       const v1::Endpoint& endpoint) {
  for (const v1::HeaderExtension& extension : asked) {
    const bool taken =
        std::any_of(endpoint.extensions().begin(), endpoint.extensions().end(),
                    [&](const v1::HeaderExtension& e) { return e.uri() == extension.uri(); });
    if (!taken) {
      context.output.Note(absl::StrCat("the node does not know the header extension ",
                                       SafeText(extension.uri()), ", and will not use it"));
    }
  }
}

absl::Status Add(Context& context, const AddArguments& arguments) {
  absl::StatusOr<v1::Request> request = AddRequest(arguments);
  if (!request.ok()) return request.status();
  const absl::StatusOr<v1::Endpoint> endpoint = AskEndpoint(context, *std::move(request));
  if (!endpoint.ok()) return endpoint.status();
  NoteWhatIsMissing(context, arguments.extensions, *endpoint);
  return absl::OkStatus();
}

absl::Status SetRemote(Context& context, const SetRemoteArguments& arguments) {
  v1::Request request;
  v1::SetIceRemote& set = *request.mutable_set_ice_remote();
  set.set_room(arguments.room);
  set.set_endpoint(arguments.endpoint);
  set.mutable_remote()->set_ufrag(arguments.ufrag);
  set.mutable_remote()->set_password(arguments.password);
  return AskEndpoint(context, std::move(request)).status();
}

absl::Status Show(Context& context, const EndpointArguments& arguments) {
  v1::Request request;
  request.mutable_show_endpoint()->set_room(arguments.room);
  request.mutable_show_endpoint()->set_endpoint(arguments.endpoint);
  return AskEndpoint(context, std::move(request)).status();
}

absl::Status ListAll(Context& context, const RoomArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  const auto& endpoints = reply->state().endpoints();
  context.output.ShowList("endpoints", endpoints, [&] { return EndpointTable(endpoints); });
  return absl::OkStatus();
}

absl::Status Remove(Context& context, const EndpointArguments& arguments) {
  v1::Request request;
  request.mutable_remove_endpoint()->set_room(arguments.room);
  request.mutable_remove_endpoint()->set_endpoint(arguments.endpoint);
  return Do(context, std::move(request),
            absl::StrCat("removed endpoint ", arguments.room, "/", arguments.endpoint));
}

template <class Arguments>
void AddNames(CLI::App& command, Arguments& arguments) {
  AddArgument(command, "ROOM", arguments.room, "The room");
  AddArgument(command, "NAME", arguments.endpoint, "The endpoint");
}

void AddAddCommand(CLI::App& group, Action& action) {
  CLI::App& command = AddCommand(group, "add", "Admit a participant's transport to a room",
                                 "batonctl endpoint add demo alice --remote 127.0.0.1:5004\n"
                                 "  batonctl endpoint add demo dave --ice --rtx --extension "
                                 "mid=1 --extension audio-level=2");
  const auto arguments = OnCommand(command, action, &Add);
  AddNames(command, *arguments);
  CLI::Option* remote =
      command.add_option("--remote", arguments->remote,
                         "Plain RTP: the one address it sends RTP and RTCP from, and receives at");
  CLI::Option* ice =
      command.add_flag("--ice", arguments->ice,
                       "ICE: it proves its address by STUN. Prints credentials and candidates");
  CLI::Option* ufrag = command.add_option("--remote-ufrag", arguments->remote_ufrag,
                                          "Its own ICE credentials, if known already");
  CLI::Option* password =
      command.add_option("--remote-password", arguments->remote_password, "The other half of them");
  AddParsedEach(
      command, "--extension", ParseExtension,
      [arguments](v1::HeaderExtension extension) { *arguments->extensions.Add() = extension; },
      "A header extension and its id, once for each: a URI, or " + ExtensionNames())
      ->type_name("NAME=ID");
  command.add_flag("--rtx", arguments->rtx,
                   "Legs that it gets without leg add are with RTX (RFC 4588)");
  remote->excludes(ice);
  ufrag->needs(ice)->needs(password);
  password->needs(ice)->needs(ufrag);
}

void AddSetRemoteCommand(CLI::App& group, Action& action) {
  CLI::App& command = AddCommand(group, "set-remote", "Tell an ICE endpoint its peer's credentials",
                                 "batonctl endpoint set-remote demo dave --ufrag 9uB6 --password "
                                 "YH75Fviy6338Vbrhrlp8Yh");
  const auto arguments = OnCommand(command, action, &SetRemote);
  AddNames(command, *arguments);
  command.add_option("--ufrag", arguments->ufrag, "The peer's a=ice-ufrag")->required();
  command.add_option("--password", arguments->password, "The peer's a=ice-pwd")->required();
}

void AddListCommand(CLI::App& group, Action& action) {
  CLI::App& command =
      AddCommand(group, "ls", "List a room's endpoints", "batonctl endpoint ls demo");
  const auto arguments = OnCommand(command, action, &ListAll);
  AddArgument(command, "ROOM", arguments->room, "The room");
}

void AddNamedCommand(CLI::App& group, Action& action, const std::string& name,
                     const std::string& description,
                     absl::Status (*run)(Context&, const EndpointArguments&)) {
  CLI::App& command =
      AddCommand(group, name, description, "batonctl endpoint " + name + " demo alice");
  const auto arguments = OnCommand(command, action, run);
  AddNames(command, *arguments);
}

}  // namespace

void AddEndpointCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "endpoint", "Endpoints: participants' transports");
  AddAddCommand(group, action);
  AddSetRemoteCommand(group, action);
  AddListCommand(group, action);
  AddNamedCommand(group, action, "show", "An endpoint, with its ICE credentials", &Show);
  AddNamedCommand(group, action, "rm", "Remove an endpoint with its tracks and legs", &Remove);
  AddSdpCommand(group, action);
}

}  // namespace baton::cli
