#include "bench/load/forwarder/forwarder.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/hash.h"
#include "bench/load/forwarder/forward_report.h"
#include "bench/load/local_address.h"
#include "net/resource_limits.h"
#include "rtp/classify.h"

namespace baton::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr net::UdpSocketOptions kSocketOptions = {.receive_buffer_bytes = 4 << 20,
                                                  .send_buffer_bytes = 4 << 20,
                                                  .receive_times = true,
                                                  .receive_runs = true};
constexpr uint64_t kListener = ~uint64_t{0};  // as an event's source; others are clients' places
constexpr size_t kMessages = 64;
constexpr int kEvents = 64;
constexpr uint64_t kOtherFiles = 32;
// A signal that comes just before a wait does not end it.
constexpr Duration kLongestWait = milliseconds(100);
constexpr Duration kExpiryCheck = seconds(1);
constexpr Duration kProgress = seconds(1);

// Or never, if that is beyond the end of time.
TimePoint After(TimePoint point, Duration duration) {
  return duration > kNever - point ? kNever : point + duration;
}

absl::Status CheckFileLimit(size_t clients) {
  const absl::StatusOr<uint64_t> limit = net::RaiseFileLimit();
  if (!limit.ok()) return limit.status();
  if (*limit >= clients + kOtherFiles) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("each client takes a file, and ", *limit, " may be open; raise `ulimit -n` to ",
                   clients + kOtherFiles, ", or lower --max-clients"));
}

absl::StatusOr<TransportAddress> AddressTowardsServer(const ForwarderOptions& options) {
  if (options.from.ip.family() != AddressFamily::kNone) return options.from;
  const absl::StatusOr<IpAddress> ip = LocalAddressTowards(options.server);
  if (!ip.ok()) return ip.status();
  return TransportAddress{.ip = *ip, .port = 0};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Forwarder>> Forwarder::Create(const ForwarderOptions& options) {
  if (absl::Status status = CheckFileLimit(options.max_clients); !status.ok()) return status;
  const absl::StatusOr<TransportAddress> from = AddressTowardsServer(options);
  if (!from.ok()) return from.status();
  absl::StatusOr<net::UdpSocket> listener = net::OpenUdpSocket(options.listen, kSocketOptions);
  if (!listener.ok()) return listener.status();
  if (listener->bound.local == options.server) {
    return absl::InvalidArgumentError("what listens cannot be where it sends to");
  }
  std::unique_ptr<Forwarder> forwarder(new Forwarder(options, *std::move(listener), *from));
  if (!forwarder->epoll_) return absl::ErrnoToStatus(errno, "epoll_create1");
  absl::Status status = forwarder->Watch(forwarder->listener_.fd.get(), kListener);
  if (!status.ok()) return status;
  return forwarder;
}

Forwarder::Forwarder(const ForwarderOptions& options, net::UdpSocket listener,
                     TransportAddress from)
    : options_(options),
      listener_(std::move(listener)),
      from_(from),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      batch_(kMessages, InFlight::kMaxDatagram),
      clients_(options.max_clients),
      in_flight_(options.max_in_flight) {}

absl::Status Forwarder::Watch(int fd, uint64_t source) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = source;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "epoll_ctl");
}

absl::Status Forwarder::Run(Duration length, const std::atomic<bool>& stop, Progress& progress) {
  Begin(length);
  absl::Status status;
  while (status.ok() && now_ < next_.end && !stop.load(std::memory_order_relaxed)) {
    status = Receive();
    now_ = MonotonicNow();
    in_flight_.TakeDue(now_,
                       [this](const Parcel& parcel, Bytes datagram) { Deliver(parcel, datagram); });
    if (status.ok()) status = DoWhatIsDue(progress);
  }
  progress.Clear();
  End();
  return status;
}

void Forwarder::Begin(Duration length) {
  now_ = began_ = MonotonicNow();
  turns_bad_ = After(now_, options_.bad_after);
  turns_good_ = After(turns_bad_, options_.bad_for);
  const bool rebinds = options_.rebind_every > Duration::zero();
  next_ = {.end = After(now_, length),
           .turn = now_,
           .rebind = rebinds ? After(now_, options_.rebind_every) : kNever,
           .expiry = now_ + kExpiryCheck,
           .progress = now_ + kProgress};
  Turn();
}

