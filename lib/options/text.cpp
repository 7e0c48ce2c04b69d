#include "options/text.hpp"

namespace mqtt_toolbox::options {
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  return parts;
}

}  // namespace

char letter_of(const Tool& tool, const Spec& spec) {
  return find_spec(tool, spec.letter) == &spec ? spec.letter : '\0';
}

std::string long_form(const Spec& spec) {
  std::string text(spec.name);
  if (spec.kind == Kind::toggle) return "[no-]" + text;
  if (spec.kind == Kind::mark) return text + "[=" + std::string(spec.value_name) + "]";
  if (spec.takes_value()) text += ' ' + std::string(spec.value_name);
  return text;
}

std::string join_choices(std::span<const std::string_view> choices, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? last : ", ";
    text += choices[i];
  }
  return text;
}

std::string help_line(const Spec& spec) {
  std::string text(spec.help);
  const std::string choices = join_choices(spec.choices, " or ");
  if (spec.choices.size() > 1 && text.find(choices) == std::string::npos) text += ": " + choices;
  constexpr std::string_view again = "may be given several times";
  if (spec.repeatable && text.find(again) == std::string::npos) text += "; " + std::string(again);
  if (!spec.fallback.empty()) text += " (default: " + std::string(spec.fallback) + ")";
  return text;
}

std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::vector<std::string_view> lines(std::string_view text) {
  return split(text, "\n");
}

std::vector<std::string_view> paragraphs(std::string_view text) {
  return split(text, "\n\n");
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> out;
  std::string line;
  for (std::string_view word : split(text, " ")) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      out.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) out.push_back(std::move(line));
  return out;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

}  // namespace mqtt_toolbox::options
