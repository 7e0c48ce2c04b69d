#include "retain/comparison.hpp"

#include <cerrno>
#include <fstream>

#include "base/system.hpp"
#include "base/utf8.hpp"
#include "record/message_input.hpp"

namespace mqtt_toolbox::retain {

using retained::hash_of;

Result<Comparison> Comparison::read(const std::string& path, const Chooser& chooser) {
  const auto wrong = [&](const std::string& text) {
    return fail(ExitCode::io, "--diff: " + printable(path, 200) + text);
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(": " + system_text(errno));
  Comparison comparison;
  std::string line;
  for (std::uint64_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    const auto message = record::parse_message(line, {});
    if (!message) return wrong(", line " + std::to_string(number) + ": " + message.error().text);
    if (!chooser.wants(message->topic)) continue;
    comparison.entries_[message->topic] = {hash_of(message->payload), false};
  }
  if (file.bad()) return wrong(": " + system_text(errno));
  return comparison;
}

Comparison::Change Comparison::note(const Found& found) {
  const auto entry = entries_.find(std::string(found.topic));
  if (entry == entries_.end()) return Change::added;
  entry->second.seen = true;
  return entry->second.hash == found.payload_hash ? Change::none : Change::changed;
}

}  // namespace mqtt_toolbox::retain
