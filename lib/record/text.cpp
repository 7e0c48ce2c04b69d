#include "record/text.hpp"

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "record/json_value.hpp"

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

/// Adds one token after another, with the white space that belongs between.
class PrettyPrinter {
 public:
  explicit PrettyPrinter(std::string& out) : out_(out) {}

  void add(std::string_view token, bool next_is_end) {
    switch (token[0]) {
      case '{':
      case '[': return open(token[0], next_is_end);
      case '}':
      case ']': return close(token[0]);
      case ',': return separate();
      case ':': out_ += ":\t"; return;
      default: out_ += token;
    }
  }

 private:
  bool in_object() const { return !open_.empty() && open_.back() == '{'; }

  void start_line() {
    out_ += '\n';
    out_.append(open_.size(), '\t');
  }

  void open(char bracket, bool is_empty) {
    out_ += bracket;
    open_ += bracket;
    if (bracket == '{' && !is_empty) start_line();
  }

  void close(char bracket) {
    open_.pop_back();
    if (bracket == '}') start_line();
    out_ += bracket;
  }

  void separate() {
    out_ += ',';
    if (!in_object()) {
      out_ += ' ';
    } else {
      start_line();
    }
  }

  std::string& out_;
  std::string open_;  ///< the brackets that are open
};

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void skip_white_space(std::string_view& json) {
  while (!json.empty() && is_white_space(json[0])) json.remove_prefix(1);
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

void append_pretty_json(std::string& out, std::string_view json) {
  const bool has_newline = !json.empty() && json.back() == '\n';
  PrettyPrinter printer(out);
  skip_white_space(json);
  while (!json.empty()) {
    const std::size_t length = json[0] == '"' ? json_string_length(json) : 1;
    const std::string_view token = json.substr(0, length);
    json.remove_prefix(length);
    skip_white_space(json);
    printer.add(token, !json.empty() && json[0] == '}');
  }
  if (has_newline) out += '\n';
}

}  // namespace mqtt_toolbox::record
