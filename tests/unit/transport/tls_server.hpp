#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <vector>

#include "unit/transport/socket_fixture.hpp"

extern char** environ;

namespace transport_test {

/// `openssl s_server` on a free port: an implementation of the server's side that is not ours. Its
/// standard output carries what clients send, its standard input what they get.
class TlsServer {
 public:
  explicit TlsServer(std::vector<std::string> arguments) {
    int input[2];
    int output[2];
    REQUIRE(pipe2(input, O_CLOEXEC) == 0);
    REQUIRE(pipe2(output, O_CLOEXEC) == 0);
    to_server_.reset(input[1]);
    from_server_.reset(output[0]);
    FileDescriptor its_input(input[0]), its_output(output[1]);
    std::vector<std::string> all{"openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "9"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    start(all, its_input.get(), its_output.get());
    its_output.reset();
    std::string line = await("ACCEPT 127.0.0.1:");
    while (line.find('\n') == std::string::npos) line += receive_output();
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.find("0.1:") + 4)));
  }
  ~TlsServer() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return port_; }
  void send(const std::string& text) {
    REQUIRE(write(to_server_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// Everything it printed since the last call, up to and with `text`.
  std::string await(const std::string& text) {
    while (seen_.find(text) == std::string::npos) seen_ += receive_output();
    return std::exchange(seen_, "");
  }

 private:
  void start(std::vector<std::string>& arguments, int input, int output) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    int outcome = posix_spawnp(&process_, "openssl", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    REQUIRE(outcome == 0);
  }
  std::string receive_output() {
    pollfd waiting{from_server_.get(), POLLIN, 0};
    REQUIRE_MESSAGE(poll(&waiting, 1, 20000) == 1, "the server printed only: " << seen_);
    char buffer[4096];
    ssize_t size = read(from_server_.get(), buffer, sizeof buffer);
    REQUIRE_MESSAGE(size > 0, "the server ended: " << seen_);
    return std::string(buffer, static_cast<std::size_t>(size));
  }

  FileDescriptor to_server_, from_server_;
  std::string seen_;
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace transport_test
