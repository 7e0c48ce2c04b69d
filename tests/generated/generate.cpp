#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "bench/settings.hpp"
#include "broker_table.hpp"
#include "options/tool.hpp"
#include "probe/tool_settings.hpp"
#include "pub/settings.hpp"
#include "qos/settings.hpp"
#include "record/format.hpp"
#include "record/results.hpp"
#include "retain/settings.hpp"
#include "sandbox/tool_settings.hpp"
#include "share/settings.hpp"
#include "sub/settings.hpp"
#include "will/settings.hpp"

namespace {

namespace fs = std::filesystem;
using mqtt_toolbox::options::Tool;

constexpr std::array<const Tool*, 9> tools{
    &mqtt_toolbox::bench::tool, &mqtt_toolbox::probe::tool,  &mqtt_toolbox::pub::tool,
    &mqtt_toolbox::qos::tool,   &mqtt_toolbox::retain::tool, &mqtt_toolbox::sandbox::tool,
    &mqtt_toolbox::share::tool, &mqtt_toolbox::sub::tool,    &mqtt_toolbox::will::tool};

constexpr const char* broker_results = "tests/broker/results.json";

struct Text {
  std::string path;  ///< below the project's folder
  std::string text;
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add_tool(const Tool& tool, std::vector<Text>& texts) {
  const std::string name(tool.name);
  texts.push_back({"man/" + name + ".1", manual(tool)});
  texts.push_back({"completions/" + name + ".bash", completion_bash(tool)});
  texts.push_back({"completions/_" + name, completion_zsh(tool)});
  texts.push_back({"completions/" + name + ".fish", completion_fish(tool)});
}

/// The JSON lines but messages: each type with its fields.
std::vector<mqtt_toolbox::options::ListEntry> result_entries() {
  std::vector<mqtt_toolbox::options::ListEntry> entries;
  for (const auto& type : mqtt_toolbox::record::result_types()) {
    std::string text(type.meaning);
    for (const auto& field : type.fields)
      text += (&field == &type.fields.front() ? ": " : "; ") + std::string(field.name) + ", " +
              std::string(field.meaning);
    entries.push_back({std::string(type.type), text + "."});
  }
  return entries;
}

std::vector<Text> generate(const fs::path& project) {
  std::vector<Text> texts;
  for (const Tool* tool : tools) add_tool(*tool, texts);
  auto page = manual_of_toolbox(read(project / "man/mqtt-toolbox.7.in"), tools, result_entries());
  texts.push_back({"man/mqtt-toolbox.7", page ? *page : page.error().text});
  texts.push_back({"lib/options/tool_options.inc", option_names_source(tools)});
  texts.push_back({"lib/options/tool_names.inc", tool_names_source(tools)});
  texts.push_back({"README.md", with_broker_table(read(project / "README.md"),
                                                  broker_table(read(project / broker_results)))});
  return texts;
}

/// Each tool of apps/ has to be in the list above.
int check_tools(const fs::path& project) {
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator(project / "apps"))
    if (fs::exists(entry.path() / "main.cpp")) ++found;
  if (found == tools.size()) return 0;
  std::fprintf(stderr, "apps/ has %zu tools, generate.cpp lists %zu\n", found, tools.size());
  return 1;
}

/// The conversions of -F that the page lists: ".It Li \&%t".
std::string listed_conversions(const std::string& page) {
  constexpr std::string_view item = "\n.It Li \\&%";
  std::string letters;
  for (std::size_t at = 0; (at = page.find(item, at)) != std::string::npos;) {
    at += item.size();
    const std::size_t end = page.find('\n', at);
    letters += page[at];
    for (std::size_t next = page.find('%', at + 1); next < end; next = page.find('%', next + 1))
      letters += page[next + 1];
  }
  return letters;
}

/// The page lists the conversions that there are, and no other.
int check_conversions(const std::string& page) {
  const std::string listed = listed_conversions(page);
  int wrong = 0;
  for (char letter = '!'; letter <= '~'; ++letter) {
    const std::string text{'%', letter};
    const bool known = mqtt_toolbox::record::Format::compile(text).has_value();
    if (known == (listed.find(letter) != std::string::npos)) continue;
    std::fprintf(stderr, "man/mqtt-toolbox.7.in and -F disagree on %s\n", text.c_str());
    wrong = 1;
  }
  return wrong;
}

int check(const fs::path& project) {
  int stale = check_tools(project) + check_conversions(read(project / "man/mqtt-toolbox.7.in"));
  for (const Text& text : generate(project)) {
    if (read(project / text.path) == text.text) continue;
    std::fprintf(stderr, "%s is stale; run: generate %s\n", text.path.c_str(), project.c_str());
    stale = 1;
  }
  return stale == 0 ? 0 : 1;
}

int write(const fs::path& project) {
  for (const Text& text : generate(project)) {
    std::ofstream file(project / text.path, std::ios::binary);
    file << text.text;
    if (!file.flush()) {
      std::fprintf(stderr, "cannot write %s\n", text.path.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace

/// generate FOLDER writes every generated text below the project's folder; generate --check FOLDER
/// compares, and fails when one is stale; generate --brokers FILE prints a table of brokers.
int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--check") return check(arguments[1]);
  if (arguments.size() == 2 && arguments[0] == "--brokers")
    return std::fputs(broker_table(read(arguments[1])).c_str(), stdout) < 0;
  if (arguments.size() == 1) return write(arguments[0]);
  std::fprintf(stderr, "usage: generate [--check] FOLDER | generate --brokers FILE\n");
  return 2;
}
