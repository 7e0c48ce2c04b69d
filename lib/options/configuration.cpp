// The only file that includes toml++, which is heavy. What it asserts of its input a file with
// garbage does not keep; it finds the error a step later, and neither ends the program nor assumes
// anything.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include "options/configuration.hpp"

#include <toml++/toml.h>

#include "base/utf8.hpp"
#include "options/layers.hpp"
#include "options/lookup.hpp"
#include "options/secrecy.hpp"
#include "options/tool_options.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::size_t largest_file = 1u << 20;

/// One table of the file: where it stands, and which keys it takes.
struct Section {
  std::string_view title;  ///< "[mqtt-sub] ", empty for the top level
  Layer layer;
  bool of_tool;  ///< shared options and the tool's own; otherwise shared ones only
};

class Reader {
 public:
  Reader(const Tool& tool, const std::string& path, Candidates& candidates)
      : tool_(tool), path_(printable(path, 200)), candidates_(candidates) {}

  Status read(const toml::table& root, std::string_view profile);

 private:
  Status read_section(const toml::table& table, const Section& section);
  Status read_nested(const toml::table& parent, const Section& parent_section,
                     const Section& section);
  Status read_key(std::string_view key, const toml::node& value, const Section& section);
  Status read_other(std::string_view key, const toml::node& value, const Section& section);
  Status add(const Spec& spec, const toml::node& value, const Origin& origin);
  Status add_property(const Spec& spec, const toml::array& parts, const Origin& origin);
  tl::unexpected<Error> unknown(std::string_view key, const Section& section) const;
  tl::unexpected<Error> wrong(const Section& section, std::string_view key,
                              std::string_view text) const;
  tl::unexpected<Error> no_profile(const toml::table* profiles, std::string_view wanted) const;
  const toml::table* find_table(const toml::table& parent, std::string_view key) const;

  const Tool& tool_;
  std::string path_;
  Candidates& candidates_;
};

std::string where(const std::string& path, std::string_view title, std::string_view key) {
  return path + ", " + std::string(title) + printable(key, 100);
}

tl::unexpected<Error> Reader::wrong(const Section& section, std::string_view key,
                                    std::string_view text) const {
  return fail(ExitCode::usage, where(path_, section.title, key) + ": " + std::string(text));
}

const toml::table* Reader::find_table(const toml::table& parent, std::string_view key) const {
  const toml::node* node = parent.get(key);
  return node == nullptr ? nullptr : node->as_table();
}

bool takes(const Tool& tool, const Spec& spec, const Section& section) {
  const bool own = &spec >= tool.own.data() && &spec < tool.own.data() + tool.own.size();
  return section.of_tool || !own;
}

tl::unexpected<Error> Reader::unknown(std::string_view key, const Section& section) const {
  std::vector<std::string_view> names;
  each_spec(tool_, [&](const Spec& spec) {
    if (!spec.argv_only && !spec.no_configuration && takes(tool_, spec, section))
      names.push_back(spec.name);
  });
  for (std::string_view name : tool_names()) names.push_back(name);
  names.push_back("profile");
  return wrong(section, key, "unknown key" + suggestion(key, names, ""));
}

/// A scalar as text, as it would stand in an argument.
std::optional<std::string> scalar_text(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  if (const auto* boolean = value.as_boolean()) return boolean->get() ? "true" : "false";
  if (const auto* number = value.as_floating_point()) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number->get()).ptr;
    return std::string(digits.begin(), end);
  }
  return std::nullopt;
}

Status Reader::add_property(const Spec& spec, const toml::array& parts, const Origin& origin) {
  std::vector<std::string> values;
  for (const toml::node& part : parts) {
    auto text = scalar_text(part);
    if (text) values.push_back(std::move(*text));
  }
  const std::size_t wanted = values.size() > 1 && is_user_property(values[1]) ? 4 : 3;
  if (values.size() != wanted || values.size() != parts.size())
    return fail(ExitCode::usage,
                origin.where + ": a property is written [\"PACKET\", \"NAME\", \"VALUE\"]");
  candidates_.push_back({&spec, origin, std::move(values)});
  return {};
}

Status Reader::add(const Spec& spec, const toml::node& value, const Origin& origin) {
  if (const toml::array* items = value.as_array()) {
    if (!spec.repeatable) return fail(ExitCode::usage, origin.where + ": takes one value");
    for (const toml::node& item : *items) {
      const toml::array* parts = item.as_array();
      if (parts != nullptr && spec.kind != Kind::property)
        return fail(ExitCode::usage, origin.where + ": takes a list of single values");
      auto status = parts == nullptr ? add(spec, item, origin) : add_property(spec, *parts, origin);
      if (!status) return status;
    }
    return {};
  }
  auto text = scalar_text(value);
  if (!text) return fail(ExitCode::usage, origin.where + ": takes a text, a number or a boolean");
  auto values = read_values(spec, std::move(*text), false);
  if (!values) return fail(ExitCode::usage, origin.where + ": " + values.error().text);
  candidates_.push_back({&spec, origin, std::move(*values)});
  return {};
}

/// A key that is no option of this tool: another tool's table, an option that other tools take, or
/// a mistake.
Status Reader::read_other(std::string_view key, const toml::node& value, const Section& section) {
  const bool of_family = tool_.family != nullptr && find_spec(*tool_.family, key) != nullptr;
  if (section.of_tool && of_family) return {};  // another command's
  if (section.of_tool) return unknown(key, section);
  if (value.is_table()) {
    if (is_tool_name(key)) return {};
    if (section.layer == Layer::configuration && key == "profile") return {};
    return unknown(key, section);
  }
  if (find_shared_spec(key) != nullptr) return {};
  if (is_tool_option(key))
    return wrong(section, key, "belongs in the table of a tool, such as [mqtt-sub]");
  return unknown(key, section);
}

