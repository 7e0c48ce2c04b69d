#include "sandbox/janitor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/utf8.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

constexpr char start_order = 's';

pid_t wait_for(pid_t process, int& status) {
  pid_t ended = 0;
  do {
    ended = ::waitpid(process, &status, 0);
  } while (ended < 0 && errno == EINTR);
  return ended;
}

/// A command that lost its sandbox may still be writing into the folder, so this is tried for a
/// while.
void remove_folder(const std::string& folder) {
  constexpr int attempts = 100;
  constexpr int pause_ms = 20;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    if (!error) return;
    ::poll(nullptr, 0, pause_ms);
  }
}

void set_signals(sighandler_t disposition) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
    ::signal(number, disposition);
  }
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The janitor's own side, in its own process.
class Worker {
 public:
  Worker(int socket, const Janitor::Job& job) : socket_(socket), job_(job) {}

  [[noreturn]] void run() {
    detach();
    const bool made = ::mkdir(job_.folder.c_str(), S_IRWXU) == 0;
    tell(JanitorReport::Kind::folder_made, made ? 0 : errno);
    if (!made) ::_exit(0);
    while (serve()) {
    }
    end_broker();
    remove_folder(job_.folder);
    ::_exit(0);
  }

 private:
  /// Nothing inherited may keep a reader of ours waiting, and no signal meant for the tool or its
  /// terminal may reach us.
  void detach() {
    ::setsid();
    ::prctl(PR_SET_NAME, "mqtt-janitor");  // survives whoever kills all by the name of the tool
    set_signals(SIG_IGN);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
    const int kept = ::dup2(socket_, STDERR_FILENO + 1);
    if (kept != socket_) socket_ = kept;
    ::close_range(static_cast<unsigned>(socket_) + 1, ~0U, 0);
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);
  }

  void tell(JanitorReport::Kind kind, int value) {
    const JanitorReport report{kind, value, broker_};
    ::send(socket_, &report, sizeof report, MSG_NOSIGNAL);
  }

  /// One thing that happened; false when the sandbox is over.
  bool serve() {
    std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {alive_.get(), POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0) return errno == EINTR;
    if (watched[0].revents != 0) return obey();
    if (watched[1].revents != 0) broker_ended();
    return true;
  }

  bool obey() {
    char order = 0;
    if (::recv(socket_, &order, 1, 0) != 1) return false;
    if (order == start_order && broker_ == 0) start_broker();
    return true;
  }

  /// The broker alone holds the writing end of `alive_`, so its end of file is the broker's end.
  void start_broker() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return tell(JanitorReport::Kind::broker_started, errno);
    alive_.reset(ends[0]);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    const pid_t janitor = ::getpid();
    broker_ = ::fork();
    if (broker_ == 0) become_broker(janitor);
    const int error = errno;
    ::close(ends[1]);
    if (broker_ < 0) broker_ = 0;
    write_pid_file();
    tell(JanitorReport::Kind::broker_started, broker_ == 0 ? error : 0);
  }

  [[noreturn]] void become_broker(pid_t janitor) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != janitor) ::_exit(EXIT_FAILURE);
    set_signals(SIG_DFL);
    const int log =
        ::open(job_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    ::dup2(log, STDERR_FILENO);
    ::execl(job_.program.c_str(), job_.program.c_str(), "-c", job_.configuration.c_str(), nullptr);
    ::dprintf(STDERR_FILENO, "cannot start %s: %s\n", job_.program.c_str(),
              system_text(errno).c_str());
    ::_exit(EXIT_FAILURE);
  }

  /// Renamed into place, so that a reader never sees half of it.
  void write_pid_file() {
    const std::string fresh = job_.pid_file + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR);
    if (file < 0) return;
    ::dprintf(file, "%d\n", static_cast<int>(broker_));
    ::close(file);
    ::rename(fresh.c_str(), job_.pid_file.c_str());
  }

  void broker_ended() {
    int status = 0;
    wait_for(broker_, status);
    alive_.reset();
    broker_ = 0;
    // A broker that gives up by itself would only do so again, without end.
    const bool gave_up = WIFEXITED(status) && WEXITSTATUS(status) != 0;
    if (job_.restart && !gave_up) return start_broker();
    tell(JanitorReport::Kind::broker_ended, status);
  }

  void end_broker() {
    if (broker_ == 0) return;
    int status = 0;
    ::kill(broker_, SIGKILL);
    wait_for(broker_, status);
  }

  int socket_;
  const Janitor::Job& job_;
  pid_t broker_ = 0;
  FileDescriptor alive_;
};

}  // namespace

Janitor::Janitor(FileDescriptor socket, pid_t process, std::string folder)
    : socket_(std::move(socket)), process_(process), folder_(std::move(folder)) {}

Result<Janitor> Janitor::start(const Job& job) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(ExitCode::io, "cannot make a socket pair: " + system_text(errno));
  }
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return fail(ExitCode::io, "cannot start a process: " + system_text(errno));
  if (process == 0) {
    ours.reset();
    Worker(theirs.get(), job).run();
  }
  Janitor janitor(std::move(ours), process, job.folder);
  const auto report = janitor.next_report();
  if (!report || report->value != 0) {
    const std::string cause = report ? system_text(report->value) : "the janitor process died";
    return fail(ExitCode::io, "cannot make the folder " + printable(job.folder) + ": " + cause);
  }
  return janitor;
}

Janitor::~Janitor() {
  if (!socket_) return;
  // Not only close: a process forked meanwhile may hold a copy of this descriptor.
  ::shutdown(socket_.get(), SHUT_RDWR);
  int status = 0;
  wait_for(process_, status);
  // Usually gone already; not so when the janitor itself was killed.
  if (WIFSIGNALED(status)) remove_folder(folder_);
}

Status Janitor::start_broker() {
  if (::send(socket_.get(), &start_order, 1, MSG_NOSIGNAL) == 1) return {};
  return fail(ExitCode::io, "the janitor process died");
}

std::optional<JanitorReport> Janitor::next_report() {
  JanitorReport report;
  ssize_t size = 0;
  do {
    size = ::recv(socket_.get(), &report, sizeof report, 0);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof report) return std::nullopt;
  return report;
}

}  // namespace mqtt_toolbox::sandbox
