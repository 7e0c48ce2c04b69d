#include "options/command_line.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/lookup.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::string_view negation = "no-";
/// Marks the empty value of `--name=`, which CLI11 takes for no value at all. No argument contains
/// NUL.
constexpr char empty_value = '\0';

void unmark(std::string& text) {
  if (!text.empty() && text.back() == empty_value) text.pop_back();
}

/// What a CLI11 option stands for.
struct Meaning {
  const Spec* spec = nullptr;
  bool negated = false;
};

/// One run of CLI11 over arguments, with only those options registered that they may name:
/// registering all of them costs more than the rest of a short publish.
class Parser {
 public:
  explicit Parser(const Tool& tool) : tool_(tool) {
    app_.set_help_flag();
    app_.prefix_command();
  }

  Result<CommandLine> parse(std::span<const std::string> arguments);

 private:
  void register_named(const std::string& argument);
  void register_long(std::string_view name);
  void register_letter(char letter);
  void add(const std::string& cli_name, Meaning meaning);
  Status parse_segment(std::vector<std::string>& rest, CommandLine& line);
  Status collect(CommandLine& line);
  Status take_rest(std::vector<std::string>& rest, CommandLine& line);
  Status take_property(std::vector<std::string>& rest, std::size_t skipped, CommandLine& line);

  const Tool& tool_;
  CLI::App app_;
  std::map<const CLI::Option*, Meaning> meanings_;
  std::size_t collected_ = 0;  ///< CLI11 keeps the order of earlier runs, but not their results
};

Result<CommandLine> Parser::parse(std::span<const std::string> arguments) {
  std::vector<std::string> rest(arguments.begin(), arguments.end());
  for (std::string& argument : rest) {
    register_named(argument);
    if (argument.size() > 2 && argument.starts_with("--") && argument.back() == '=')
      argument += empty_value;
  }
  CommandLine line;
  while (!rest.empty())
    if (auto status = parse_segment(rest, line); !status)
      return tl::unexpected<Error>(std::move(status.error()));
  return line;
}

/// An argument may be a value that looks like an option; registering it then does no harm.
void Parser::register_named(const std::string& argument) {
  if (argument.size() < 2 || argument[0] != '-') return;
  if (argument[1] == '-') return register_long(std::string_view(argument).substr(2));
  for (char letter : argument.substr(1)) register_letter(letter);
}

void Parser::register_long(std::string_view text) {
  const std::string name(text.substr(0, text.find('=')));
  const Spec* spec = find_spec(tool_, name);
  if (spec != nullptr) return add("--" + name, {spec, false});
  if (!name.starts_with(negation)) return;
  spec = find_spec(tool_, std::string_view(name).substr(negation.size()));
  if (spec != nullptr && !spec->takes_value()) add("--" + name, {spec, true});
}

void Parser::register_letter(char letter) {
  if (const Spec* spec = find_spec(tool_, letter)) add(std::string{'-', letter}, {spec, false});
}

void Parser::add(const std::string& cli_name, Meaning meaning) {
  // Three or four values are beyond CLI11: see take_rest.
  if (meaning.spec->kind == Kind::property) return;
  if (app_.get_option_no_throw(cli_name) != nullptr) return;
  CLI::Option* option =
      meaning.spec->takes_value() ? app_.add_option(cli_name) : app_.add_flag(cli_name);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  meanings_[option] = meaning;
}

/// As far as CLI11 gets: to the end, to a property option or to a positional argument.
Status Parser::parse_segment(std::vector<std::string>& rest, CommandLine& line) {
  const std::string last = rest.back();
  std::vector<std::string> reversed(rest.rbegin(), rest.rend());
  try {
    app_.parse(reversed);
    rest = app_.remaining();
  } catch (const CLI::ArgumentMismatch&) {
    return fail(ExitCode::usage, printable(last, 100) + " needs a value");
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, printable(error.what(), 200));
  }
  if (auto status = collect(line); !status) return status;
  return rest.empty() ? Status() : take_rest(rest, line);
}

Status Parser::collect(CommandLine& line) {
  std::map<const CLI::Option*, std::size_t> seen;
  const auto& order = app_.parse_order();
  for (; collected_ < order.size(); ++collected_) {
    const CLI::Option* option = order[collected_];
    const Meaning& meaning = meanings_.at(option);
    std::string value = option->results().at(seen[option]++);
    unmark(value);
    auto values = read_values(*meaning.spec, std::move(value), meaning.negated);
    if (!values)
      return fail(ExitCode::usage,
                  "--" + std::string(meaning.spec->name) + ": " + values.error().text);
    line.occurrences.push_back({meaning.spec, std::move(*values)});
  }
  return {};
}

/// The number of characters of an argument that name the property option; 0: it is something else.
std::size_t property_prefix(const Tool& tool, std::string_view argument) {
  if (argument.starts_with("--")) {
    const std::size_t end = std::min(argument.find('='), argument.size());
    const Spec* spec = find_spec(tool, argument.substr(2, end - 2));
    if (spec == nullptr || spec->kind != Kind::property) return 0;
    return std::min(end + 1, argument.size());
  }
  if (argument.size() < 2 || argument[0] != '-') return 0;
  const Spec* spec = find_spec(tool, argument[1]);
  return spec != nullptr && spec->kind == Kind::property ? 2 : 0;
}

/// What CLI11 left: a property option, which it does not know; an unknown option; or positionals.
Status Parser::take_rest(std::vector<std::string>& rest, CommandLine& line) {
  if (const std::size_t prefix = property_prefix(tool_, rest.front()))
    return take_property(rest, prefix, line);
  const std::string first = rest.front();
  if (first.size() > 1 && first[0] == '-' && first != "--") return unknown_option(tool_, first);
  if (tool_.options_anywhere && first != "--") {
    line.positionals.push_back(first);
    unmark(line.positionals.back());
    rest.erase(rest.begin());
    return {};
  }
  if (first == "--") rest.erase(rest.begin());
  if (tool_.positionals.empty() && !rest.empty())
    return fail(ExitCode::usage, "unexpected argument \"" + printable(rest.front(), 100) + '"');
  for (std::string& text : rest) unmark(text);
  line.positionals.insert(line.positionals.end(), std::make_move_iterator(rest.begin()),
                          std::make_move_iterator(rest.end()));
  rest.clear();
  return {};
}

Status Parser::take_property(std::vector<std::string>& rest, std::size_t skipped,
                             CommandLine& line) {
  const Spec* spec =
      rest[0][1] == '-'
          ? find_spec(tool_, std::string_view(rest[0]).substr(2, rest[0].find('=') - 2))
          : find_spec(tool_, rest[0][1]);
  rest[0].erase(0, skipped);
  if (rest[0].empty()) rest.erase(rest.begin());
  const std::size_t wanted = rest.size() > 1 && is_user_property(rest[1]) ? 4 : 3;
  if (rest.size() < wanted)
    return fail(ExitCode::usage, "--" + std::string(spec->name) +
                                     " needs PACKET NAME VALUE, or PACKET user-property KEY VALUE");
  const auto end = rest.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::for_each(rest.begin(), end, unmark);
  line.occurrences.push_back({spec, std::vector<std::string>(rest.begin(), end)});
  rest.erase(rest.begin(), end);
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(const Tool& tool, std::span<const std::string> arguments) {
  return Parser(tool).parse(arguments);
}

}  // namespace mqtt_toolbox::options
