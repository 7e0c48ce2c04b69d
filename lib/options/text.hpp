#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// Building blocks of the generated texts.

/// "host HOST", "[no-]tls", "trace[=FORM]": an option without its dashes.
std::string long_form(const Spec& spec);
/// The letter of an option, NUL when it has none or another option of the tool has taken it.
char letter_of(const Tool& tool, const Spec& spec);
/// The help of an option with its choices, whether it may be repeated, and its default.
std::string help_line(const Spec& spec);
std::string join_choices(std::span<const std::string_view> choices, std::string_view last);
std::string capitalised(std::string_view text);
std::vector<std::string_view> lines(std::string_view text);
/// Paragraphs, parted by empty lines.
std::vector<std::string_view> paragraphs(std::string_view text);
std::vector<std::string> wrap(std::string_view text, std::size_t width);
std::string replace_all(std::string text, std::string_view what, std::string_view with);

/// Calls `visit(Group, const std::vector<const Spec*>&)` for each group that is not empty, in
/// order, without the options that are refused.
template <typename Visit>
void each_group(const Tool& tool, Visit visit) {
  for (unsigned number = 0; number <= static_cast<unsigned>(Group::general); ++number) {
    const auto group = static_cast<Group>(number);
    std::vector<const Spec*> specs;
    each_spec(tool, [&](const Spec& spec) {
      if (spec.group == group && spec.refusal.empty()) specs.push_back(&spec);
    });
    if (!specs.empty()) visit(group, specs);
  }
}

}  // namespace mqtt_toolbox::options
