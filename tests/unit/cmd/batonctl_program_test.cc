// The whole program against a node that the test plays.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cmd/batonctl/program.h"

#include "proto/control.pb.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

// What the node answers, in order, and what it was asked.
struct Script {
  std::deque<absl::StatusOr<v1::Reply>> replies;
  std::deque<absl::StatusOr<v1::WatchMessage>> watch;
  std::vector<v1::Request> requests;
  std::vector<control::ClientOptions> connections;
};

class ScriptedNode : public Node {
 public:
  explicit ScriptedNode(Script& script) : script_(script) {}

  absl::StatusOr<v1::Welcome> Greet() override {
    v1::Welcome welcome;
    welcome.set_epoch(9);
    return welcome;
  }

  absl::StatusOr<v1::Reply> Call(v1::Request request) override {
    script_.requests.push_back(std::move(request));
    if (script_.replies.empty()) return absl::UnavailableError("the script has ended");
    auto reply = std::move(script_.replies.front());
    script_.replies.pop_front();
    return reply;
  }

  absl::StatusOr<v1::WatchMessage> NextWatchMessage(Patience) override {
    if (script_.watch.empty()) return absl::UnavailableError("connection closed");
    auto message = std::move(script_.watch.front());
    script_.watch.pop_front();
    return message;
  }

 private:
  Script& script_;
};

// What is typed, and what was drawn. Waiting takes no time.
struct Screen {
  bool interactive = false;
  ConsoleSize size;
  std::deque<Console::Wait> waits;  // when it is empty, time has elapsed
  std::vector<std::vector<std::string>> drawn;
};

class ScriptedConsole : public Console {
 public:
  explicit ScriptedConsole(Screen& screen) : screen_(screen) {}

  bool interactive() const override { return screen_.interactive; }
  ConsoleSize size() const override { return screen_.size; }
  void Draw(const std::vector<std::string>& lines) override { screen_.drawn.push_back(lines); }
  Wait WaitUntil(TimePoint) override {
    if (screen_.waits.empty()) return {.elapsed = true};
    const Wait wait = screen_.waits.front();
    screen_.waits.pop_front();
    return wait;
  }

 private:
  Screen& screen_;
};

class Program : public testing::Test {
 protected:
  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    const auto make_node = [this](control::ClientOptions options, Duration) {
      script_.connections.push_back(std::move(options));
      return std::make_unique<ScriptedNode>(script_);
    };
    const auto make_console = [this] { return std::make_unique<ScriptedConsole>(console_); };
    return static_cast<int>(RunProgram(
        arguments,
        {.make_node = make_node, .make_console = make_console, .out = out_, .err = err_}));
  }

  v1::Reply& Expect() {
    script_.replies.emplace_back(v1::Reply());
    return *script_.replies.back();
  }

  const v1::Request& LastRequest() const { return script_.requests.back(); }

  std::string WriteFile(const std::string& text) {
    const std::string path = testing::TempDir() + "batonctl_program_test_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(path) << text;
    return path;
  }

  Script script_;
  Screen console_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Program, AsksForARoom) {
  Expect().mutable_room()->set_name("demo");
  EXPECT_EQ(Run({"room", "create", "demo", "--subscribe", "manual"}), 0);
  EXPECT_EQ(LastRequest().create_room().room(), "demo");
  EXPECT_EQ(LastRequest().create_room().subscribe_mode(), v1::SUBSCRIBE_MODE_MANUAL);
  EXPECT_EQ(out_.str().substr(0, 4), "NAME");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Program, TakesCommandWordsAsNames) {
  for (const char* name : {"room", "node", "show", "run", "help"}) {
    Expect().mutable_room()->set_name(name);
    EXPECT_EQ(Run({"room", "create", name}), 0) << err_.str();
    EXPECT_EQ(LastRequest().create_room().room(), name);
  }
}

