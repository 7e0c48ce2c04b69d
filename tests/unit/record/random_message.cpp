#include "unit/record/random_message.hpp"

#include <algorithm>

namespace mqtt_toolbox::record {
namespace {

using protocol::PropertyId;

std::uint64_t below(Random& random, std::uint64_t limit) {
  return random() % limit;
}
bool chance(Random& random, std::uint64_t one_in) {
  return below(random, one_in) == 0;
}

/// A code point from a range that is drawn first, so that the rare kinds are not rare.
std::uint32_t random_character(Random& random) {
  struct Range {
    std::uint32_t low, high;
  };
  static constexpr Range ranges[] = {{0x00, 0x1F},  {0x20, 0x7E},    {0x7F, 0x9F},
                                     {0xA0, 0x7FF}, {0x800, 0xD7FF}, {0xE000, 0xFFFF},
                                     {'"', '"'},    {'\\', '\\'},    {0x10000, 0x10FFFF},
                                     {'a', 'z'},    {'a', 'z'},      {'a', 'z'}};
  const Range range = ranges[below(random, std::size(ranges))];
  return range.low + static_cast<std::uint32_t>(below(random, range.high - range.low + 1));
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&out, c](int shift) {
    out += static_cast<char>(0x80 | ((c >> shift) & 0x3F));
  };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string random_topic(Random& random) {
  std::string topic = random_utf8(random, 12, false);
  std::erase_if(topic, [](char c) { return c == '+' || c == '#'; });
  return topic.empty() ? "t" : topic;
}

void add_properties(Random& random, protocol::PropertyList& list) {
  const auto number = [&](PropertyId id, std::uint32_t value) {
    if (chance(random, 3)) (void)list.add(id, value);
  };
  const auto text = [&](PropertyId id, const std::string& value) {
    if (chance(random, 3)) (void)list.add(id, protocol::Bytes(value));
  };
  number(PropertyId::payload_format_indicator, static_cast<std::uint32_t>(below(random, 2)));
  number(PropertyId::message_expiry_interval, static_cast<std::uint32_t>(random()));
  text(PropertyId::response_topic, random_topic(random));
  text(PropertyId::correlation_data, random_bytes(random, 20));
  for (auto count = below(random, 4); count > 0; --count)
    (void)list.add_user_property(random_utf8(random, 5, false), random_utf8(random, 9, false));
  text(PropertyId::content_type, random_utf8(random, 9, false));
  number(PropertyId::topic_alias, static_cast<std::uint32_t>(below(random, 65535) + 1));
  number(PropertyId::subscription_identifier, static_cast<std::uint32_t>(below(random, 9) + 1));
  number(PropertyId::subscription_identifier, static_cast<std::uint32_t>(below(random, 9) + 1));
}

}  // namespace

std::string random_bytes(Random& random, std::size_t limit) {
  std::string bytes(below(random, limit + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string random_utf8(Random& random, std::size_t limit, bool with_nul) {
  std::string text;
  for (auto count = below(random, limit + 1); count > 0; --count) {
    const std::uint32_t character = random_character(random);
    if (character != 0 || with_nul) append_utf8(text, character);
  }
  return text;
}

RandomMessage random_message(Random& random) {
  RandomMessage message;
  message.topic = random_topic(random);
  message.payload = chance(random, 2) ? random_bytes(random, 40) : random_utf8(random, 40, true);
  message.qos = static_cast<protocol::Qos>(below(random, 3));
  message.retain = chance(random, 2);
  if (message.qos != protocol::Qos::at_most_once) {
    message.dup = chance(random, 2);
    message.packet_identifier = static_cast<std::uint16_t>(below(random, 65535) + 1);
  }
  add_properties(random, message.properties);
  return message;
}

protocol::Publish RandomMessage::publish() const {
  protocol::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.packet_identifier = packet_identifier;
  publish.qos = qos;
  publish.dup = dup;
  publish.retain = retain;
  publish.properties = properties.view();
  return publish;
}

}  // namespace mqtt_toolbox::record
