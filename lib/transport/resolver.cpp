#include "transport/resolver.hpp"

#include <cerrno>
#include <csignal>
#include <exception>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "base/system.hpp"
#include "base/thread.hpp"
#include "transport/address.hpp"

namespace mqtt_toolbox::transport {

struct Resolver::Job {
  std::string host;
  std::uint16_t port = 0;
  FileDescriptor finished;
  Result<std::vector<Address>> result = fail(ExitCode::unreachable, "the look-up failed");

  void run() noexcept;
};

void Resolver::Job::run() noexcept {
  try {
    result = look_up(host, port);
  } catch (const std::exception& exception) {
    result = fail(ExitCode::unreachable, exception.what());
  }
  eventfd_write(finished.get(), 1);
}

namespace {

/// Signals are for the thread that has the loop.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Resolver::Resolver(Loop& loop, const std::string& host, std::uint16_t port, Done done)
    : job_(std::make_shared<Job>()) {
  job_->host = host;
  job_->port = port;
  job_->finished.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!job_->finished) {
    refuse(loop, errno, std::move(done));
    return;
  }
  watch_ = std::make_unique<Loop::Watch>(loop, job_->finished.get(),
                                         [job = job_.get(), done = std::move(done)](Interest) {
                                           eventfd_t count;
                                           eventfd_read(job->finished.get(), &count);
                                           done(std::move(job->result));
                                         });
  watch_->want(Interest::read);
  AllSignalsBlocked blocked;
  if (auto thread = start_thread([job = job_] { job->run(); }))
    thread->detach();
  else
    job_->run();  // late is better than never
}

/// Tells in a later turn of the loop, as an answer would, that there can be no look-up.
void Resolver::refuse(Loop& loop, int cause, Done done) {
  loop.defer([job = std::weak_ptr(job_), cause, done = std::move(done)] {
    if (!job.expired()) done(fail(ExitCode::io, "cannot look up a name: " + system_text(cause)));
  });
}

}  // namespace mqtt_toolbox::transport
