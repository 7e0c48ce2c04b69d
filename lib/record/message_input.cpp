#include "record/message_input.hpp"

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

Result<std::optional<InputMessage>> parse_message(std::string_view line,
                                                  const MessageDefaults& defaults) {
  MessageDraft draft;
  if (const Status status = read_message_line(line, draft); !status)
    return tl::unexpected<Error>(status.error());
  if (draft.is_other_type) return std::nullopt;
  if (draft.fault) return tl::unexpected<Error>(std::move(*draft.fault));
  if (const Status status = add_defaults(draft, defaults); !status)
    return tl::unexpected<Error>(status.error());
  return std::move(draft.message);
}

}  // namespace mqtt_toolbox::record