TEST_F(Program, TakesCommonOptionsBeforeAndBehindTheCommand) {
  Expect().mutable_rooms();
  EXPECT_EQ(Run({"-o", "json", "--node", "[::1]:1", "room", "ls"}), 0);
  EXPECT_EQ(out_.str(), "{\"rooms\":[]}\n");
  EXPECT_EQ(script_.connections.back().address, "[::1]:1");
  Expect().mutable_rooms();
  EXPECT_EQ(Run({"room", "ls", "-o", "json", "--node=h:2"}), 0);
  EXPECT_EQ(out_.str(), "{\"rooms\":[]}\n");
  EXPECT_EQ(script_.connections.back().address, "h:2");
}

TEST_F(Program, AddsPlainAndIceEndpoints) {
  Expect().mutable_endpoint();
  EXPECT_EQ(Run({"endpoint", "add", "demo", "alice", "--remote", "127.0.0.1:5004"}), 0);
  EXPECT_EQ(LastRequest().add_plain_endpoint().remote(), "127.0.0.1:5004");
  Expect().mutable_endpoint();
  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave", "--ice"}), 0);
  EXPECT_FALSE(LastRequest().add_ice_endpoint().has_remote());
  Expect().mutable_endpoint();
  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave", "--ice", "--remote-ufrag", "u",
                 "--remote-password", "p"}),
            0);
  EXPECT_EQ(LastRequest().add_ice_endpoint().remote().password(), "p");
  EXPECT_EQ(script_.requests.size(), 3u);

  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave"}), 2);
  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave", "--ice", "--remote", "127.0.0.1:1"}), 2);
  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave", "--ice", "--remote-ufrag", "u"}), 2);
  EXPECT_EQ(script_.requests.size(), 3u);
}

TEST_F(Program, PublishesTracks) {
  Expect().mutable_track();
  EXPECT_EQ(Run({"track", "publish", "demo", "alice", "cam", "--kind", "video", "--codec",
                 "VP8/90000", "--pt", "96", "--ssrc", "0x1234"}),
            0);
  const v1::PublishTrack& publish = LastRequest().publish_track();
  EXPECT_EQ(publish.kind(), v1::MEDIA_KIND_VIDEO);
  EXPECT_EQ(publish.codec().encoding(), "VP8");
  EXPECT_EQ(publish.payload_type(), 96u);
  EXPECT_EQ(publish.ssrc(), 0x1234u);
}

TEST_F(Program, LimitsARoomByWhoSpeaks) {
  Expect().mutable_room();
  EXPECT_EQ(Run({"room", "create", "demo", "--loudest-audio", "3", "--latest-video", "9"}), 0);
  EXPECT_EQ(LastRequest().create_room().loudest_audio(), 3u);
  EXPECT_EQ(LastRequest().create_room().latest_video(), 9u);
}

TEST_F(Program, SaysWhichExtensionsTheNodeDoesNotTake) {
  v1::Endpoint& endpoint = *Expect().mutable_endpoint();
  endpoint.add_extensions()->set_uri("urn:ietf:params:rtp-hdrext:sdes:mid");
  EXPECT_EQ(Run({"endpoint", "add", "demo", "dave", "--ice", "--extension", "mid=1", "--extension",
                 "urn:example:other=2", "--rtx"}),
            0);
  const v1::AddIceEndpoint& add = LastRequest().add_ice_endpoint();
  ASSERT_EQ(add.extensions_size(), 2);
  EXPECT_EQ(add.extensions(0).id(), 1u);
  EXPECT_EQ(add.extensions(1).uri(), "urn:example:other");
  EXPECT_TRUE(add.rtx());
  EXPECT_NE(err_.str().find("does not know the header extension urn:example:other"),
            std::string::npos);
  EXPECT_EQ(err_.str().find("sdes:mid"), std::string::npos);

  Expect().mutable_endpoint();
  EXPECT_EQ(
      Run({"endpoint", "add", "--extension", "mid=1", "demo", "bob", "--remote", "127.0.0.1:5004"}),
      0)
      << err_.str();
  EXPECT_EQ(LastRequest().add_plain_endpoint().endpoint(), "bob");
  EXPECT_EQ(LastRequest().add_plain_endpoint().extensions_size(), 1);
  EXPECT_FALSE(LastRequest().add_plain_endpoint().rtx());
}

