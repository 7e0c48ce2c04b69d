#include "options/completion.hpp"

namespace mqtt_toolbox::options {

namespace {

template <typename Rows>
std::string names_of(const Rows& rows) {
  std::string words;
  for (const auto& row : rows) words += (words.empty() ? "" : " ") + std::string(row.name);
  return words;
}

}  // namespace

std::string packet_words() {
  return names_of(property_packets());
}

std::string property_words() {
  std::string words;
  for (const protocol::PropertyRow& row : protocol::property_rows()) {
    bool settable = false;
    for (const PropertyPacket& packet : property_packets())
      settable = settable || client_sets(row, packet.place);
    if (settable) words += (words.empty() ? "" : " ") + std::string(row.flag_name);
  }
  return words;
}

std::string negated_help(const Spec& spec) {
  return "turn off: " + std::string(spec.help);
}

std::string command_words(const Tool& tool) {
  std::string words;
  for (const Tool* command : tool.commands)
    words += (words.empty() ? "" : " ") + std::string(command_word(*command));
  return words;
}

std::string value_words(const Tool& tool, const Spec& spec) {
  if (spec.kind == Kind::check && tool.cases != nullptr) return names_of(tool.cases());
  if (spec.kind == Kind::facts && tool.facts != nullptr) return names_of(tool.facts());
  std::string words;
  for (std::string_view choice : spec.choices)
    words += (words.empty() ? "" : " ") + std::string(choice);
  return words;
}

}  // namespace mqtt_toolbox::options
