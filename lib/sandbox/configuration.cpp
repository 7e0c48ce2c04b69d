#include "sandbox/configuration.hpp"

#include <iterator>

#include <fmt/format.h>

namespace mqtt_toolbox::sandbox {
namespace {

/// Not Mosquitto's own 0, with which 2.0 closes a 3.1.1 client that has more QoS 2 messages open
/// than max_inflight_messages, which it does under no other value.
constexpr std::uint32_t unbounded_queue = 1'000'000'000;

template <typename... Arguments>
void line(std::string& out, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), text, std::forward<Arguments>(arguments)...);
  out += '\n';
}

template <typename Value>
void limit(std::string& out, std::string_view key, const std::optional<Value>& value) {
  if (value) line(out, "{} {}", key, *value);
}

std::string_view certificate_name(ServerCertificate certificate) {
  switch (certificate) {
    case ServerCertificate::expired: return "expired";
    case ServerCertificate::wrong_name: return "wrong-name";
    case ServerCertificate::valid: break;
  }
  return "server";
}

void append_logging(std::string& out, bool debug) {
  line(out, "log_dest stderr");
  for (const char* type : {"error", "warning", "notice", "information", "subscribe"}) {
    line(out, "log_type {}", type);
  }
  if (debug) line(out, "log_type debug");
  line(out, "log_timestamp_format %Y-%m-%dT%H:%M:%S");
}

void append_access(std::string& out, const Settings& settings, const Place& place) {
  const bool has_users = !users_of(settings).empty();
  line(out, "allow_anonymous {}", !has_users);
  if (has_users) line(out, "password_file {}", place.password_file());
  if (!settings.acl_lines.empty()) line(out, "acl_file {}", place.acl_file());
  if (settings.require_client_identifier) line(out, "allow_zero_length_clientid false");
}

void append_persistence(std::string& out, const Settings& settings, const Place& place) {
  line(out, "persistence {}", settings.persistence);
  if (settings.persistence) line(out, "persistence_location {}/", place.folder);
}

/// What is better than Mosquitto's defaults for tests of anything else. Without `set_tcp_nodelay` a
/// QoS 1 window waits 40 ms for each delayed TCP acknowledgement; its queue of 1,000 silently drops
/// what a slow subscriber has not fetched.
void append_comforts(std::string& out, const Settings& settings) {
  if (!settings.realistic) line(out, "set_tcp_nodelay true");
  const auto& queue = settings.limits.maximum_queued_messages;
  if (queue || !settings.realistic)
    line(out, "max_queued_messages {}", queue.value_or(unbounded_queue));
}

void append_general(std::string& out, const Settings& settings, const Place& place) {
  const Limits& limits = settings.limits;
  append_comforts(out, settings);
  if (!limits.retain_available) line(out, "retain_available false");
  limit(out, "max_inflight_messages", limits.receive_maximum);
  limit(out, "max_packet_size", limits.maximum_packet_size);
  limit(out, "max_keepalive", limits.maximum_keep_alive);
  append_persistence(out, settings, place);
}

/// `socket_domain ipv4`: without it the WebSocket listener ignores the address and opens the port
/// to everybody.
void append_listener(std::string& out, const DoorRow& row, const Settings& settings,
                     const Place& place) {
  if (row.door == Door::unix_socket) {
    line(out, "listener 0 {}", place.socket());
  } else {
    line(out, "listener {} {}", place.port(row.door), loopback);
    line(out, "socket_domain ipv4");
  }
  if (row.websocket) line(out, "protocol websockets");
  if (row.secure) {
    const std::string_view name = certificate_name(settings.certificate);
    line(out, "cafile {}", place.ca_file());
    line(out, "certfile {}/{}.crt", place.folder, name);
    line(out, "keyfile {}/{}.key", place.folder, name);
    line(out, "require_certificate {}", settings.require_client_certificate);
  }
  if (settings.limits.maximum_qos) line(out, "max_qos {}", int{*settings.limits.maximum_qos});
  limit(out, "max_topic_alias", settings.limits.topic_alias_maximum);
  limit(out, "max_connections", settings.limits.maximum_connections);
  for (const std::string& text : settings.listener_lines) line(out, "{}", text);
}

}  // namespace

std::string broker_configuration(const Settings& settings, const Place& place, bool as_root) {
  std::string out;
  if (as_root) line(out, "user root");
  append_logging(out, settings.debug_log);
  append_access(out, settings, place);
  append_general(out, settings, place);
  for (const std::string& text : settings.config_lines) line(out, "{}", text);
  for (const DoorRow& row : doors) append_listener(out, row, settings, place);
  return out;
}

}  // namespace mqtt_toolbox::sandbox
