#include "support/scripted_broker_packets.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "protocol/codec.hpp"

namespace mqtt_toolbox::support {

using protocol::Bytes;
using protocol::PacketType;
using protocol::PropertyKind;

namespace {

constexpr std::size_t shown_payload = 200;

std::string in_quotes(std::string_view value) {
  std::string text = printable(value, shown_payload);
  return text.find(' ') == std::string::npos ? text : '"' + text + '"';
}

/// The fields of a packet in the making.
class Describer {
 public:
  explicit Describer(std::vector<Field>& fields) : fields_(fields) {}

  void text(std::string name, Bytes value) {
    fields_.push_back({std::move(name), std::string(value)});
  }
  void number(std::string name, std::uint64_t value) {
    fields_.push_back({std::move(name), std::to_string(value)});
  }
  void code(std::uint8_t value) { fields_.push_back({"code", fmt::format("0x{:02X}", value)}); }
  void code(protocol::ReasonCode value) { code(static_cast<std::uint8_t>(value)); }
  void flag(std::string name, bool value) { number(std::move(name), value ? 1 : 0); }

  void properties(const protocol::Properties& properties, const std::string& prefix = {}) {
    for (const protocol::Property& property : properties) {
      const auto* row = protocol::property_row(property.id);
      const std::string name = prefix + std::string(row->flag_name);
      switch (row->kind) {
        case PropertyKind::utf8_string:
        case PropertyKind::binary_data: text(name, property.text); break;
        case PropertyKind::utf8_string_pair:
          text(name, fmt::format("{}:{}", property.key, property.text));
          break;
        default: number(name, property.number);
      }
    }
  }

  void operator()(const protocol::Connect& connect) {
    text("version", protocol::name(connect.version));
    flag("clean", connect.clean_start);
    number("keep-alive", connect.keep_alive);
    text("client-id", connect.client_identifier);
    if (connect.username) text("username", *connect.username);
    if (connect.password) text("password", *connect.password);
    if (connect.will) {
      text("will-topic", connect.will->topic);
      text("will-payload", connect.will->payload);
      number("will-qos", static_cast<unsigned>(connect.will->qos));
      flag("will-retain", connect.will->retain);
      properties(connect.will->properties, "will-");
    }
    properties(connect.properties);
  }
  void operator()(const protocol::ConnAck& connack) {
    flag("present", connack.session_present);
    code(connack.code);
    properties(connack.properties);
  }
  void operator()(const protocol::Publish& publish) {
    text("topic", publish.topic);
    number("qos", static_cast<unsigned>(publish.qos));
    flag("retain", publish.retain);
    flag("dup", publish.dup);
    if (publish.packet_identifier != 0) number("id", publish.packet_identifier);
    text("payload", publish.payload);
    number("payload-size", publish.payload.size());
    properties(publish.properties);
  }
  template <PacketType Type>
  void operator()(const protocol::Acknowledgement<Type>& ack) {
    number("id", ack.packet_identifier);
    code(ack.reason);
    properties(ack.properties);
  }
  void operator()(const protocol::Subscribe& subscribe) {
    number("id", subscribe.packet_identifier);
    Bytes entries = subscribe.entries;
    while (const auto entry = protocol::next_subscription(entries)) {
      text("filter", entry->filter);
      number("qos", static_cast<unsigned>(entry->qos));
      if (entry->no_local) flag("no-local", true);
      if (entry->retain_as_published) flag("retain-as-published", true);
      const auto handling = static_cast<unsigned>(entry->retain_handling);
      if (handling != 0) number("retain-handling", handling);
    }
    properties(subscribe.properties);
  }
  void operator()(const protocol::Unsubscribe& unsubscribe) {
    number("id", unsubscribe.packet_identifier);
    Bytes entries = unsubscribe.entries;
    while (const auto filter = protocol::next_filter(entries)) text("filter", *filter);
    properties(unsubscribe.properties);
  }
  void operator()(const protocol::SubAck& suback) { codes(suback); }
  void operator()(const protocol::UnsubAck& unsuback) { codes(unsuback); }
  void operator()(const protocol::Disconnect& disconnect) { reason(disconnect); }
  void operator()(const protocol::Auth& auth) { reason(auth); }
  void operator()(const protocol::PingReq&) {}
  void operator()(const protocol::PingResp&) {}

