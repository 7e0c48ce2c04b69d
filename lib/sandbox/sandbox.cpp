#include "sandbox/sandbox.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/system.hpp"
#include "base/utf8.hpp"
#include "sandbox/janitor.hpp"
#include "sandbox/ports.hpp"
#include "sandbox/programs.hpp"
#include "sandbox/readiness.hpp"
#include "transport/loop.hpp"
#include "transport/plugin.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

constexpr Duration patience = std::chrono::seconds(60);  // a busy machine is no error
constexpr Duration between_looks = std::chrono::milliseconds(2);
constexpr int port_attempts = 5;
constexpr std::size_t largest_log = 1 << 20;

bool readable(int descriptor, Duration wait) {
  pollfd watched{descriptor, POLLIN, 0};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
  return ::poll(&watched, 1, static_cast<int>(milliseconds)) > 0;
}

std::string describe_end(int wait_status) {
  if (WIFSIGNALED(wait_status)) return fmt::format("killed by signal {}", WTERMSIG(wait_status));
  return fmt::format("exit status {}", WEXITSTATUS(wait_status));
}

/// The most telling line of the broker's log: its first error, else its last line.
std::string last_words(const std::string& log_file) {
  const std::string log = read_file(log_file, largest_log).value_or(std::string());
  std::size_t begin = log.find("Error: ");
  if (begin == std::string::npos) {
    const std::size_t last = log.find_last_not_of('\n');
    if (last == std::string::npos) return "it said nothing";
    begin = log.rfind('\n', last) + 1;
  }
  return printable(std::string_view(log).substr(begin, log.find('\n', begin) - begin));
}

bool lost_a_port(const std::string& log_file) {
  const std::string log = read_file(log_file, largest_log).value_or(std::string());
  return log.find("Address already in use") != std::string::npos ||
         log.find("Unable to create websockets listener") != std::string::npos;
}

/// The path goes into mosquitto.conf, URLs and JSON as it is.
bool is_plain_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("\"\\%?#").find(c) == std::string_view::npos;
  });
}

