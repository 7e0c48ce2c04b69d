#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/export.hpp"
#include "protocol/fault.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// Property identifiers, MQTT 5.0 section 2.2.2.2.
enum class PropertyId : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

enum class PropertyKind : std::uint8_t {
  byte,
  two_byte_integer,
  four_byte_integer,
  variable_byte_integer,
  utf8_string,
  binary_data,
  utf8_string_pair,
};

/// Where a property list stands: a packet, or the will inside CONNECT.
enum class PropertyPlace : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  disconnect = 14,
  auth = 15,
  will = 16,
};

constexpr PropertyPlace place_of(PacketType type) {
  return static_cast<PropertyPlace>(type);
}

/// One row of the only table of properties.
struct PropertyRow {
  PropertyId id;
  std::string_view name;       ///< "Message Expiry Interval"
  std::string_view json_name;  ///< "message_expiry_interval_s": snake_case with the unit
  std::string_view flag_name;  ///< "message-expiry-interval", as in -D and mosquitto_pub
  PropertyKind kind;
  std::uint32_t places;      ///< bit 1 << PropertyPlace for each place that may carry it
  std::uint32_t repeatable;  ///< the same bits: places where it may appear more than once
  std::uint32_t low;         ///< numbers: the smallest value allowed
  std::uint32_t high;        ///< numbers: the largest value allowed
};

MQTT_TOOLBOX_API std::span<const PropertyRow> property_rows();
MQTT_TOOLBOX_API const PropertyRow* property_row(PropertyId id);
MQTT_TOOLBOX_API const PropertyRow* property_row_by_flag(std::string_view flag_name);

/// One property as it stands in a packet. Numbers are in `number`; strings, binary data and the
/// value of a user property in `text`; the name of a user property in `key`.
struct Property {
  PropertyId id{};
  std::uint32_t number = 0;
  Bytes text{};
  Bytes key{};
};

/// Properties of a packet as encoded bytes (without the length in front). A view: cheap to copy,
/// and equal bytes are equal properties. Everything that made one has validated it.
class MQTT_TOOLBOX_API Properties {
 public:
  constexpr Properties() = default;
  /// `encoded` must hold valid properties: `Properties::parse` or `PropertyList` made them.
  constexpr explicit Properties(Bytes encoded) : encoded_(encoded) {}

  /// Validates identifiers, places, multiplicity, values and lengths (MQTT 5.0 section 2.2.2).
  static tl::expected<Properties, Fault> parse(Bytes encoded, PropertyPlace place);

  constexpr Bytes encoded() const { return encoded_; }
  constexpr bool empty() const { return encoded_.empty(); }

  std::optional<Property> find(PropertyId id) const;
  std::optional<std::uint32_t> number(PropertyId id) const;
  std::optional<Bytes> text(PropertyId id) const;

  class Iterator {
   public:
    explicit Iterator(Bytes rest) : rest_(rest) { step(); }
    const Property& operator*() const { return property_; }
    const Property* operator->() const { return &property_; }
    Iterator& operator++() {
      step();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_end_ != other.at_end_; }

   private:
    MQTT_TOOLBOX_API void step();
    Bytes rest_;
    Property property_;
    bool at_end_ = false;
  };
  Iterator begin() const { return Iterator(encoded_); }
  Iterator end() const { return Iterator(Bytes()); }

  bool operator==(const Properties&) const = default;

 private:
  Bytes encoded_;
};

/// Owned properties, built one by one in the order given. Adding validates: place, multiplicity,
/// range, UTF-8, length.
class MQTT_TOOLBOX_API PropertyList {
 public:
  explicit PropertyList(PropertyPlace place) : place_(place) {}

  tl::expected<void, Fault> add(PropertyId id, std::uint32_t number);
  tl::expected<void, Fault> add(PropertyId id, Bytes text);
  tl::expected<void, Fault> add_user_property(Bytes key, Bytes value);
  tl::expected<void, Fault> add(const Property& property);

  /// Replaces the number of a property that is there, else adds it.
  tl::expected<void, Fault> set(PropertyId id, std::uint32_t number);
  void remove(PropertyId id);
  void clear() { encoded_.clear(); }

  PropertyPlace place() const { return place_; }
  bool empty() const { return encoded_.empty(); }
  /// Valid until the list changes.
  Properties view() const { return Properties(encoded_); }

 private:
  PropertyPlace place_;
  std::string encoded_;
};

}  // namespace mqtt_toolbox::protocol