TEST_F(Program, PublishesEncodings) {
  const std::vector<std::string> publish = {"track",     "publish", "demo",  "alice",
                                            "cam",       "--kind",  "video", "--codec",
                                            "VP8/90000", "--pt",    "96"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), publish.begin(), publish.end());
    return Run(more);
  };
  Expect().mutable_track();
  EXPECT_EQ(with({"--encoding", "rid=l", "--encoding", "ssrc=3,rid=h,rtx=4", "--rtx-payload-type",
                  "97", "--mid", "0", "--screen", "--opaque", "--feedback", "nack"}),
            0)
      << err_.str();
  const v1::PublishTrack request = LastRequest().publish_track();
  EXPECT_EQ(request.ssrc(), 0u);
  ASSERT_EQ(request.encodings_size(), 2);
  EXPECT_EQ(request.encodings(0).rid(), "l");
  EXPECT_EQ(request.encodings(1).rtx_ssrc(), 4u);
  EXPECT_EQ(request.rtx_payload_type(), 97u);
  EXPECT_EQ(request.mid(), "0");
  EXPECT_EQ(request.source(), v1::TRACK_SOURCE_SCREEN);
  EXPECT_TRUE(request.opaque());
  EXPECT_TRUE(request.feedback().nack());
  EXPECT_FALSE(request.feedback().picture_loss());

  Expect().mutable_track();
  EXPECT_EQ(with({"--ssrc", "7"}), 0);
  EXPECT_FALSE(LastRequest().publish_track().has_feedback());
  EXPECT_FALSE(LastRequest().publish_track().has_rtx_payload_type());
  EXPECT_EQ(with({}), 2);
  EXPECT_EQ(with({"--ssrc", "7", "--encoding", "ssrc=8"}), 2);
  EXPECT_EQ(with({"--encoding", "x"}), 2);
  EXPECT_EQ(script_.requests.size(), 2u);
}

TEST_F(Program, SetsLayersAndSwitchesLegs) {
  Expect().mutable_leg();
  EXPECT_EQ(
      Run({"leg", "layer", "demo", "bob", "alice/cam", "--spatial", "0", "--temporal", "highest"}),
      0);
  EXPECT_EQ(LastRequest().set_leg_layer().leg().publisher(), "alice");
  EXPECT_TRUE(LastRequest().set_leg_layer().layer().has_spatial());
  EXPECT_FALSE(LastRequest().set_leg_layer().layer().has_temporal());
  Expect().mutable_leg();
  EXPECT_EQ(Run({"leg", "switch", "demo", "bob", "alice/cam", "carol/screen"}), 0);
  EXPECT_EQ(LastRequest().switch_leg().leg().track(), "cam");
  EXPECT_EQ(LastRequest().switch_leg().to_publisher(), "carol");
  EXPECT_EQ(LastRequest().switch_leg().to_track(), "screen");
  Expect().mutable_leg();
  EXPECT_EQ(Run({"leg", "add", "demo", "bob", "alice/cam", "--rtx-payload-type", "97", "--rtx-ssrc",
                 "6", "--mid", "v"}),
            0);
  EXPECT_EQ(LastRequest().add_leg().rtx_payload_type(), 97u);
  EXPECT_EQ(LastRequest().add_leg().rtx_ssrc(), 6u);
  EXPECT_EQ(LastRequest().add_leg().mid(), "v");
  EXPECT_EQ(Run({"leg", "add", "demo", "bob", "alice/cam", "--rtx-ssrc", "6"}), 2);
  EXPECT_EQ(Run({"leg", "layer", "demo", "bob", "alice/cam", "--spatial", "8"}), 2);
  EXPECT_EQ(script_.requests.size(), 3u);
}

