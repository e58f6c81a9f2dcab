// A recording process for tests: speaks the protocol on descriptor 3, and does as the recording's
// name says.
//
//   ...crash    dies when a track is added        ...hang     says nothing, ever
//   ...close    closes its socket and stays       ...garbage  writes what is no frame
//   ...chatty   floods its standard error         others      records in order
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "record/tap_protocol.h"

#include "proto/record.pb.h"

namespace {

using baton::Bytes;
using baton::record::FrameReader;
using baton::record::v1::FromSink;
using baton::record::v1::ToSink;

constexpr int kSocket = 3;
constexpr int kDirectory = 4;

void WriteAll(const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = send(kSocket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (size <= 0) _exit(1);
    done += static_cast<size_t>(size);
  }
}

void Say(const FromSink& message) {
  const std::string bytes = message.SerializeAsString();
  std::string frame;
  baton::record::AppendMessageFrame(
      Bytes(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), frame);
  WriteAll(frame);
}

// What of its surroundings a recorder can see, in a file: "environment descriptors group cores".
void Describe() {
  int variables = 0;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    ++variables;
  }
  int descriptors = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) ++descriptors;
  }
  rlimit cores{};
  getrlimit(RLIMIT_CORE, &cores);
  const std::string text = std::to_string(variables) + " " + std::to_string(descriptors) + " " +
                           (getpgid(0) == getpid() ? "leader" : "member") + " " +
                           std::to_string(cores.rlim_cur);
  const int fd = openat(kDirectory, "surroundings", O_CREAT | O_EXCL | O_WRONLY, 0640);
  if (fd < 0 || write(fd, text.data(), text.size()) < 0) _exit(1);
  close(fd);
}

bool EndsWith(const std::string& name, const char* what) {
  const std::string suffix = what;
  return name.size() >= suffix.size() &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

[[noreturn]] void Stay() {
  for (;;) pause();
}

class Recorder {
 public:
  void On(const ToSink& message) {
    if (message.has_begin()) return OnBegin(message.begin());
    if (message.has_track_added() && EndsWith(name_, "crash")) raise(SIGKILL);
    if (message.has_end()) OnEnd(message.end());
  }

 private:
  void OnBegin(const baton::record::v1::Begin& begin) {
    name_ = begin.recording();
    if (EndsWith(name_, "hang")) Stay();
    Describe();
    FromSink started;
    started.mutable_started();
    Say(started);
    if (EndsWith(name_, "close")) {
      close(kSocket);
      Stay();
    }
    if (EndsWith(name_, "garbage")) {
      WriteAll(std::string(100, '\xff'));
      Stay();
    }
    for (int i = 0; EndsWith(name_, "chatty") && i < 10000; ++i) {
      std::fprintf(stderr, "line %d \x1b[31m of many\n", i);
    }
  }

  [[noreturn]] void OnEnd(const baton::record::v1::End& end) {
    FromSink file;
    file.mutable_file_finished()->set_name("alice.webm");
    file.mutable_file_finished()->set_bytes(10);
    Say(file);
    FromSink ended;
    ended.mutable_ended()->set_reason(end.reason());
    Say(ended);
    _exit(0);
  }

  std::string name_;
};

}  // namespace

int main() {
  Recorder recorder;
  FrameReader reader(FrameReader::Accept::kAll, FrameReader::kNodeCapacity);
  for (;;) {
    const baton::MutableBytes space = reader.Space();
    const ssize_t size = read(kSocket, space.data(), space.size());
    if (size <= 0) return 2;
    reader.Filled(static_cast<size_t>(size));
    baton::record::TapFrame frame;
    while (reader.Next(frame) == FrameReader::Result::kFrame) {
      ToSink message;
      if (!message.ParseFromArray(frame.message.data(), static_cast<int>(frame.message.size()))) {
        return 3;
      }
      recorder.On(message);
    }
  }
}
