#include "check/message.hpp"

#include <algorithm>

#include "check/allowance.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::check {

std::size_t bytes_kept(const protocol::Publish& publish) {
  return bytes_in_vector<Message> + publish.topic.size() + publish.payload.size() +
         publish.properties.encoded().size();
}

bool is_judged(const std::vector<std::string>& filters, std::string_view topic) {
  return std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
    const auto shared = protocol::shared_subscription(filter);
    return protocol::matches(shared ? shared->filter : protocol::Bytes(filter), topic);
  });
}

Message copy_of(const protocol::Publish& publish, Time now) {
  Message message{std::string(publish.topic), std::string(publish.payload), publish.qos,
                  publish.retain};
  // They have been validated when they were decoded.
  for (const protocol::Property& property : publish.properties)
    (void)message.properties.add(property);
  message.dup = publish.dup;
  message.packet_identifier = publish.packet_identifier;
  message.at = now;
  return message;
}

protocol::Publish view_of(const Message& message) {
  return {message.topic, message.payload, message.packet_identifier, message.qos,
          message.dup,   message.retain,  message.properties.view()};
}

}  // namespace mqtt_toolbox::check