TEST_F(Program, ShowsOneTrackAndOneLeg) {
  v1::State state;
  v1::Track& track = *state.add_tracks();
  track.set_endpoint("alice");
  track.set_name("cam");
  track.add_encodings()->set_rid("h");
  v1::Leg& leg = *state.add_legs();
  leg.mutable_name()->set_subscriber("bob");
  leg.mutable_name()->set_publisher("alice");
  leg.mutable_name()->set_track("cam");
  leg.mutable_current()->set_spatial(1);
  leg.mutable_current()->set_temporal(2);
  *Expect().mutable_state() = state;
  EXPECT_EQ(Run({"track", "show", "demo", "alice", "cam"}), 0);
  EXPECT_NE(out_.str().find("       0  h    -"), std::string::npos) << out_.str();
  *Expect().mutable_state() = state;
  EXPECT_EQ(Run({"leg", "show", "demo", "bob", "alice/cam"}), 0);
  EXPECT_NE(out_.str().find("layer:            1/2\n"), std::string::npos) << out_.str();
  *Expect().mutable_state() = state;
  EXPECT_EQ(Run({"leg", "show", "demo", "bob", "alice/mic"}), 4);
  *Expect().mutable_state() = state;
  EXPECT_EQ(Run({"track", "show", "demo", "alice", "mic"}), 4);
}

TEST_F(Program, AsksForTheDetailsOfAnSdpFile) {
  v1::State& state = *Expect().mutable_state();
  v1::Endpoint bob;
  bob.set_name("bob");
  bob.set_transport(v1::TRANSPORT_PLAIN);
  bob.set_remote("127.0.0.1:5000");
  *state.add_endpoints() = bob;
  state.add_endpoints()->set_name("carol");
  v1::Track& track = *state.add_tracks();
  track.set_endpoint("alice");
  track.set_name("cam");
  track.set_kind(v1::MEDIA_KIND_VIDEO);
  v1::Leg& leg = *state.add_legs();
  leg.mutable_name()->set_subscriber("bob");
  leg.mutable_name()->set_publisher("alice");
  leg.mutable_name()->set_track("cam");
  bob.add_extensions()->set_uri("urn:3gpp:video-orientation");
  bob.mutable_extensions(0)->set_id(4);
  *Expect().mutable_endpoint() = bob;
  EXPECT_EQ(Run({"endpoint", "sdp", "demo", "bob"}), 0) << err_.str();
  EXPECT_EQ(script_.requests.size(), 2u);
  EXPECT_NE(out_.str().find("a=extmap:4 urn:3gpp:video-orientation\r\n"), std::string::npos);
}

TEST_F(Program, NamesLegsByTrack) {
  Expect().mutable_leg();
  EXPECT_EQ(Run({"leg", "add", "demo", "bob", "alice/cam", "--pt", "0x61"}), 0);
  EXPECT_EQ(LastRequest().add_leg().leg().publisher(), "alice");
  EXPECT_EQ(LastRequest().add_leg().leg().track(), "cam");
  EXPECT_EQ(LastRequest().add_leg().payload_type(), 0x61u);
  EXPECT_FALSE(LastRequest().add_leg().has_ssrc());
  Expect().mutable_leg();
  EXPECT_EQ(Run({"leg", "pause", "demo", "bob", "alice/cam"}), 0);
  EXPECT_EQ(LastRequest().pause_leg().leg().subscriber(), "bob");
  Expect().mutable_done();
  EXPECT_EQ(Run({"leg", "rm", "demo", "bob", "alice/cam", "-o", "json"}), 0);
  EXPECT_EQ(out_.str(), "{}\n");
}

TEST_F(Program, ListsTheLegsOfOneSubscriber) {
  v1::State& state = *Expect().mutable_state();
  state.add_legs()->mutable_name()->set_subscriber("bob");
  state.add_legs()->mutable_name()->set_subscriber("carol");
  EXPECT_EQ(Run({"leg", "ls", "demo", "carol", "-o", "json"}), 0);
  EXPECT_NE(out_.str().find("carol"), std::string::npos);
  EXPECT_EQ(out_.str().find("bob"), std::string::npos);
}

