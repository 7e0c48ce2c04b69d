#include "record/format.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

/// The first line is the template, the rest the payload.
void format(std::string_view text, std::string_view payload, Format::Options options) {
  auto compiled = Format::compile(text, options);
  if (!compiled) {
    if (compiled.error().text.find("column") == std::string::npos) std::abort();
    return;
  }
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  (void)properties.add(protocol::PropertyId::content_type, "text/plain");
  (void)properties.add_user_property("k", "v");
  protocol::Publish message;
  message.topic = "a/b";
  message.payload = payload;
  message.properties = properties.view();
  std::string first;
  std::string second;
  (void)compiled->append(first, message, {1'770'091'506'789'012'345});
  (void)compiled->append(second, message, {1'770'091'506'789'012'345});
  if (first != second) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size > 2048) return 0;  // many wide fields would only cost time
  const std::size_t end = input.find('\n');
  const std::string_view payload = end == input.npos ? std::string_view() : input.substr(end + 1);
  format(input.substr(0, end), payload, {});
  format(input.substr(0, end), payload, {.pretty = true, .terminal = true});
  return 0;
}
