#include "support/rule_breaker/faults.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <unistd.h>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "support/rule_breaker/message.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

constexpr std::array rows{
    FaultRow{FaultKind::kill, "kill", "the process ends and resets its connections"},
    FaultRow{FaultKind::freeze, "freeze", "reads and writes nothing any more"},
    FaultRow{FaultKind::garbage, "garbage", "sends every connection random bytes only"},
    FaultRow{FaultKind::flood, "flood", "sends that connection messages without end"},
    FaultRow{FaultKind::flood_subscribers, "flood-subscribers",
             "sends every connection that subscribes messages of that topic without end"},
    FaultRow{FaultKind::flood_unread, "flood-unread",
             "the same at QoS 2, and reads nothing of what that connection answers"},
    FaultRow{FaultKind::close, "close", "closes that connection and each new one"},
    FaultRow{FaultKind::truncate, "truncate", "sends that connection half a packet, then nothing"},
    FaultRow{FaultKind::huge, "huge",
             "sends that connection a packet of 256 MiB, a byte at a time"},
};

/// PUBLISH with the largest Remaining Length, MQTT 5.0 section 2.1.4.
constexpr std::string_view huge_header("\x30\xFF\xFF\xFF\x7F", 5);
/// A PUBLISH of which half is missing.
constexpr std::string_view half_packet("\x30\x10\x00\x05half", 8);
constexpr std::size_t garbage_bytes = 64;
constexpr std::size_t flood_packets = 100;

/// The loop is not returned to; a signal still ends the process.
void freeze() {
  sigset_t none;
  sigemptyset(&none);
  while (true) sigsuspend(&none);
}

constexpr Duration pause_between_bytes = std::chrono::milliseconds(100);

std::string repeated(const std::string& packet) {
  std::string packets;
  for (std::size_t i = 0; i < flood_packets; ++i) packets += packet;
  return packets;
}

std::string flood(protocol::Version version, std::string_view topic) {
  const protocol::Publish publish{.topic = topic, .payload = "flood"};
  return repeated(encoded(publish, version));
}

/// One packet identifier is enough: each message is released before the next.
std::string flood_of_qos_2(protocol::Version version, std::string_view topic) {
  const protocol::Publish publish{
      .topic = topic, .packet_identifier = 1, .qos = protocol::Qos::exactly_once};
  return repeated(encoded(publish, version) + encoded(protocol::PubRel{1, {}, {}}, version));
}

}  // namespace

Result<FaultPlan> parse_fault(std::string_view text) {
  const auto at = text.find('@');
  const std::string_view name = text.substr(0, at);
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.name == name; });
  if (row == rows.end() || at == std::string_view::npos)
    return fail(ExitCode::usage, "\"" + std::string(text) + "\" is not KIND@N");
  return parse_unsigned(text.substr(at + 1), 1, UINT64_MAX).map([&](std::uint64_t number) {
    return FaultPlan{row->kind, number};
  });
}

std::span<const FaultRow> fault_kinds() {
  return rows;
}

Result<Injection> parse_injection(std::string_view text) {
  const auto equals = text.find('=');
  const auto bytes = decode_hex(equals == std::string_view::npos ? "" : text.substr(equals + 1));
  if (!bytes || bytes->empty() || equals == 0)
    return fail(ExitCode::usage, "\"" + std::string(text) + "\" is not PART=BYTES");
  return Injection{std::string(text.substr(0, equals)), *bytes};
}

Faults::Faults(transport::Loop& loop, std::optional<FaultPlan> plan, Injection injection,
               std::uint64_t seed)
    : loop_(loop),
      plan_(plan),
      injection_(std::move(injection)),
      random_(seed),
      next_byte_(loop, [this] {
        if (slow_ == nullptr) return;
        slow_->send_although_mute("x");
        next_byte_.arm(loop_.now() + pause_between_bytes);
      }) {}

void Faults::add(Connection& connection) {
  connections_.insert(&connection);
  if (happened_ && plan_->kind == FaultKind::garbage) send_garbage(connection);
}

void Faults::remove(Connection& connection) {
  connections_.erase(&connection);
  if (slow_ == &connection) slow_ = nullptr;
}

void Faults::subscribed(Connection& connection, protocol::Version version,
                        std::string_view filter) {
  const bool is_injected =
      !injection_.bytes.empty() && filter.find(injection_.filter_part) != std::string_view::npos;
  if (is_injected) connection.send(injection_.bytes);
  if (!happened_ || !floods_subscribers()) return;
  std::string topic(filter);
  std::replace_if(
      topic.begin(), topic.end(), [](char letter) { return letter == '#' || letter == '+'; }, 'x');
  const bool is_read = plan_->kind == FaultKind::flood_subscribers;
  if (!is_read) connection.stop_reading();
  connection.flood(is_read ? flood(version, topic) : flood_of_qos_2(version, topic));
}

bool Faults::floods_subscribers() const {
  return plan_->kind == FaultKind::flood_subscribers || plan_->kind == FaultKind::flood_unread;
}

bool Faults::admits_packet(Connection& connection, protocol::Version version) {
  if (!plan_) return true;
  if (++packets_ == plan_->at) {
    happen(connection, version);
    return floods_subscribers();
  }
  if (happened_ && plan_->kind == FaultKind::garbage) send_garbage(connection);
  return !connection.is_mute();
}

void Faults::happen(Connection& connection, protocol::Version version) {
  happened_ = true;
  switch (plan_->kind) {
    case FaultKind::kill: kill();
    case FaultKind::freeze: return freeze();
    case FaultKind::garbage:
      for (Connection* each : connections_) send_garbage(*each);
      return;
    case FaultKind::flood: return connection.flood(flood(version, "flood"));
    case FaultKind::flood_subscribers:
    case FaultKind::flood_unread: return;
    case FaultKind::close: return connection.close();
    case FaultKind::truncate: connection.mute(); return connection.send_although_mute(half_packet);
    case FaultKind::huge:
      connection.mute();
      connection.send_although_mute(huge_header);
      slow_ = &connection;
      return next_byte_.arm(loop_.now());
  }
}

void Faults::kill() {
  for (Connection* connection : connections_) connection->reset_at_exit();
  _exit(1);
}

void Faults::send_garbage(Connection& connection) {
  connection.mute();
  std::string bytes(garbage_bytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random_());
  connection.send_although_mute(bytes);
}

}  // namespace mqtt_toolbox::rule_breaker
