#pragma once

#include "base/export.hpp"
#include "protocol/properties.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::protocol {

/// A Variable Byte Integer at the front of some bytes; `size` is 0 when they end before it does.
struct VariableInteger {
  std::uint32_t value = 0;
  std::uint32_t size = 0;
};

/// MQTT 5.0 section 1.5.5.
MQTT_TOOLBOX_API tl::expected<VariableInteger, Fault> read_variable_integer(Bytes bytes);

/// A cursor over a packet's body. The first fault stays and empties the rest, so that a decoder can
/// read all its fields and ask once.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::size_t size() const { return rest_.size(); }
  bool failed() const { return failed_; }
  Fault fault() const { return fault_; }

  void fail(Fault fault) {
    if (!failed_) fault_ = fault;
    failed_ = true;
    rest_ = {};
  }

  std::uint8_t byte() { return byte_at(take(1, Fault::packet_truncated), 0); }
  std::uint16_t two_bytes() { return two_bytes_or(Fault::packet_truncated); }
  std::uint32_t four_bytes() {
    const std::uint32_t high = two_bytes();
    return high << 16 | two_bytes();
  }

  std::uint32_t variable_integer() {
    // Nearly always one byte.
    if (const std::uint8_t only = byte_at(rest_, 0); only < 0x80 && !rest_.empty()) {
      rest_.remove_prefix(1);
      return only;
    }
    const auto read = read_variable_integer(rest_);
    if (!read || read->size == 0) {
      fail(read ? Fault::packet_truncated : read.error());
      return 0;
    }
    rest_.remove_prefix(read->size);
    return read->value;
  }

  PacketIdentifier packet_identifier() {
    const PacketIdentifier id = two_bytes_or(Fault::packet_identifier_missing);
    if (id == 0) fail(Fault::packet_identifier_zero);
    return id;
  }

  /// Binary Data, MQTT 5.0 section 1.5.6.
  Bytes binary() {
    const std::size_t length = two_bytes();
    return take(length, Fault::string_truncated);
  }

  /// UTF-8 Encoded String, MQTT 5.0 section 1.5.4.
  Bytes string() { return checked(check_string); }
  Bytes topic_name() { return checked(check_topic_name); }

  /// Property Length and Properties, MQTT 5.0 section 2.2.2.
  Properties properties(PropertyPlace place) {
    const std::uint32_t length = variable_integer();
    return length == 0 ? Properties() : parse_properties(length, place);
  }

  /// All that is left.
  Bytes remainder() {
    const Bytes all = rest_;
    rest_ = {};
    return all;
  }

 private:
  Properties parse_properties(std::size_t length, PropertyPlace place);

  /// 0 behind the end, where the reader has failed already.
  static std::uint8_t byte_at(Bytes bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0;
  }

  std::uint16_t two_bytes_or(Fault when_short) {
    const Bytes taken = take(2, when_short);
    return static_cast<std::uint16_t>(byte_at(taken, 0) << 8 | byte_at(taken, 1));
  }

  Bytes take(std::size_t size, Fault when_short) {
    if (size > rest_.size()) {
      fail(when_short);
      return {};
    }
    const Bytes taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  template <typename Check>
  Bytes checked(Check check) {
    const Bytes text = binary();
    if (failed_) return {};
    if (const auto sound = check(text); !sound) fail(sound.error());
    return text;
  }

  Bytes rest_;
  Fault fault_{};
  bool failed_ = false;
};

}  // namespace mqtt_toolbox::protocol