TEST_F(Program, SaysWhatIsWrongWithALine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "batonctl --help"},
      {{"room"}, "batonctl room --help"},
      {{"nonsense"}, "no command \"nonsense\""},
      {{"room", "lss"}, "no command \"lss\""},
      {{"room", "create"}, "NAME is required"},
      {{"room", "create", "a", "b"}, "batonctl room create --help"},
      {{"room", "create", "a", "--subscribe", "some"}, "--subscribe"},
      {{"leg", "add", "demo", "bob", "cam"}, "PUBLISHER/TRACK"},
      {{"leg", "add", "demo", "bob", "a/cam", "--pt", "128"}, "at most 127"},
      {{"leg", "add", "demo", "bob", "a/cam", "--ssrc", "x"}, "0x1234"},
      {{"room", "ls", "-o", "xml"}, "--output"},
      {{"room", "ls", "--timeout", "5"}, "5s"},
      {{"room", "ls", "--tls-ca", "ca.pem"}, "--tls-cert"},
      {{"completion", "fish"}, "zsh"},
  };
  for (const auto& [arguments, expected] : cases) {
    EXPECT_EQ(Run(arguments), 2) << expected;
    EXPECT_NE(err_.str().find(expected), std::string::npos) << err_.str();
    EXPECT_EQ(out_.str(), "");
  }
  EXPECT_TRUE(script_.requests.empty());
}

