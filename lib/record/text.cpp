#include "record/text.hpp"

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::record {
namespace {

void append_shown(std::string& out, std::string_view bytes, bool terminal) {
  if (terminal) {
    append_for_terminal(out, bytes);
  } else {
    out += bytes;
  }
}

void append_payload(std::string& out, std::string_view payload, const TextOptions& options) {
  switch (options.payload) {
    case PayloadForm::base64: return append_base64(out, payload);
    case PayloadForm::hex: return append_hex(out, payload);
    case PayloadForm::none: return;
    default: return append_shown(out, payload, options.terminal);
  }
}

/// mosquitto_sub's answers to an empty payload: with the topic a mark, but not under -N; without it
/// nothing.
void append_empty(std::string& out, std::string_view topic, const TextOptions& options) {
  if (!options.topic || !options.newline) return;
  append_shown(out, topic, options.terminal);
  out += " (null)\n";
}

}  // namespace

void append_text(std::string& out, const protocol::Publish& message, const TextOptions& options) {
  const bool hidden = options.payload == PayloadForm::none;
  if (message.payload.empty() && !hidden) return append_empty(out, message.topic, options);
  if (options.topic) append_shown(out, message.topic, options.terminal);
  if (options.topic && !hidden) out += ' ';
  append_payload(out, message.payload, options);
  if (options.newline) out += '\n';
}

}  // namespace mqtt_toolbox::record
