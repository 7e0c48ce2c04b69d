#include "sandbox/programs.hpp"

#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/system.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

constexpr const char* server_folders = "/usr/local/sbin:/usr/sbin:/usr/bin";

bool is_program(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> find_in(std::string_view folders, const std::string& name) {
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    std::string path = std::string(folders.substr(0, end)) + "/" + name;
    if (end > 0 && is_program(path)) return path;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return std::nullopt;
}

/// Runs a program without output; its exit status, or -1.
int run_quietly(const std::string& program, const char* option, const std::string& argument) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
  }
  char* const arguments[] = {const_cast<char*>(program.c_str()), const_cast<char*>(option),
                             const_cast<char*>(argument.c_str()), nullptr};
  char* const environment[] = {nullptr};
  pid_t process = 0;
  const int error =
      ::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, environment);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0) return -1;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::optional<std::string> find_program(const std::string& search_path, const std::string& name) {
  auto found = find_in(search_path, name);
  return found ? found : find_in(server_folders, name);
}

Result<std::string> find_broker(const Settings& settings) {
  if (!settings.broker.empty()) {
    if (is_program(settings.broker)) return settings.broker;
    return fail(ExitCode::io, "cannot run " + printable(settings.broker) + ": no such program");
  }
  if (auto found = find_program(settings.search_path, "mosquitto")) return *found;
  return fail(ExitCode::io,
              "mosquitto is neither in PATH nor in /usr/sbin; install the package mosquitto");
}

Status write_private_file(const std::string& path, const std::string& content) {
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  const auto error = [&](const std::string& cause) {
    return fail(ExitCode::io, "cannot write " + printable(path) + ": " + cause);
  };
  if (!file) return error(system_text(errno));
  const Status written = write_all(file.get(), content);
  if (!written) return error(written.error().text);
  return {};
}

Status write_password_file(const Settings& settings, const std::string& path) {
  const auto hasher = find_program(settings.search_path, "mosquitto_passwd");
  if (!hasher) {
    return fail(ExitCode::io, "mosquitto_passwd is not in PATH; install the package mosquitto");
  }
  std::string plain;
  for (const User& user : users_of(settings)) plain += user.name + ":" + user.password + "\n";
  return write_private_file(path, plain).and_then([&]() -> Status {
    if (run_quietly(*hasher, "-U", path) == 0) return {};
    return fail(ExitCode::io, "mosquitto_passwd could not hash the password");
  });
}

Status write_acl_file(const Settings& settings, const std::string& path) {
  std::string text;
  for (const std::string& line : settings.acl_lines) text += line + "\n";
  return write_private_file(path, text);
}

}  // namespace mqtt_toolbox::sandbox
