#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/topic.hpp"
#include "record/message_input.hpp"
#include "record/message_json.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_error(const Error& error) {
  require(!error.text.empty());
  for (const char c : error.text) require(static_cast<unsigned char>(c) >= 0x20);
}

/// What was read is written as a line, which reads as the same.
void check_round_trip(const InputMessage& message) {
  MessageWriter writer;
  std::string line;
  writer.append(line, message.publish(), {});
  const auto again = parse_message(line, MessageDefaults());
  require(again.has_value());
  require(again->topic == message.topic && again->payload == message.payload);
  require(again->qos == message.qos && again->retain == message.retain);
  std::string second;
  writer.append(second, again->publish(), {});
  require(second == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MessageDefaults defaults;
  defaults.topic = "default";
  (void)defaults.properties.add(protocol::PropertyId::content_type, "text/plain");
  const auto parsed = parse_message({reinterpret_cast<const char*>(data), size}, defaults);
  if (!parsed) {
    check_error(parsed.error());
  } else {
    require(protocol::check_topic_name(parsed->topic).has_value());
    check_round_trip(*parsed);
  }
  return 0;
}
