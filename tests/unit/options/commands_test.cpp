#include <array>

#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

Status nothing(Settings&, Values) {
  return {};
}

extern const Tool family;

constexpr std::array groups{Group::general};
constexpr std::array both{
    Spec{.name = "rate",
         .kind = Kind::text,
         .value_name = "N",
         .group = Group::flow,
         .help = "how fast",
         .assign = nothing},
    Spec{.name = "output",
         .letter = 'o',
         .kind = Kind::file,
         .value_name = "FILE",
         .group = Group::output,
         .help = "where to",
         .assign = nothing},
};

const Tool run_command{
    .name = "probe run",
    .summary = "run it",
    .synopsis = "[OPTIONS]",
    .description = "Runs.",
    .groups = groups,
    .own = both,
    .family = &family,
};
const Tool show_command{
    .name = "probe show",
    .summary = "show it",
    .synopsis = "FILE...",
    .description = "Shows.",
    .groups = groups,
    .own = Specs(both).subspan(1),
    .positionals = "FILE",
    .options_anywhere = true,
    .family = &family,
};
constexpr std::array<const Tool*, 2> commands{&run_command, &show_command};
const Tool family{
    .name = "probe",
    .summary = "probe things",
    .synopsis = "COMMAND [OPTIONS]",
    .description = "Probes.",
    .groups = groups,
    .own = both,
    .commands = commands,
};

Result<Resolution> resolve_with(const Tool& tool, Settings& settings,
                                std::vector<std::string> words, std::string configuration) {
  words.insert(words.begin(), "probe");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const char* const environment[] = {"HOME=/home/ann", nullptr};
  FakeOutside outside;
  if (!configuration.empty())
    outside.files["/home/ann/.config/mqtt-toolbox/config.toml"] = std::move(configuration);
  const Arguments arguments(static_cast<int>(argv.size()), argv.data(), tool);
  return resolve(tool, settings, {arguments, environment, outside});
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a command is found by the last word of its name") {
  CHECK(find_command(family, "show") == &show_command);
  CHECK(find_command(family, "probe") == nullptr);
  CHECK(program_name(run_command) == "probe");
  CHECK(program_name(family) == "probe");
}

TEST_CASE("commands share the family's table; what another command takes is no mistake") {
  Settings settings;
  CHECK(resolve_with(show_command, settings, {}, "[probe]\nrate = 5\noutput = \"x\"\n"));
  CHECK(settings.given("output"));
  const auto unknown = resolve_with(show_command, settings, {}, "[probe]\nspeed = 5\n");
  REQUIRE_FALSE(unknown);
  CHECK(contains(unknown.error().text, "[probe] speed"));
}

TEST_CASE("options may stand behind positional arguments where a tool says so, up to --") {
  Settings settings;
  CHECK(resolve_with(show_command, settings, {"a", "-o", "x", "b", "--", "-o"}, ""));
  CHECK(settings.positionals == std::vector<std::string>{"a", "b", "-o"});
  CHECK(settings.given("output"));
}

TEST_CASE("a letter belongs to the tool's own option, in the generated texts too") {
  CHECK(find_spec(run_command, 'o')->name == "output");
  const std::string text = help(run_command);
  CHECK(contains(text, "-o, --output FILE"));
  CHECK(contains(text, "      --options-file"));
}

TEST_CASE("the family's texts have the commands, and say which takes an option") {
  CHECK(contains(help(family), "  show        show it"));
  CHECK_FALSE(contains(help(family), "--rate"));
  const std::string page = manual(family);
  CHECK(contains(page, ".Ss show"));
  CHECK(contains(page, "For run."));
  CHECK_FALSE(contains(page, "For run and show."));
  CHECK(contains(completion_bash(family), "'run show'"));
  CHECK(contains(completion_zsh(family), "1:command:(run show)"));
  CHECK(contains(completion_fish(family), "-a 'run show'"));
}