absl::Status Forwarder::Receive() {
  const TimePoint deadline = std::min({next_.end, next_.turn, next_.rebind, next_.expiry,
                                       next_.progress, in_flight_.next(), now_ + kLongestWait});
  const Duration wait = std::max(deadline - MonotonicNow(), Duration::zero());
  const timespec timeout{.tv_sec = 0, .tv_nsec = static_cast<long>(wait.count())};
  std::array<epoll_event, kEvents> events;
  const int ready = kernel_.WaitReady(epoll_.get(), events.data(), kEvents, &timeout);
  batch_.ReadClocks();
  for (int e = 0; e < ready; ++e) {
    const uint64_t source = events[static_cast<size_t>(e)].data.u64;
    if (source != kListener) {
      ReceiveFromServer(static_cast<uint32_t>(source));
    } else if (absl::Status status = ReceiveFromClients(); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Forwarder::ReceiveFromClients() {
  const size_t count = batch_.Receive(listener_.fd.get());
  for (size_t i = 0; i < count; ++i) {
    const ReceiveBatch::Message message = batch_.message(i);
    const absl::StatusOr<std::optional<uint32_t>> place = PlaceOf(batch_.source(i));
    if (!place.ok()) return place.status();
    ForEachDatagram(
        message, [&](Bytes datagram) { Take(*place, Direction::kUp, datagram, message.arrival); });
  }
  return absl::OkStatus();
}

void Forwarder::ReceiveFromServer(uint32_t place) {
  const size_t count = batch_.Receive(clients_.Get(place)->socket.fd.get());
  for (size_t i = 0; i < count; ++i) {
    const ReceiveBatch::Message message = batch_.message(i);
    const bool from_server = batch_.source(i).ip == options_.server.ip;
    ForEachDatagram(message, [&](Bytes datagram) {
      Take(from_server ? std::optional(place) : std::nullopt, Direction::kDown, datagram,
           message.arrival);
    });
  }
}

absl::StatusOr<std::optional<uint32_t>> Forwarder::PlaceOf(const TransportAddress& address) {
  if (const std::optional<uint32_t> known = clients_.Find(address); known || clients_.full()) {
    return known;
  }
  absl::StatusOr<net::UdpSocket> socket = OpenTowardsServer();
  if (!socket.ok()) return socket.status();
  const uint64_t client_seed = MixHash(options_.seed, counts_.clients++);
  const auto line = [&](Direction direction) -> Line {
    return {impair::Impairment(profiles_[direction],
                               MixHash(client_seed, static_cast<uint64_t>(direction)))};
  };
  const int fd = socket->fd.get();
  const uint32_t place = clients_.Add({.address = address,
                                       .socket = *std::move(socket),
                                       .lines = {line(Direction::kUp), line(Direction::kDown)}});
  if (absl::Status status = Watch(fd, place); !status.ok()) return status;
  return place;
}

absl::StatusOr<net::UdpSocket> Forwarder::OpenTowardsServer() const {
  return net::OpenUdpSocket(from_, kSocketOptions);
}

void Forwarder::Take(std::optional<uint32_t> place, Direction direction, Bytes datagram,
                     TimePoint arrival) {
  DirectionCounts& counts = counts_.directions[direction];
  ++counts.received;
  counts.received_bytes += datagram.size();
  if (!place) {
    ++counts.refused;
    return;
  }
  Client& client = *clients_.Get(*place);
  client.last_active = now_;
  Line& line = client.lines[direction];
  const bool spared =
      options_.media_only && rtp::ClassifyDatagram(datagram) != rtp::DatagramKind::kRtp;
  const impair::Passage passage = spared ? line.impairment.PassUnharmed(arrival, datagram.size())
                                         : line.impairment.Pass(arrival, datagram.size());
  if (passage.fate == impair::Fate::kLost) ++counts.lost;
  if (passage.fate == impair::Fate::kQueueFull) ++counts.queue_full;
  Parcel parcel = {.client = *place, .ordinal = line.received++, .direction = direction};
  for (const impair::Delivery& delivery : passage.deliveries()) {
    if (in_flight_.Add(delivery, parcel, datagram)) {
      ++client.in_flight;
    } else {
      ++counts.overflowed;
    }
    if (parcel.copy) ++counts.duplicated;
    parcel.copy = true;
  }
}

void Forwarder::Deliver(const Parcel& parcel, Bytes datagram) {
  Client& client = *clients_.Get(parcel.client);
  DirectionCounts& counts = counts_.directions[parcel.direction];
  --client.in_flight;
  const bool up = parcel.direction == Direction::kUp;
  net::SocketAddress to;
  const socklen_t to_size = net::ToSocketAddress(up ? options_.server : client.address, to);
  const int fd = up ? client.socket.fd.get() : listener_.fd.get();
  if (sendto(fd, datagram.data(), datagram.size(), MSG_DONTWAIT, &to.any, to_size) < 0) {
    if (counts.failed++ == 0) counts.first_failure = std::strerror(errno);
    return;
  }
  ++counts.forwarded;
  counts.forwarded_bytes += datagram.size();
  if (parcel.corrupted) ++counts.corrupted;
  if (parcel.copy) return;
  uint64_t& in_order_from = client.lines[parcel.direction].in_order_from;
  if (parcel.ordinal < in_order_from) ++counts.reordered;
  in_order_from = std::max(in_order_from, parcel.ordinal + 1);
}

absl::Status Forwarder::DoWhatIsDue(Progress& progress) {
  if (now_ >= next_.turn) Turn();
  if (now_ >= next_.progress) {
    progress.Phase(ForwardProgress(counts_, now_ - began_));
    next_.progress = now_ + kProgress;
  }
  if (now_ >= next_.expiry) {
    ForgetTheSilent();
    next_.expiry = now_ + kExpiryCheck;
  }
  if (now_ < next_.rebind) return absl::OkStatus();
  next_.rebind = After(next_.rebind, options_.rebind_every);
  return Rebind();
}

void Forwarder::Turn() {
  const bool bad = now_ >= turns_bad_ && now_ < turns_good_;
  next_.turn = now_ < turns_bad_ ? turns_bad_ : bad ? turns_good_ : kNever;
  profiles_ = bad ? options_.profiles : PerDirection<impair::Profile>{};
  clients_.ForEach([this](uint32_t, Client& client) {
    for (const Direction direction : kDirections) {
      client.lines[direction].impairment.Change(profiles_[direction]);
    }
  });
}

void Forwarder::ForgetTheSilent() {
  clients_.ForEach([this](uint32_t place, Client& client) {
    // What is on its way still needs its client.
    if (client.in_flight > 0 || now_ - client.last_active < options_.client_expiry) return;
    CountKernelDrops(Direction::kDown, client.socket);
    clients_.Remove(place);
    ++counts_.expired;
  });
}

absl::Status Forwarder::Rebind() {
  absl::Status status;
  clients_.ForEach([&](uint32_t place, Client& client) {
    if (!status.ok()) return;
    absl::StatusOr<net::UdpSocket> socket = OpenTowardsServer();
    status = socket.ok() ? Watch(socket->fd.get(), place) : socket.status();
    if (!status.ok()) return;
    CountKernelDrops(Direction::kDown, client.socket);
    client.socket = *std::move(socket);
    ++counts_.rebinds;
  });
  return status;
}

void Forwarder::CountKernelDrops(Direction direction, const net::UdpSocket& socket) {
  counts_.directions[direction].kernel_drops += SocketDrops(socket.fd.get());
}

void Forwarder::End() {
  ended_ = now_;
  CountKernelDrops(Direction::kUp, listener_);
  clients_.ForEach([this](uint32_t, const Client& client) {
    CountKernelDrops(Direction::kDown, client.socket);
  });
  in_flight_.Abandon(
      [this](const Parcel& parcel) { ++counts_.directions[parcel.direction].in_flight; });
}

}  // namespace baton::bench
