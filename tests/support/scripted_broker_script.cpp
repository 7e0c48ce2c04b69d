#include "support/scripted_broker_script.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace mqtt_toolbox::support {

namespace {

using Words = std::vector<std::string>;
using Kind = Step::Kind;

/// The lines of a script: cut at newlines and semicolons, without comments.
std::vector<std::string> cut_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  bool quoted = false;
  bool comment = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    const bool at_word = lines.back().empty() || lines.back().back() == ' ';
    if (c == '#' && !quoted && at_word) comment = true;
    if (c == '\n' || (c == ';' && !quoted)) {
      lines.emplace_back();
      if (c == '\n') comment = false;
    } else if (!comment) {
      lines.back() += c;
    }
  }
  return lines;
}

Words cut_words(std::string_view line) {
  Words words;
  bool inside = false;
  bool quoted = false;
  for (const char c : line) {
    if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) words.emplace_back();
    if (c == '"') {
      quoted = !quoted;
    } else {
      words.back() += c;
    }
  }
  return words;
}

/// Takes NAME=VALUE out of the words.
std::string take(Words& words, std::string_view name) {
  const std::string prefix = std::string(name) + "=";
  const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) {
    return word.starts_with(prefix);
  });
  if (found == words.end()) return {};
  std::string value = found->substr(prefix.size());
  words.erase(found);
  return value;
}

Status read_packet(Step& step, const Words& words) {
  auto packet = parse_packet(words);
  if (!packet) return tl::unexpected(packet.error());
  step.packet = std::move(*packet);
  return {};
}

Status read_count(Step& step, const std::string& text) {
  if (text.empty()) return {};
  const auto count = parse_unsigned(text, 1, UINT32_MAX);
  if (!count) return tl::unexpected(count.error());
  step.count = *count;
  return {};
}

Status read_version(Step& step, const std::string& text) {
  if (text.empty()) return {};
  for (const auto version :
       {protocol::Version::v31, protocol::Version::v311, protocol::Version::v5}) {
    if (protocol::name(version) == text) step.as = version;
  }
  if (!step.as) return fail(ExitCode::usage, "as takes 3.1, 3.1.1 or 5.0");
  return {};
}

Status read_send(Step& step, Words words) {
  const std::string as = take(words, "as");
  const std::string count = take(words, "count");
  return read_packet(step, words).and_then([&] { return read_count(step, count); }).and_then([&] {
    return read_version(step, as);
  });
}

Status read_raw(Step& step, const Words& words) {
  std::string digits;
  for (const std::string& word : words) digits += word;
  auto bytes = decode_hex(digits);
  if (!bytes) return fail(ExitCode::usage, "bytes are pairs of hexadecimal digits");
  step.bytes = std::move(*bytes);
  return {};
}

/// So many copies that each write is worth its call.
Status read_flood(Step& step, Words words) {
  constexpr std::size_t enough = 64u << 10;
  return read_raw(step, words).and_then([&]() -> Status {
    if (step.bytes.empty()) return fail(ExitCode::usage, "flood takes at least one byte");
    const std::string once = step.bytes;
    while (step.bytes.size() < enough) step.bytes += once;
    return {};
  });
}

Status read_wait(Step& step, const Words& words) {
  const auto duration = parse_duration(words.empty() ? "" : words.front());
  if (!duration) return tl::unexpected(duration.error());
  step.wait = *duration;
  return {};
}

Status read_automatic(Step& step, Words words) {
  const std::string until = take(words, "until");
  const std::string count = take(words, "count");
  step.answered = take(words, "answered") != "no";
  step.count = 0;
  if (!words.empty()) return fail(ExitCode::usage, "auto takes until, count and answered");
  if (until.empty()) return {};
  step.count = 1;
  return read_packet(step, {until}).and_then([&] { return read_count(step, count); });
}

struct Verb {
  std::string_view name;
  Kind kind;
  Status (*read)(Step& step, Words words);
};

constexpr Verb verbs[] = {
    {"accept", Kind::accept, nullptr},
    {"expect", Kind::expect, [](Step& step, Words words) { return read_packet(step, words); }},
    {"send", Kind::send, read_send},
    {"send-raw", Kind::send_raw, [](Step& step, Words words) { return read_raw(step, words); }},
    {"flood", Kind::flood, read_flood},
    {"close", Kind::close, nullptr},
    {"reset", Kind::reset, nullptr},
    {"silence", Kind::silence, nullptr},
    {"wait", Kind::wait, [](Step& step, Words words) { return read_wait(step, words); }},
    {"auto", Kind::automatic, read_automatic},
    {"forget", Kind::forget, nullptr},
    {"stop-reading", Kind::stop_reading, nullptr},
    {"start-reading", Kind::start_reading, nullptr},
};

Status read_step(Step& step, Words words) {
  const auto* verb = std::find_if(std::begin(verbs), std::end(verbs),
                                  [&](const Verb& row) { return row.name == words.front(); });
  if (verb == std::end(verbs)) return fail(ExitCode::usage, "no such step");
  words.erase(words.begin());
  step.kind = verb->kind;
  if (step.kind == Kind::expect && words == Words{"CLOSE"}) {
    step.kind = Kind::expect_close;
    return {};
  }
  if (verb->read != nullptr) return verb->read(step, std::move(words));
  if (!words.empty()) return fail(ExitCode::usage, "the step takes no words");
  return {};
}

}  // namespace

Result<std::vector<Step>> parse_script(std::string_view text) {
  std::vector<Step> steps;
  for (std::string& line : cut_lines(text)) {
    const Words words = cut_words(line);
    if (words.empty()) continue;
    Step step;
    step.line = std::move(line);
    if (auto status = read_step(step, words); !status) {
      return fail(ExitCode::usage,
                  fmt::format("script line \"{}\": {}", step.line, status.error().text));
    }
    if (steps.empty() && step.kind != Kind::accept) steps.emplace_back();
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace mqtt_toolbox::support