 private:
  template <typename Packet>
  void codes(const Packet& packet) {
    number("id", packet.packet_identifier);
    for (const char byte : packet.codes) code(static_cast<std::uint8_t>(byte));
    properties(packet.properties);
  }
  template <typename Packet>
  void reason(const Packet& packet) {
    code(packet.reason);
    properties(packet.properties);
  }

  std::vector<Field>& fields_;
};

std::optional<PacketType> type_from(std::string_view name) {
  for (unsigned i = 1; i <= 15; ++i) {
    const auto type = static_cast<PacketType>(i);
    if (protocol::name(type) == name) return type;
  }
  return std::nullopt;
}

bool same(const std::string& left, const std::string& right) {
  if (left == right) return true;
  const auto left_number = number_from(left);
  return left_number && left_number == number_from(right);
}

/// A packet from its fields. The views in the result point into the fields and into this.
class Builder {
 public:
  Builder(const PacketText& text, protocol::PacketIdentifier last_id)
      : text_(text),
        last_id_(last_id),
        properties_(protocol::place_of(text.type)),
        taken_(text.fields.size()) {}

  Result<protocol::Packet> build() {
    protocol::Packet packet = fields();
    if (auto status = properties(); !status) return tl::unexpected(status.error());
    std::visit([this](auto& value) { put_properties(value); }, packet);
    return packet;
  }

 private:
  const std::string* find(std::string_view name) {
    for (std::size_t i = 0; i < text_.fields.size(); ++i) {
      if (text_.fields[i].name != name) continue;
      taken_[i] = true;
      return &text_.fields[i].value;
    }
    return nullptr;
  }
  Bytes text(std::string_view name) {
    const std::string* value = find(name);
    return value != nullptr ? Bytes(*value) : Bytes();
  }
  std::uint32_t number(std::string_view name) { return number_from(text(name)).value_or(0); }
  bool flag(std::string_view name) { return number(name) != 0; }
  protocol::PacketIdentifier id() {
    return text("id") == "last" ? last_id_ : static_cast<protocol::PacketIdentifier>(number("id"));
  }
  protocol::ReasonCode reason() { return static_cast<protocol::ReasonCode>(number("code")); }

  protocol::Packet fields() {
    switch (text_.type) {
      case PacketType::connack: return connack();
      case PacketType::publish: return publish();
      case PacketType::puback: return protocol::PubAck{id(), reason(), {}};
      case PacketType::pubrec: return protocol::PubRec{id(), reason(), {}};
      case PacketType::pubrel: return protocol::PubRel{id(), reason(), {}};
      case PacketType::pubcomp: return protocol::PubComp{id(), reason(), {}};
      case PacketType::suback: return protocol::SubAck{id(), {}, codes()};
      case PacketType::unsuback: return protocol::UnsubAck{id(), {}, codes()};
      case PacketType::pingreq: return protocol::PingReq{};
      case PacketType::disconnect: return protocol::Disconnect{reason(), {}};
      case PacketType::auth: return protocol::Auth{reason(), {}};
      default: return protocol::PingResp{};
    }
  }
  protocol::ConnAck connack() {
    protocol::ConnAck connack;
    connack.session_present = flag("present");
    connack.code = static_cast<std::uint8_t>(number("code"));
    return connack;
  }
  protocol::Publish publish() {
    protocol::Publish publish;
    publish.topic = text("topic");
    publish.payload = text("payload");
    if (const auto size = number("payload-size"); size != 0) {
      bytes_.assign(size, 'x');
      publish.payload = bytes_;
    }
    publish.packet_identifier = id();
    publish.qos = static_cast<protocol::Qos>(number("qos"));
    publish.dup = flag("dup");
    publish.retain = flag("retain");
    return publish;
  }
  Bytes codes() {
    for (std::size_t i = 0; i < text_.fields.size(); ++i) {
      if (text_.fields[i].name != "code") continue;
      taken_[i] = true;
      bytes_ += static_cast<char>(number_from(text_.fields[i].value).value_or(0));
    }
    return bytes_;
  }

