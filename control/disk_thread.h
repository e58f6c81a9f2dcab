// A thread for what may block for as long as a disk does, beside the control thread, which may not.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace baton::control {

class DiskThread {
 public:
  // `io` is the control thread's, and outlives this.
  explicit DiskThread(boost::asio::io_context& io) : io_(io) {}
  // Waits for the job that is being done; the others are forgotten, and so are all answers.
  ~DiskThread() {
    *alive_ = false;
    thread_.stop();
    thread_.join();
  }
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  // Does `job` on the thread, after all jobs before it, and then hands what it returns to `done` on
  // the control thread. Both are called once, and may be moved only.
  template <class Job, class Done>
  void Do(Job job, Done done) {
    boost::asio::post(
        thread_, [this, alive = alive_, job = std::move(job), done = std::move(done)]() mutable {
          auto result = job();
          boost::asio::post(io_, [alive = std::move(alive), done = std::move(done),
                                  result = std::move(result)]() mutable {
            if (*alive) done(std::move(result));
          });
        });
  }

 private:
  boost::asio::io_context& io_;
  boost::asio::thread_pool thread_{1};
  // Read and written on the control thread only.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
