// random-messages COUNT SEED: that many random messages as the JSON lines of mqtt-pub --from-json,
// written by nlohmann/json, so that nothing is shared with what they test.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace {

using nlohmann::json;
using Random = std::mt19937_64;

bool one_in(Random& random, unsigned count) {
  return random() % count == 0;
}

void append_utf8(std::string& out, std::uint32_t character) {
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0 | character >> 6);
    out += static_cast<char>(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0 | character >> 12);
    out += static_cast<char>(0x80 | (character >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (character & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | character >> 18);
    out += static_cast<char>(0x80 | (character >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (character >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (character & 0x3F));
  }
}

/// Characters that every broker takes: no control characters, no surrogates, no non-characters.
std::uint32_t random_character(Random& random) {
  struct Range {
    std::uint32_t first, size;
  };
  static constexpr std::array<Range, 6> ranges{{{0x20, 0x5F},
                                                {0x61, 26},
                                                {0xA1, 0x700},
                                                {0x4E00, 0x5000},
                                                {0xE000, 0x1000},
                                                {0x1F300, 0x300}}};
  const Range& range = ranges[random() % ranges.size()];
  return range.first + static_cast<std::uint32_t>(random() % range.size);
}

std::string random_text(Random& random, std::size_t limit) {
  std::string text;
  for (std::size_t left = random() % (limit + 1); left > 0; --left)
    append_utf8(text, random_character(random));
  return text;
}

std::string random_bytes(Random& random, std::size_t limit) {
  std::string bytes(random() % (limit + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string random_topic(Random& random) {
  std::string topic;
  for (char character : random_text(random, 20))
    topic += character == '+' || character == '#' ? '/' : character;
  return topic;
}

std::string random_payload(Random& random) {
  switch (random() % 8) {
    case 0: return {};
    case 1: return random_bytes(random, 300);
    case 2: return std::string("\0with\0NUL\0", 10) + random_text(random, 30);
    case 3: return random_bytes(random, 3) + "\xC0\x80\xED\xA0\x80";
    case 4: return std::string(random() % 40, static_cast<char>(random() % 32)) + "\\\"\x7F";
    case 5: return std::to_string(random());
    default: return random_text(random, 100);
  }
}

/// `name` as text or `name`_base64; text that is UTF-8 comes in either form.
void put_bytes(json& line, const std::string& name, const std::string& bytes, Random& random) {
  if (mqtt_toolbox::is_utf8(bytes) && !one_in(random, 4)) {
    line[name] = bytes;
  } else {
    std::string text;
    mqtt_toolbox::append_base64(text, bytes);
    line[name + "_base64"] = text;
  }
}

/// Expiries are whole minutes from an hour on: what a message loses by waiting shows as less than
/// one.
void put_properties(json& line, Random& random) {
  if (one_in(random, 3)) line["payload_format_indicator"] = random() % 2;
  if (one_in(random, 3)) line["message_expiry_interval_s"] = 3600 + 60 * (random() % 71'000'000);
  if (one_in(random, 3)) line["content_type"] = random_text(random, 20);
  if (one_in(random, 3)) line["response_topic"] = "answers/" + random_topic(random);
  if (one_in(random, 3)) put_bytes(line, "correlation_data", random_bytes(random, 40), random);
  if (!one_in(random, 3)) return;
  json pairs = json::array();
  for (auto left = random() % 6; left > 0; --left)
    pairs.push_back(json::array({random_text(random, 3), random_text(random, 15)}));
  line["user_properties"] = pairs;
}

/// The topic decides the QoS: no broker keeps an order between messages of different QoS.
void put_address(json& line, Random& random, const std::array<std::string, 200>& topics) {
  const auto topic = random() % topics.size();
  line["topic"] = "replay/" + std::to_string(topic) + topics[topic];
  line["qos"] = topic % 3;
  line["retain"] = one_in(random, 3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "Usage: random-messages COUNT SEED\n";
    return 2;
  }
  Random random(std::strtoull(argv[2], nullptr, 10));
  std::array<std::string, 200> topics;
  for (std::string& topic : topics) topic = random_topic(random);
  const unsigned long count = std::strtoul(argv[1], nullptr, 10);
  for (unsigned long i = 0; i < count; ++i) {
    json line;
    put_address(line, random, topics);
    put_bytes(line, "payload",
              i % 2500 == 7 ? random_bytes(random, 1u << 20) : random_payload(random), random);
    put_properties(line, random);
    std::cout << line << '\n';
  }
  return std::cout.flush() ? 0 : 8;
}
