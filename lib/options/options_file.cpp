#include <algorithm>

#include <fmt/format.h>

#include "base/byte_order_mark.hpp"
#include "base/utf8.hpp"
#include "options/command_line.hpp"
#include "options/layers.hpp"
#include "options/lookup.hpp"
#include "options/secrecy.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::size_t largest_file = 1u << 20;

/// A line of an options file as arguments: the option, and what follows the blank behind it as its
/// value, with the blanks in front and at the end.
std::vector<std::string> split_line(const Tool& tool, std::string_view line) {
  const std::size_t blank = line.find(' ');
  const std::string option(line.substr(0, blank));
  std::vector<std::string> arguments{option};
  const std::string_view value =
      blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
  if (value.empty()) return arguments;
  const Spec* spec = option.starts_with("--") ? find_spec(tool, option.substr(2))
                     : option.size() == 2     ? find_spec(tool, option[1])
                                              : nullptr;
  if (spec != nullptr && spec->kind == Kind::property) {
    if (auto parts = split_property(value))
      arguments.insert(arguments.end(), parts->begin(), parts->end());
    return arguments;
  }
  arguments.emplace_back(value);
  return arguments;
}

Status add_line(const Source& source, std::string_view line, const std::string& where,
                Candidates& candidates) {
  auto parsed = parse_command_line(source.tool, split_line(source.tool, line));
  if (!parsed) return fail(ExitCode::usage, where + ": " + parsed.error().text);
  if (!parsed->positionals.empty())
    return fail(ExitCode::usage, where + ": a line starts with an option");
  for (Occurrence& occurrence : parsed->occurrences) {
    if (occurrence.spec->name == "options-file")
      return fail(ExitCode::usage, where + ": a file of options names no other");
    const Origin origin{Layer::flag, false, where + ", --" + std::string(occurrence.spec->name)};
    candidates.push_back({occurrence.spec, origin, std::move(occurrence.values)});
  }
  return {};
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Of an option that may be given once only, whether it was; `found` is one command line or file.
Status check_given_once(const Candidates& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Spec& spec = *found[i].spec;
    if (spec.several_by.empty() && spec.several_mend.empty()) continue;
    std::string mend(spec.several_mend);
    if (mend.empty()) mend = "to each of them, in order:";
    std::size_t count = 0;
    for (const Candidate& candidate : found) {
      if (candidate.spec != &spec) continue;
      if (!spec.several_by.empty())
        mend += fmt::format(" --{} {}", spec.several_by, printable(candidate.values[0], 100));
      ++count;
    }
    if (count > 1)
      return fail(ExitCode::usage, found[i].origin.where + " is given " +
                                       (count == 2 ? "twice" : std::to_string(count) + " times") +
                                       " and takes one value; " + mend);
  }
  return {};
}

bool is_secret(const Candidate& candidate) {
  return holds_secret(*candidate.spec, candidate.values);
}

Status read_options_file(const Source& source, const std::string& path, Settings& settings,
                         Candidates& candidates) {
  auto text = source.outside.read(path, largest_file);
  if (!text) return fail(text.error().code, "--options-file: " + text.error().text);
  std::string_view rest = without_byte_order_mark(*text);
  Candidates found;
  for (int number = 1; !rest.empty(); ++number) {
    const std::string_view line = take_line(rest);
    const std::size_t start = line.find_first_not_of(' ');
    if (start == std::string_view::npos || line[0] == '#') continue;
    const std::string where = printable(path, 200) + ", line " + std::to_string(number);
    if (auto status = add_line(source, line.substr(start), where, found); !status) return status;
  }
  if (auto status = check_given_once(found); !status) return status;
  if (std::any_of(found.begin(), found.end(), is_secret))
    warn_of_readers(source.outside, path, settings);
  candidates.insert(candidates.end(), std::make_move_iterator(found.begin()),
                    std::make_move_iterator(found.end()));
  return {};
}

}  // namespace

Status read_arguments(const Source& source, const Arguments& arguments, Settings& settings,
                      Candidates& candidates) {
  auto line = parse_command_line(source.tool, arguments.values());
  if (!line) return tl::unexpected<Error>(std::move(line.error()));
  settings.positionals = std::move(line->positionals);
  for (const Occurrence& occurrence : line->occurrences)
    if (occurrence.spec->name == "options-file")
      if (auto status = read_options_file(source, occurrence.values[0], settings, candidates);
          !status)
        return status;
  Candidates found;
  for (Occurrence& occurrence : line->occurrences) {
    const Origin origin{Layer::flag, false, "--" + std::string(occurrence.spec->name)};
    found.push_back({occurrence.spec, origin, std::move(occurrence.values)});
  }
  if (auto status = check_given_once(found); !status) return status;
  candidates.insert(candidates.end(), std::make_move_iterator(found.begin()),
                    std::make_move_iterator(found.end()));
  return {};
}

}  // namespace mqtt_toolbox::options