TEST_F(Program, PassesOnTheNodesErrors) {
  script_.replies.emplace_back(absl::NotFoundError("no room demo\x1b[2J"));
  EXPECT_EQ(Run({"room", "show", "demo"}), 4);
  EXPECT_EQ(err_.str(), "batonctl: no room demo\\x1b[2J (NOT_FOUND)\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Program, DoesNotTakeAnAnswerOfAnotherKind) {
  Expect().mutable_done();
  EXPECT_EQ(Run({"room", "ls"}), 1);
}

TEST_F(Program, PassesTlsOn) {
  Expect().mutable_rooms();
  EXPECT_EQ(Run({"room", "ls", "--tls-ca", "a", "--tls-cert", "b", "--tls-key", "c",
                 "--tls-server-name", "d"}),
            0);
  ASSERT_TRUE(script_.connections.back().tls.has_value());
  EXPECT_EQ(script_.connections.back().tls->certificate_file, "b");
  EXPECT_EQ(script_.connections.back().tls->server_name, "d");
}

TEST_F(Program, RunsAFileOverOneConnection) {
  const std::string file = WriteFile(
      "# a room\n"
      "room create 'demo'   # its name\n"
      "\n"
      "room ls\n");
  Expect().mutable_room()->set_name("demo");
  Expect().mutable_rooms();
  EXPECT_EQ(Run({"run", file, "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(script_.requests.size(), 2u);
  EXPECT_EQ(script_.connections.size(), 1u);
  EXPECT_NE(out_.str().find("\n{\"rooms\":[]}\n"), std::string::npos) << out_.str();
}

TEST_F(Program, StopsAtTheFirstLineThatFails) {
  const std::string file = WriteFile("room ls\nroom show x\nroom ls\n");
  Expect().mutable_rooms();
  script_.replies.emplace_back(absl::NotFoundError("no room x"));
  EXPECT_EQ(Run({"run", file}), 4);
  EXPECT_EQ(script_.requests.size(), 2u);
  EXPECT_EQ(err_.str(), "batonctl: " + file + ":2: no room x (NOT_FOUND)\n");
}

TEST_F(Program, GoesOnIfAsked) {
  const std::string file = WriteFile("nonsense\nroom 'x\nroom ls\n");
  Expect().mutable_rooms();
  EXPECT_EQ(Run({"run", file, "--keep-going"}), 2);
  EXPECT_EQ(script_.requests.size(), 1u);
  EXPECT_NE(err_.str().find(":1: "), std::string::npos) << err_.str();
  EXPECT_NE(err_.str().find(":2: "), std::string::npos) << err_.str();
  EXPECT_NE(err_.str().find("2 lines failed"), std::string::npos) << err_.str();
}

TEST_F(Program, RefusesInFilesWhatIsForTheCommandLine) {
  for (const char* line : {"run other", "events -f", "version", "room ls -o json", "--help"}) {
    EXPECT_EQ(Run({"run", WriteFile(line)}), 2) << line;
    EXPECT_NE(err_.str().find(":1: "), std::string::npos) << err_.str();
  }
  EXPECT_EQ(Run({"run", "/nonexistent/file"}), 2);
}

v1::WatchMessage Events(uint64_t first, uint64_t last) {
  v1::WatchMessage message;
  for (uint64_t revision = first; revision <= last; ++revision) {
    v1::Event& event = *message.mutable_events()->add_events();
    event.set_revision(revision);
    event.mutable_room_closed()->set_room("demo");
  }
  return message;
}

TEST_F(Program, PrintsTheEventsThatThereAreAndEnds) {
  Expect().mutable_node_status()->set_revision(3);
  v1::WatchStarted& started = *Expect().mutable_watch_started();
  started.set_start(v1::WatchStarted::START_RESUMED);
  started.mutable_position()->set_revision(1);
  script_.watch.emplace_back(Events(2, 2));
  script_.watch.emplace_back(Events(3, 3));
  EXPECT_EQ(Run({"events", "--since", "8:1", "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(LastRequest().watch().resume_after().epoch(), 8u);
  EXPECT_EQ(LastRequest().watch().resume_after().revision(), 1u);
  EXPECT_EQ(out_.str(),
            "{\"revision\":\"2\",\"room_closed\":{\"room\":\"demo\"}}\n"
            "{\"revision\":\"3\",\"room_closed\":{\"room\":\"demo\"}}\n");
}

TEST_F(Program, HasNothingToPrintIfNothingHappened) {
  Expect().mutable_node_status();
  Expect().mutable_watch_started()->set_start(v1::WatchStarted::START_RESUMED);
  EXPECT_EQ(Run({"events"}), 0) << err_.str();
  EXPECT_EQ(LastRequest().watch().resume_after().epoch(), 9u);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Program, FollowsFromASnapshotUntilTheConnectionEnds) {
  Expect().mutable_node_status()->set_revision(3);
  Expect().mutable_watch_started()->set_start(v1::WatchStarted::START_SNAPSHOT);
  for (const bool last : {false, true}) {
    v1::WatchMessage part;
    part.mutable_snapshot()->mutable_position()->set_revision(3);
    part.mutable_snapshot()->mutable_state()->add_rooms();
    part.mutable_snapshot()->set_last(last);
    script_.watch.emplace_back(part);
  }
  script_.watch.emplace_back(Events(4, 4));
  EXPECT_EQ(Run({"events", "-f"}), 3);
  EXPECT_FALSE(LastRequest().watch().has_resume_after());
  EXPECT_EQ(out_.str(),
            "at 0:3: 2 rooms, 0 endpoints, 0 tracks, 0 legs\n"
            "     4  room_closed               demo\n");
}

TEST_F(Program, SaysWhenItCannotResume) {
  Expect().mutable_node_status()->set_revision(3);
  Expect().mutable_watch_started()->set_start(v1::WatchStarted::START_OTHER_EPOCH);
  v1::WatchMessage snapshot;
  snapshot.mutable_snapshot()->mutable_position()->set_revision(3);
  snapshot.mutable_snapshot()->set_last(true);
  script_.watch.emplace_back(snapshot);
  EXPECT_EQ(Run({"events", "--since", "1:2"}), 0);
  EXPECT_NE(err_.str().find("restarted"), std::string::npos) << err_.str();
}

class Top : public Program {
 protected:
  // Answers for one sample of one room whose leg gets 100 packets of 125 bytes a second.
  void ExpectSample(uint64_t second) {
    Expect().mutable_rooms()->add_rooms()->set_name("demo");
    ExpectStatistics(second);
  }
  void ExpectStatistics(uint64_t second) {
    v1::RoomStatistics& statistics = *Expect().mutable_room_statistics();
    statistics.set_sampled_at_ms(1000 * second);
    statistics.add_tracks()->set_endpoint("alice");
    statistics.mutable_tracks(0)->set_track("cam");
    v1::LegStatistics& leg = *statistics.add_legs();
    leg.mutable_leg()->set_subscriber("bob");
    leg.mutable_leg()->set_publisher("alice");
    leg.mutable_leg()->set_track("cam");
    leg.set_packets(100 * second);
    leg.set_bytes(12500 * second);
  }
};

TEST_F(Top, PrintsTheRatesOfOneInterval) {
  ExpectSample(1);
  ExpectSample(2);
  EXPECT_EQ(Run({"top", "--once"}), 0) << err_.str();
  EXPECT_TRUE(console_.drawn.empty());
  EXPECT_EQ(out_.str().find("1 room  1 track  1 leg  in 0.0 Mbit/s  out 0.1 Mbit/s\nNAME"), 0u)
      << out_.str();
  EXPECT_NE(out_.str().find("\ndemo/bob <- alice/cam          -       100.0    100"),
            std::string::npos)
      << out_.str();
}

TEST_F(Top, PrintsJsonSoOftenAndOfOneRoom) {
  for (uint64_t second = 1; second <= 3; ++second) ExpectStatistics(second);
  EXPECT_EQ(Run({"top", "--room", "demo", "--kind", "leg", "--iterations", "2", "-o", "json"}), 0)
      << err_.str();
  EXPECT_EQ(script_.requests.size(), 3u);
  EXPECT_EQ(LastRequest().get_room_statistics().room(), "demo");
  EXPECT_EQ(out_.str().find("{\"rows\":[{\"kind\":\"leg\",\"room\":\"demo\""), 0u) << out_.str();
  EXPECT_EQ(std::ranges::count(out_.str(), '\n'), 2);
}

TEST_F(Top, DrawsUntilItIsEnded) {
  console_.interactive = true;
  ExpectSample(1);
  ExpectSample(2);
  console_.waits = {{.key = 'k'}, {}, {.elapsed = true}, {.key = 'q'}};
  EXPECT_EQ(Run({"top"}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "");
  ASSERT_EQ(console_.drawn.size(), 4u);
  EXPECT_EQ(console_.drawn[0][1], "by rate, all");
  EXPECT_EQ(console_.drawn[1][1], "by rate, room");  // the key
  EXPECT_EQ(console_.drawn[2], console_.drawn[1]);   // another size
  EXPECT_NE(console_.drawn[3][0].find("out 0.1 Mbit/s"), std::string::npos);
}

TEST_F(Top, EndsWithTheNode) {
  console_.interactive = true;
  ExpectSample(1);
  EXPECT_EQ(Run({"top"}), 3);
  EXPECT_EQ(console_.drawn.size(), 1u);
}

TEST_F(Top, LeavesOutRoomsThatCloseMeanwhile) {
  for (int i = 0; i < 2; ++i) {
    Expect().mutable_rooms()->add_rooms()->set_name("gone");
    script_.replies.emplace_back(absl::NotFoundError("no room"));
  }
  EXPECT_EQ(Run({"top", "--once", "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "{\"rows\":[]}\n");
  script_.replies.emplace_back(absl::NotFoundError("no room"));
  EXPECT_EQ(Run({"top", "--once", "--room", "gone"}), 4);
}

TEST_F(Top, ChecksItsOptions) {
  for (const auto& [option, value] :
       std::vector<std::pair<std::string, std::string>>{{"--sort", "colour"},
                                                        {"--kind", "rooms"},
                                                        {"--interval", "99ms"},
                                                        {"--interval", "2h"},
                                                        {"--iterations", "-1"}}) {
    EXPECT_EQ(Run({"top", option, value}), 2) << option;
  }
  EXPECT_EQ(Run({"top", "--once", "--iterations", "2"}), 2);
  EXPECT_TRUE(script_.requests.empty());
}

TEST_F(Program, PrintsHelpVersionAndCompletionWithoutANode) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_NE(out_.str().find("BATON_NODE"), std::string::npos) << out_.str();
  EXPECT_EQ(Run({"leg", "add", "--help"}), 0);
  EXPECT_NE(out_.str().find("Example:"), std::string::npos) << out_.str();
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_EQ(Run({"version", "-o", "json"}), 0);
  EXPECT_NE(out_.str().find("\"protocol_version\":1"), std::string::npos);
  EXPECT_EQ(Run({"completion", "bash"}), 0);
  EXPECT_NE(out_.str().find("complete -F _batonctl batonctl"), std::string::npos);
  EXPECT_EQ(Run({"completion", "zsh"}), 0);
  EXPECT_NE(out_.str().find("bashcompinit"), std::string::npos);
  EXPECT_TRUE(script_.requests.empty());
}

// ------------------------------------------------------------------------------------- recordings

TEST_F(Program, StartsARecordingAsAskedFor) {
  v1::Recording& recording = *Expect().mutable_recording();
  recording.set_name("demo-1");
  recording.set_state(v1::RECORDING_STATE_RUNNING);
  EXPECT_EQ(Run({"record", "start", "demo", "--tracks", "alice", "--tracks", "*/screen", "--kind",
                 "video", "--per", "track", "--name", "{room}-{date}"}),
            0)
      << err_.str();
  const v1::StartRecording& start = LastRequest().start_recording();
  EXPECT_EQ(start.room(), "demo");
  EXPECT_EQ(start.tracks().patterns_size(), 2);
  EXPECT_EQ(start.tracks().kind(), v1::MEDIA_KIND_VIDEO);
  EXPECT_EQ(start.layout(), v1::RECORDING_LAYOUT_TRACK);
  EXPECT_EQ(start.name(), "{room}-{date}");
  EXPECT_NE(out_.str().find("running"), std::string::npos);

  Expect().mutable_recording();
  EXPECT_EQ(Run({"record", "start", "demo", "--raw"}), 0);
  EXPECT_EQ(LastRequest().start_recording().layout(), v1::RECORDING_LAYOUT_RAW);
  EXPECT_EQ(LastRequest().start_recording().tracks().patterns_size(), 0);
  EXPECT_EQ(Run({"record", "start", "demo", "--raw", "--per", "track"}), 2);
}

TEST_F(Program, ShowsEachTroubleOfARecordingAsALine) {
  v1::Recording& recording = *Expect().mutable_recording();
  recording.set_name("demo-1");
  recording.set_trouble_count(3);
  for (const char* text : {"no space\x1b[31m", "the process takes nothing"}) {
    v1::RecordingTroubleNote& trouble = *recording.add_troubles();
    trouble.set_code("disk_full");
    trouble.set_text(text);
    trouble.set_at_unix_us(1795471200000000);
  }
  EXPECT_EQ(Run({"record", "show", "demo-1"}), 0);
  EXPECT_EQ(LastRequest().show_recording().recording(), "demo-1");
  EXPECT_NE(out_.str().find("1 troubles more, and then:\n"
                            "trouble: 2026-11-23T22:00:00Z  disk_full  no space\\x1b[31m\n"),
            std::string::npos)
      << out_.str();
}

TEST_F(Program, WaitsForARecordingsEnd) {
  Expect().mutable_recording()->set_state(v1::RECORDING_STATE_STOPPING);
  Expect().mutable_watch_started();
  Expect().mutable_recording()->set_state(v1::RECORDING_STATE_STOPPING);
  Expect().mutable_recording()->set_state(v1::RECORDING_STATE_ENDED);
  script_.watch.emplace_back(v1::WatchMessage());
  script_.watch.emplace_back(v1::WatchMessage());
  script_.watch.back()
      ->mutable_events()
      ->add_events()
      ->mutable_recording_ended()
      ->mutable_recording()
      ->set_name("demo-1");
  EXPECT_EQ(Run({"record", "stop", "demo-1", "--wait"}), 0) << err_.str();
  EXPECT_TRUE(script_.watch.empty());
  EXPECT_NE(out_.str().find("ended"), std::string::npos);
}

TEST_F(Program, ListsRecordings) {
  v1::Recording& recording = *Expect().mutable_recordings()->add_recordings();
  recording.set_name("demo-1");
  recording.set_bytes(81234567);
  EXPECT_EQ(Run({"record", "ls"}), 0);
  EXPECT_NE(out_.str().find("81.2 MB"), std::string::npos);
}

}  // namespace
}  // namespace baton::cli
