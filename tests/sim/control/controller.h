// Whoever controls the nodes: asks at random for rooms, endpoints, tracks and legs to come, change
// and go, and follows the answers. Also lets the people live: their addresses change, their
// programs restart, they fall silent.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "relay/command.h"
#include "relay/output.h"
#include "tests/sim/control/directory.h"
#include "tests/sim/control/people.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/node/node.h"

namespace baton::sim {

class Controller final : public Actor, public DirectoryListener {
 public:
  // `nodes`: by index. All outlive this.
  Controller(const World& world, People& people, std::vector<std::unique_ptr<Node>>& nodes);

  // Begins with what is there from the start.
  void Start();
  // Nothing changes any more, and all that was interrupted goes on.
  void CalmDown();
  // Closes every room.
  void CloseAll();

  void OnReply(uint32_t node, const relay::Reply& reply);

  void OnLegAdded(uint32_t leg) override;
  void OnLegInterrupted(uint32_t leg) override;
  void OnLegResumed(uint32_t leg) override;
  void OnLegSwitched(uint32_t leg) override;
  void OnLegLayerSet(uint32_t leg) override;
  void OnLegRemoved(uint32_t leg) override;
  void OnTrackRemoved(uint32_t track) override;
  void OnEndpointRemoved(uint32_t endpoint) override;
  void OnRoomClosed(uint32_t room) override;

  void Happen(TimePoint now, uint64_t what) override;

  uint64_t commands() const { return commands_; }

 private:
  // What happens by itself, each kind at intervals of its own, but for the last: then the bits
  // above kTimerBits say which endpoint's peer is to stop.
  enum Timer : uint64_t { kChange, kMove, kRestart, kStopPeer };
  static constexpr uint64_t kTimerBits = 8;

  using Action = decltype(relay::Command::action);

  void Change();
  void OpenRoom();
  void CloseRoom(uint32_t room);
  void AddEndpoint(uint32_t room);
  void RemoveEndpoint(uint32_t endpoint);
  void AddTrack(uint32_t endpoint);
  void RemoveTrack(uint32_t track);
  void AddLeg(uint32_t room);
  void RemoveLeg(uint32_t leg);
  void PauseLeg(uint32_t leg, bool paused);
  void SetLayer(uint32_t leg);
  void SwitchLeg(uint32_t leg);
  void AskForStatistics(uint32_t room);
  void ToggleTrack(uint32_t track);
  void MoveSomebody();
  void RestartSomebody();

  struct Asked {
    size_t action = 0;     // index of its type
    uint32_t subject = 0;  // the endpoint or track that it is to make
  };

  void Ask(uint32_t node, Action action, uint32_t subject = 0);
  // A name that begins with `prefix` and that nothing has now: names are used again.
  std::string NewName(const std::string& parent, const char* prefix);
  void PlanNext(Timer timer, Duration mean_interval);
  relay::LegName NameOf(uint32_t subscriber, uint32_t track) const;
  void Tell(uint32_t leg, const std::string& what) const;
  bool HasLeg(uint32_t subscriber, uint32_t track) const;
  // A random one of those that are alive, or kNone.
  static constexpr uint32_t kNone = ~uint32_t{0};
  template <class IsWanted>
  uint32_t Pick(Random& random, uint32_t count, const IsWanted& is_wanted) const;
  uint32_t PickRoom();
  uint32_t PickEndpoint(Random& random);
  uint32_t PickTrack();
  uint32_t PickLeg();
  uint32_t CountRooms() const;
  uint32_t CountEndpoints(uint32_t room) const;

  World world_;
  People& people_;
  std::vector<std::unique_ptr<Node>>& nodes_;
  Random random_;                    // what to ask for
  Random life_;                      // what befalls people
  std::map<uint64_t, Asked> asked_;  // by request id
  std::set<std::string> names_;      // full ones, of what is there or has been asked for
  uint64_t commands_ = 0;
  bool calm_ = false;
};

}  // namespace baton::sim