Status Reader::read_key(std::string_view key, const toml::node& value, const Section& section) {
  const Spec* spec = find_spec(tool_, key);
  const bool profiles = value.is_table() && spec != nullptr && spec->no_configuration;
  if (spec == nullptr || !takes(tool_, *spec, section) || profiles)
    return read_other(key, value, section);
  if (spec->argv_only || spec->no_configuration)
    return wrong(section, key, "cannot stand in a configuration file");
  return add(*spec, value, {section.layer, false, where(path_, section.title, key)});
}

Status Reader::read_section(const toml::table& table, const Section& section) {
  for (const auto& [key, value] : table) {
    if (key.str() == program_name(tool_) && !section.of_tool) continue;
    if (auto status = read_key(key.str(), value, section); !status) return status;
  }
  return {};
}

/// The tool's table within the top level or a profile.
Status Reader::read_nested(const toml::table& parent, const Section& parent_section,
                           const Section& section) {
  const toml::node* node = parent.get(program_name(tool_));
  if (node == nullptr) return {};
  if (!node->is_table()) return wrong(parent_section, program_name(tool_), "is a table");
  return read_section(*node->as_table(), section);
}

Status Reader::read(const toml::table& root, std::string_view profile) {
  const std::string tool_title = "[" + std::string(program_name(tool_)) + "] ";
  const Section top{"", Layer::configuration, false};
  const Section top_tool{tool_title, Layer::tool_configuration, true};
  auto status = read_section(root, top).and_then([&] { return read_nested(root, top, top_tool); });
  if (!status || profile.empty()) return status;

  const toml::table* profiles = find_table(root, "profile");
  const toml::table* chosen = profiles == nullptr ? nullptr : find_table(*profiles, profile);
  if (chosen == nullptr) return no_profile(profiles, profile);
  const std::string name = "profile." + printable(profile, 100);
  const std::string title = "[" + name + "] ";
  const std::string nested_title = "[" + name + "." + std::string(program_name(tool_)) + "] ";
  const Section own{title, Layer::profile, false};
  return read_section(*chosen, own).and_then([&] {
    return read_nested(*chosen, own, {nested_title, Layer::tool_profile, true});
  });
}

tl::unexpected<Error> Reader::no_profile(const toml::table* profiles,
                                         std::string_view wanted) const {
  std::vector<std::string_view> names;
  if (profiles != nullptr)
    for (const auto& [key, value] : *profiles)
      if (value.is_table()) names.push_back(key.str());
  return fail(ExitCode::usage, path_ + " has no [profile." + printable(wanted, 100) + "]" +
                                   suggestion(wanted, names, ""));
}

/// The last value of an option that says how to read the configuration, of the highest layer so
/// far.
const Candidate* find_last(const Candidates& candidates, std::string_view name) {
  const Candidate* found = nullptr;
  for (const Candidate& candidate : candidates)
    if (candidate.spec->name == name &&
        (found == nullptr || candidate.origin.layer >= found->origin.layer))
      found = &candidate;
  return found;
}

std::string default_path(const char* const* environment) {
  std::string folder(environment_value(environment, "XDG_CONFIG_HOME"));
  // XDG Base Directory Specification: a relative path is to be ignored.
  if (!folder.starts_with('/')) {
    folder = environment_value(environment, "HOME");
    if (folder.empty()) return {};
    folder += "/.config";
  }
  return folder + "/mqtt-toolbox/config.toml";
}

/// The file to read: empty for none.
std::string choose_path(const Source& source, const char* const* environment,
                        const Candidates& candidates) {
  const Candidate* named = find_last(candidates, "config");
  const Candidate* none = find_last(candidates, "no-config");
  const bool off = none != nullptr && none->values[0] == "true";
  if (off && (named == nullptr || named->origin.layer <= none->origin.layer)) return {};
  if (named != nullptr) return named->values[0];
  std::string path = default_path(environment);
  return !path.empty() && source.outside.exists(path) ? path : std::string();
}

bool is_secret(const Candidate& candidate) {
  return candidate.origin.layer < Layer::environment &&
         holds_secret(*candidate.spec, candidate.values);
}

void warn_of_secrets(const Source& source, const std::string& path, Settings& settings,
                     const Candidates& candidates) {
  if (std::any_of(candidates.begin(), candidates.end(), is_secret))
    warn_of_readers(source.outside, path, settings);
}

}  // namespace

Status read_configuration_text(const Tool& tool, std::string_view text, const std::string& path,
                               std::string_view profile, Candidates& candidates) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(ExitCode::usage, printable(path, 200) + ", line " +
                                     std::to_string(error.source().begin.line) + ": " +
                                     printable(error.description(), 200));
  }
  return Reader(tool, path, candidates).read(parsed.table(), profile);
}

Status read_configuration(const Source& source, const char* const* environment, Settings& settings,
                          Candidates& candidates) {
  const std::string path = choose_path(source, environment, candidates);
  const Candidate* profile = find_last(candidates, "profile");
  if (path.empty()) {
    if (profile == nullptr) return {};
    return fail(ExitCode::usage, profile->origin.where + ": there is no configuration file");
  }
  auto text = source.outside.read(path, largest_file);
  if (!text) return fail(text.error().code, "configuration: " + text.error().text);
  const std::string name = profile == nullptr ? std::string() : profile->values[0];
  return read_configuration_text(source.tool, *text, path, name, candidates).map([&] {
    warn_of_secrets(source, path, settings, candidates);
  });
}

}  // namespace mqtt_toolbox::options
