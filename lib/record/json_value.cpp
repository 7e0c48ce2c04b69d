#include "record/json_value.hpp"

#include <nlohmann/json.hpp>

namespace mqtt_toolbox::record {
namespace {

using Json = nlohmann::json;

/// Accepts every event, but stops where the nesting is too deep.
class Acceptor final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  bool open() { return ++depth_ <= maximum_json_depth; }
  bool close() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

bool is_json(std::string_view text) {
  // The library skips a byte order mark, which would then stand in the middle of a line, and takes
  // a NUL for the end of the input.
  if (text.substr(0, 3) == "\xEF\xBB\xBF" || text.find('\0') != text.npos) return false;
  Acceptor acceptor;
  return Json::sax_parse(text.begin(), text.end(), &acceptor);
}

std::size_t json_string_length(std::string_view json) {
  std::size_t at = 1;
  while (json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return at + 1;
}

void append_compact_json(std::string& out, std::string_view json) {
  while (!json.empty()) {
    const std::size_t length = json[0] == '"' ? json_string_length(json) : 1;
    if (!is_white_space(json[0])) out.append(json.data(), length);
    json.remove_prefix(length);
  }
}

}  // namespace mqtt_toolbox::record
