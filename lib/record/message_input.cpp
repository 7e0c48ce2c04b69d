#include "record/message_input.hpp"

#include "base/utf8.hpp"
#include "protocol/characters.hpp"
#include "record/message_fields.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::Property;
using protocol::PropertyId;

bool is_replaced(const MessageDraft& draft, const Property& property) {
  if (property.id == PropertyId::user_property) return draft.has_user_properties;
  return draft.message.properties.view().find(property.id).has_value();
}

/// Adds what the line did not give. Nothing can fail: the place is the same, and one of each is
/// left.
void add_default_properties(MessageDraft& draft, const protocol::PropertyList& defaults) {
  protocol::PropertyList added(protocol::PropertyPlace::publish);
  for (const Property& property : defaults.view())
    if (!is_replaced(draft, property)) (void)added.add(property);
  for (const Property& property : added.view()) (void)draft.message.properties.add(property);
}

Status add_defaults(MessageDraft& draft, const MessageDefaults& defaults) {
  if (!draft.has_topic && !defaults.topic)
    return fail(ExitCode::io, "topic: missing, and no default is given with -t");
  if (draft.payload_key.empty())
    return fail(ExitCode::io, "payload: missing; null stands for an empty one");
  if (!draft.has_topic) draft.message.topic = *defaults.topic;
  if (!draft.has_qos) draft.message.qos = defaults.qos;
  if (!draft.has_retain) draft.message.retain = defaults.retain;
  add_default_properties(draft, defaults.properties);
  return {};
}

Status refuse_character(const std::string& what, char32_t character) {
  return fail(ExitCode::io,
              what + " has " + protocol::describe_risky_character(character) +
                  ", for which a broker may close the connection; --allow-control-characters sends "
                  "it");
}

Status check_characters(const InputMessage& message) {
  if (const auto risky = protocol::find_risky_character(message.topic))
    return refuse_character("topic: \"" + printable(message.topic, 100) + '"', *risky);
  if (const auto risky = protocol::find_risky_property(message.properties.view()))
    return refuse_character(std::string(protocol::property_row(risky->id)->json_name),
                            risky->character);
  return {};
}

/// A line that names no topic would have got the default.
std::string topic_of(const MessageDraft& draft, bool is_json, const MessageDefaults& defaults) {
  const bool has_default = is_json && !draft.names_topic;
  return has_default ? defaults.topic.value_or("") : draft.message.topic;
}

}  // namespace

protocol::Publish InputMessage::publish() const {
  protocol::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.qos = qos;
  publish.retain = retain;
  publish.properties = properties.view();
  return publish;
}

tl::expected<InputMessage, MessageError> parse_message(std::string_view line,
                                                       const MessageDefaults& defaults) {
  MessageDraft draft;
  Status status = read_message_line(line, draft);
  const bool is_json = status.has_value();
  if (status && draft.fault) status = tl::unexpected<Error>(std::move(*draft.fault));
  if (status) status = add_defaults(draft, defaults);
  if (status && !defaults.allow_control_characters) status = check_characters(draft.message);
  if (status) return std::move(draft.message);
  return tl::unexpected<MessageError>(
      MessageError{std::move(status.error()), topic_of(draft, is_json, defaults)});
}

}  // namespace mqtt_toolbox::record
