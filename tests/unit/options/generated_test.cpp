#include <doctest/doctest.h>

#include "options/mdoc.hpp"
#include "options/text.hpp"
#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

bool contains(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("every option is in the help, the manual and the completions; refused ones are not") {
  const std::string texts[] = {help(probe_tool), manual(probe_tool), completion_bash(probe_tool),
                               completion_zsh(probe_tool), completion_fish(probe_tool)};
  each_spec(probe_tool, [&](const Spec& spec) {
    const std::string name(spec.name);
    const bool toggle = spec.kind == Kind::toggle;
    const std::string wanted[] = {toggle ? "--[no-]" + name : "--" + name, "Fl -" + name,
                                  " --" + name, "--" + name, " -l " + name};
    for (std::size_t i = 0; i < std::size(texts); ++i) {
      INFO(name << " in text " << i);
      if (spec.refusal.empty())
        CHECK(contains(texts[i], wanted[i]));
      else
        CHECK_FALSE(contains(texts[i], wanted[i] + " "));
    }
  });
}

TEST_CASE("help: letter, value, default, repetition, choices once") {
  const std::string text = help(probe_tool);
  CHECK(contains(text,
                 "  -h, --host HOST                 name or address of the broker (default: "
                 "localhost)\n"));
  CHECK(contains(text, "  -t, --topic TOPIC               topic; may be given several times\n"));
  CHECK(contains(text, "QoS of the will: 0, 1 or 2 (default: 0)\n"));
  CHECK(contains(text, "      --trace[=FORM]"));
  CHECK(contains(text, "\nExamples:\n  # do it\n  mqtt-probe -t 'a' -m b\n"));
  for (std::string_view line : lines(text)) {
    INFO(line);
    CHECK(line.size() <= 100);
  }
}

TEST_CASE("mdoc: what troff would change is escaped") {
  CHECK(mdoc_escape("a\\b") == "a\\eb");
  CHECK(mdoc_escape("~ ^ ` '") == "\\(ti \\(ha \\(ga \\(aq");
  CHECK(mdoc_escape("well-known --a-b (-x") == "well-known \\-\\-a\\-b (\\-x");
  CHECK(mdoc_escape("\xE2\x88\x9E") == "\\[u221E]");
  CHECK(mdoc_escape("%J and Ns") == "\\&%J and \\&Ns");
  std::string text;
  append_mdoc_text(text, ".start. 'next");
  CHECK(text == "\\&.start.\n\\(aqnext\n");
}

TEST_CASE("mdoc: a new sentence, a new line; no line is long") {
  std::string text;
  append_mdoc_text(text, "One. Two (three). Four e.g. five");
  CHECK(text == "One.\nTwo (three).\nFour e.g.\nfive\n");
  std::string lines_of_words;
  for (int i = 0; i < 100; ++i) lines_of_words += "word ";
  text.clear();
  append_mdoc_text(text, lines_of_words);
  for (std::string_view line : lines(text)) CHECK(line.size() <= 80);
}

TEST_CASE("the page of the toolbox: markers are replaced, none is left or missing") {
  const Tool* const tools[] = {&probe_tool};
  const std::string all =
      "@DATE@\n@TOOLS@\n@EXIT_STATUS@\n@EXIT_RANKS@\n@PAHO_REFUSALS@\n@PAHO_DIFFERENCES@\n@"
      "DIFFERENCES@\n"
      "@PROPERTIES@\n@BROKER_BOUND@\n@SEE_ALSO@\n";
  auto page = manual_of_toolbox(all, tools, {});
  REQUIRE(page.has_value());
  CHECK(contains(*page, ".It Xr mqtt-probe 1\nTry options out.\n"));
  CHECK(contains(*page, ".It 27\nThe time given with \\-W ran out.\n"));
  CHECK(contains(*page, "8, 6, 1, 27, 0."));
  CHECK(contains(*page, ".It A Unix socket (\\-\\-unix)\n"));
  CHECK(contains(*page, "Paho C++ 1.3.0 can.\n"));
  CHECK(contains(*page, ".It subscribe\nsubscription-identifier, user-property.\n"));
  CHECK_FALSE(manual_of_toolbox(all.substr(7), tools, {}).has_value());
  CHECK_FALSE(manual_of_toolbox(all + "@OTHER@\n", tools, {}).has_value());
}

TEST_CASE("names for the tools about each other are sorted") {
  const Tool* const tools[] = {&probe_tool};
  CHECK(option_names_source(tools) == "\"format\",\n\"message\",\n\"retain\",\n\"topic\",\n");
  CHECK(tool_names_source(tools) == "\"mqtt-probe\",\n");
}