Result<std::string> new_folder(const Settings& settings, Random& random) {
  if (!is_plain_path(settings.temporary_folder)) {
    return fail(ExitCode::usage, "a broker's folder cannot be made in \"" +
                                     printable(settings.temporary_folder) +
                                     "\": set TMPDIR to a path of plain letters");
  }
  const std::string folder =
      fmt::format("{}/mqtt-sandbox-{:016x}", settings.temporary_folder, random());
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (Place{folder}.socket().size() > longest) {
    return fail(
        ExitCode::usage,
        fmt::format("{}: too long a folder for a Unix socket (at most {} bytes)",
                    printable(settings.temporary_folder),
                    longest - (Place{folder}.socket().size() - settings.temporary_folder.size())));
  }
  return folder;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string environment_name(std::string_view fact) {
  std::string name = "MQTT_SANDBOX_";
  for (const char c : fact) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

}  // namespace

struct Sandbox::State {
  Settings settings;
  Place place;
  Janitor janitor;
  pid_t broker = 0;

  Status prepare() {
    const transport::CertificateRequest request{place.folder, {"localhost", "127.0.0.1", "::1"}};
    return transport::make_certificates(request)
        .and_then([&]() -> Status {
          if (users_of(settings).empty()) return {};
          return write_password_file(settings, place.password_file());
        })
        .and_then([&]() -> Status {
          if (settings.acl_lines.empty()) return {};
          return write_acl_file(settings, place.acl_file());
        });
  }

  Status configure() {
    const auto ports = free_ports(doors.size() - 1);
    if (!ports) return tl::unexpected(ports.error());
    std::copy(ports->begin(), ports->end(), place.ports.begin());
    ::unlink(place.log().c_str());
    ::unlink(place.socket().c_str());
    return write_private_file(place.configuration(),
                              broker_configuration(settings, place, ::geteuid() == 0));
  }

  /// Until the broker answers on all listeners.
  Status launch() {
    transport::Loop loop;
    if (!loop.made()) return loop.made();
    return configure()
        .and_then([&] { return janitor.start_broker(); })
        .and_then([&] { return await_broker(loop); })
        .and_then([&] { return probe_ports(loop); });
  }

  /// Whether the broker answers is only asked once its socket is there: asking is dear, and many
  /// sandboxes may start at once.
  Status await_broker(transport::Loop& loop) {
    const Time deadline = loop.now() + patience;
    Status answered = fail(ExitCode::unreachable, "it does not listen");
    while (SystemClock().now() < deadline) {
      if (readable(janitor.descriptor(), between_looks) && take_report()) {
        return fail(ExitCode::io, "mosquitto does not start: " + last_words(place.log()));
      }
      if (::access(place.socket().c_str(), F_OK) != 0) continue;
      answered = probe(loop, settings, place, doors.back(), patience);
      if (answered) return {};
    }
    return fail(ExitCode::io, "mosquitto does not answer: " + answered.error().text);
  }

  Status probe_ports(transport::Loop& loop) {
    for (const DoorRow& door : doors) {
      if (door.door == Door::unix_socket) continue;
      const Status answered = probe(loop, settings, place, door, patience);
      if (answered) continue;
      return fail(ExitCode::io, fmt::format("mosquitto does not answer on its {} listener: {}",
                                            door.name, answered.error().text));
    }
    return {};
  }

  /// How the broker ended, if that is what the next report says.
  std::optional<std::string> take_report() {
    const auto report = janitor.next_report();
    if (!report) return "its janitor process was killed";
    broker = report->broker;
    if (report->kind == JanitorReport::Kind::broker_started) {
      if (report->value != 0) return "cannot start it: " + system_text(report->value);
      return std::nullopt;
    }
    return describe_end(report->value);
  }
};

Sandbox::Sandbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sandbox::Sandbox(Sandbox&&) noexcept = default;
Sandbox::~Sandbox() = default;

const Place& Sandbox::place() const {
  return state_->place;
}

pid_t Sandbox::broker() const {
  return state_->broker;
}

int Sandbox::descriptor() const {
  return state_->janitor.descriptor();
}

std::string Sandbox::url(Door door) const {
  const DoorRow& row = doors[static_cast<std::size_t>(door)];
  std::string url = fmt::format("{}://", row.scheme);
  if (const auto users = users_of(state_->settings); !users.empty()) {
    append_percent_encoded(url, users.front().name);
    url += ':';
    append_percent_encoded(url, users.front().password);
    url += '@';
  }
  if (door == Door::unix_socket) return url + place().socket();
  url += fmt::format("{}:{}", loopback, place().port(door));
  return row.websocket ? url + "/mqtt" : url;
}

std::vector<Fact> Sandbox::facts() const {
  std::vector<Fact> facts{{"host", loopback}};
  for (const DoorRow& row : doors) {
    if (row.door == Door::unix_socket) {
      facts.push_back({"unix", place().socket()});
    } else {
      facts.push_back(
          {fmt::format("{}_port", row.name), fmt::to_string(place().port(row.door)), true});
    }
    facts.push_back({fmt::format("{}_url", row.name), url(row.door)});
  }
  facts.push_back({"dir", place().folder});
  facts.push_back({"cafile", place().ca_file()});
  facts.push_back({"log", place().log()});
  facts.push_back({"pid", fmt::to_string(broker()), true});
  return facts;
}

std::string Sandbox::json() const {
  std::string json = R"({"type":"sandbox")";
  for (const Fact& fact : facts()) {
    const std::string_view quote = fact.is_number ? "" : "\"";
    json += fmt::format(R"(,"{}":{}{}{})", fact.name, quote, fact.value, quote);
  }
  return json + "}";
}

std::vector<std::pair<std::string, std::string>> Sandbox::environment(Door door) const {
  std::vector<std::pair<std::string, std::string>> variables{
      {"MQTT_URL", url(door)}, {"MQTT_TOOLBOX_CAFILE", place().ca_file()}};
  if (const auto users = users_of(state_->settings); !users.empty()) {
    variables.emplace_back("MQTT_TOOLBOX_USERNAME", users.front().name);
    variables.emplace_back("MQTT_TOOLBOX_PASSWORD", users.front().password);
  }
  for (Fact& fact : facts()) {
    variables.emplace_back(environment_name(fact.name), std::move(fact.value));
  }
  return variables;
}

std::optional<std::string> Sandbox::broker_end() {
  if (!readable(descriptor(), Duration::zero())) return std::nullopt;
  return state_->take_report();
}

Result<Sandbox> start(const Settings& settings, Random& random) {
  if (const Status checked = check(settings); !checked) return tl::unexpected(checked.error());
  const auto program = find_broker(settings);
  if (!program) return tl::unexpected(program.error());
  const auto folder = new_folder(settings, random);
  if (!folder) return tl::unexpected(folder.error());
  Place place{*folder};
  auto janitor = Janitor::start({*folder, *program, place.configuration(), place.log(),
                                 place.file("broker.pid"), settings.restart});
  if (!janitor) return tl::unexpected(janitor.error());
  Sandbox sandbox(
      std::make_unique<Sandbox::State>(Sandbox::State{settings, place, std::move(*janitor)}));
  Status status = sandbox.state_->prepare();
  if (!status) return tl::unexpected(status.error());
  for (int attempt = 0; attempt < port_attempts; ++attempt) {
    status = sandbox.state_->launch();
    if (status) return sandbox;
    if (!lost_a_port(place.log())) break;
  }
  return tl::unexpected(status.error());
}

}  // namespace mqtt_toolbox::sandbox