  /// What is no field of the packet must be a property.
  Status properties() {
    for (std::size_t i = 0; i < text_.fields.size(); ++i) {
      const Field& field = text_.fields[i];
      if (!taken_[i] && !add_property(field)) {
        return fail(ExitCode::usage,
                    fmt::format("{} cannot have {}={}", name(text_.type), field.name, field.value));
      }
    }
    return {};
  }
  bool add_property(const Field& field) {
    const auto* row = protocol::property_row_by_flag(field.name);
    if (row == nullptr) return false;
    switch (row->kind) {
      case PropertyKind::utf8_string:
      case PropertyKind::binary_data: return properties_.add(row->id, field.value).has_value();
      case PropertyKind::utf8_string_pair: {
        const std::size_t colon = field.value.find(':');
        if (colon == std::string::npos) return false;
        const Bytes value = field.value;
        return properties_.add_user_property(value.substr(0, colon), value.substr(colon + 1))
            .has_value();
      }
      default: {
        const auto value = number_from(field.value);
        return value && properties_.add(row->id, *value).has_value();
      }
    }
  }
  template <typename Value>
  void put_properties(Value& value) {
    if constexpr (requires { value.properties; }) value.properties = properties_.view();
  }

  const PacketText& text_;
  const protocol::PacketIdentifier last_id_;
  protocol::PropertyList properties_;
  std::vector<bool> taken_;
  std::string bytes_;
};

}  // namespace

PacketText describe_packet(const protocol::Packet& packet) {
  PacketText text{protocol::type_of(packet), {}};
  std::visit(Describer(text.fields), packet);
  return text;
}

std::string show(const PacketText& text) {
  std::string line(protocol::name(text.type));
  for (const Field& field : text.fields) line += ' ' + field.name + '=' + in_quotes(field.value);
  return line;
}

Result<PacketText> parse_packet(std::span<const std::string> words) {
  const auto type = words.empty() ? std::nullopt : type_from(words.front());
  if (!type) return fail(ExitCode::usage, "a packet type must be named, as CONNACK");
  PacketText text{*type, {}};
  for (const std::string& word : words.subspan(1)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      return fail(ExitCode::usage, fmt::format("\"{}\" is not NAME=VALUE", word));
    }
    text.fields.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return text;
}

bool has_fields(const PacketText& packet, const PacketText& wanted) {
  if (packet.type != wanted.type) return false;
  return std::all_of(wanted.fields.begin(), wanted.fields.end(), [&](const Field& field) {
    const auto named = [&](const Field& other) { return other.name == field.name; };
    const auto equal = [&](const Field& other) {
      return named(other) && same(other.value, field.value);
    };
    if (field.value == "none") {
      return std::none_of(packet.fields.begin(), packet.fields.end(), named);
    }
    return std::any_of(packet.fields.begin(), packet.fields.end(), equal);
  });
}

Result<std::string> encode_text(const PacketText& text, protocol::Version version,
                                protocol::PacketIdentifier last_id) {
  Builder builder(text, last_id);
  const auto packet = builder.build();
  if (!packet) return tl::unexpected(packet.error());
  std::string bytes = encoded(*packet, version);
  if (bytes.empty()) return fail(ExitCode::usage, "cannot be encoded: " + show(text));
  return bytes;
}

std::string encoded(const protocol::Packet& packet, protocol::Version version) {
  const auto size = protocol::encoded_size(packet, version);
  if (!size) return {};
  std::string bytes(*size, '\0');
  if (!protocol::encode(packet, version, bytes)) return {};
  return bytes;
}

std::optional<std::uint32_t> number_from(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

}  // namespace mqtt_toolbox::support
