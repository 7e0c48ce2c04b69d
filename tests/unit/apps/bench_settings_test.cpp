#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bench/option_table.hpp"

using namespace mqtt_toolbox;
using bench::Settings;

namespace {

struct Outcome {
  std::unique_ptr<Settings> settings = std::make_unique<Settings>();
  std::string error;
  ExitCode code = ExitCode::done;

  const load::Plan& plan() const { return settings->work; }
};

Outcome resolve(const options::Tool& tool, std::vector<std::string> words) {
  words.insert(words.begin(), "tool");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const char* const environment[] = {nullptr};
  const options::Arguments arguments(static_cast<int>(words.size()), argv.data(), tool);
  options::SystemOutside outside;
  Outcome outcome;
  const auto resolved =
      options::resolve(tool, *outcome.settings, {arguments, environment, outside});
  if (!resolved) {
    outcome.error = resolved.error().text;
    outcome.code = resolved.error().code;
  }
  return outcome;
}

}  // namespace

TEST_CASE("every option of mqtt-bench: one row, a letter of its own, a command that takes it") {
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const bench::Row& row : bench::table) {
    INFO(row.spec.name);
    CHECK(names.insert(row.spec.name).second);
    CHECK((row.spec.letter == '\0' || letters.insert(row.spec.letter).second));
    CHECK(row.commands != 0);
    CHECK((row.spec.assign != nullptr));
    CHECK_FALSE(row.spec.help.ends_with('.'));
    CHECK((row.spec.manual.empty() || row.spec.manual.ends_with('.')));
    CHECK(row.spec.value_name.empty() != row.spec.takes_value());
    for (const options::Group group : bench::tool.groups)
      for (const options::Spec& spec : options::shared_specs(group))
        CHECK(spec.name != row.spec.name);
  }
}

TEST_CASE("each scenario becomes a plan") {
  Outcome got = resolve(bench::connect_tool, {"-c", "100", "--hold", "2s", "--churn", "5/s"});
  CHECK(got.error == "");
  CHECK(got.plan().scenario == load::Scenario::connect);
  CHECK(got.plan().idle_clients == 100);
  CHECK(got.plan().duration == std::chrono::seconds(2));
  CHECK(got.plan().churn_rate == 5);

  got = resolve(bench::publish_tool, {"-c", "3", "-q", "2", "-t", "a/{n}", "--rate-per-client",
                                      "10/s", "--arrivals", "poisson", "-M", "7", "-r"});
  CHECK(got.error == "");
  CHECK(got.plan().publishing.publishers == 3);
  CHECK(got.plan().publishing.rate == 30);
  CHECK(got.plan().publishing.arrivals == load::Arrivals::poisson);
  CHECK(got.plan().publishing.qos == protocol::Qos::exactly_once);
  CHECK(got.plan().publishing.retain);
  CHECK(got.plan().clients.session.inflight_messages == 7);
  CHECK(got.plan().publishing.payloads.at(0).size() == 64);
  CHECK(got.plan().subscribing.qos == protocol::Qos::exactly_once);  // what reports go by

  got = resolve(bench::subscribe_tool, {"-c", "4", "-t", "a/#", "--share", "g", "-q", "1"});
  CHECK(got.error == "");
  CHECK(got.plan().subscribing.subscribers == 4);
  CHECK(got.plan().subscribing.filters == std::vector<std::string>{"$share/g/a/#"});
  CHECK(got.plan().subscribing.qos == protocol::Qos::at_least_once);

  got = resolve(bench::roundtrip_tool, {"--publishers", "2", "--subscribers", "3", "-n", "50"});
  CHECK(got.error == "");
  CHECK(got.plan().publishing.publishers == 2);
  CHECK(got.plan().subscribing.subscribers == 3);
  CHECK(got.plan().subscribing.filters == std::vector<std::string>{"bench/+"});
  CHECK(got.plan().publishing.rate == 1000);
  CHECK(got.plan().publishing.messages == 50);
  CHECK(got.plan().duration == Duration(0));
}

TEST_CASE("who gets what without --filter") {
  struct Case {
    std::vector<std::string> words;
    std::vector<std::string> filters;
  };
  const std::vector<Case> cases{
      {{"--publishers", "4", "--subscribers", "4"}, {"bench/{n}"}},
      {{}, {"bench/{n}"}},
      {{"--publishers", "4", "--subscribers", "2"}, {"bench/+"}},
      {{"--publishers", "2", "--subscribers", "4"}, {"bench/+"}},
      {{"--publishers", "4", "--subscribers", "4", "--share", "g"}, {"$share/g/bench/+"}},
      {{"--publishers", "4", "--subscribers", "4", "-t", "{n}/{client}/x"}, {"{n}/+/x"}},
      {{"--publishers", "4", "--subscribers", "4", "-t", "one"}, {"one"}},
      {{"--publishers", "4", "--subscribers", "4", "--filter", "a/#", "--filter", "b/{n}"},
       {"a/#", "b/{n}"}},
  };
  for (const Case& one : cases) {
    const Outcome got = resolve(bench::roundtrip_tool, one.words);
    CHECK(got.error == "");
    CHECK(got.plan().subscribing.filters == one.filters);
  }
}

TEST_CASE("payloads: a text that counts, and what replaces what") {
  const Outcome got = resolve(bench::publish_tool, {"-m", "value {i} end"});
  CHECK(got.error == "");
  REQUIRE(got.plan().publishing.payloads.size() == 1000);
  CHECK(got.plan().publishing.payloads[7] == "value 007 end");
}

TEST_CASE("connections come from the shared options") {
  const Outcome got =
      resolve(bench::publish_tool,
              {"-c", "2", "-h", "broker", "-p", "1884", "-u", "user{n}", "-i", "id-{n}", "-V",
               "311", "--source-address", "127.0.0.2,127.0.0.3", "--reconnect-attempts", "3"});
  CHECK(got.error == "");
  CHECK(got.plan().clients.transport.host == "broker");
  CHECK(got.plan().clients.transport.port == 1884);
  CHECK(got.plan().clients.username == "user{n}");
  CHECK(got.plan().clients.identifier == "id-{n}");
  CHECK(got.plan().clients.version == protocol::Version::v311);
  CHECK(got.plan().clients.source_addresses.size() == 2);
  CHECK(got.plan().clients.reconnect.attempts == 3);
}

TEST_CASE("what is impossible is said before anything runs") {
  struct Case {
    const options::Tool* tool;
    std::vector<std::string> words;
    std::string_view part;
  };
  const std::vector<Case> cases{
      {&bench::roundtrip_tool, {"--size", "31"}, "too small"},
      {&bench::roundtrip_tool, {"-m", "short"}, "too small"},
      {&bench::search_tool, {}, "--slo"},
      {&bench::search_tool, {"--slo", "p99<5ms", "--size", "4"}, "too small"},
      {&bench::search_tool, {"--slo", "p99<5ms", "--first-rate", "9G/s"}, "first-rate"},
      {&bench::connect_tool, {"--assert", "rate>5/s"}, "connect has no messages"},
      {&bench::publish_tool, {"--assert", "loss=0", "-q", "1"}, "only roundtrip"},
      {&bench::publish_tool, {"--assert", "p99<5ms"}, "QoS 0"},
      {&bench::publish_tool, {"--assert", "p99<"}, "--assert"},
      {&bench::subscribe_tool, {"-t", "a", "--assert", "p99<1s"}, "only roundtrip"},
      {&bench::subscribe_tool, {}, "no filter"},
      {&bench::publish_tool, {"-t", "a/#"}, "--topic"},
      {&bench::publish_tool, {"--rate", "fast"}, "not max"},
      {&bench::publish_tool, {"--rate", "5/s", "--rate-per-client", "5/s"}, "exclude"},
      {&bench::publish_tool, {"--size", "5", "-m", "x"}, "exclude"},
      {&bench::publish_tool, {"--duration", "0"}, "nothing would be measured"},
      {&bench::publish_tool, {"-c", "2", "-i", "one"}, "{n}"},
      {&bench::publish_tool, {"--trace"}, "under load"},
      {&bench::publish_tool, {"--interval", "1ms"}, "10 ms"},
      {&bench::roundtrip_tool, {"-t", "a{n}", "--subscribers", "2"}, "--filter"},
      {&bench::roundtrip_tool, {"--share", "a/b"}, "share name"},
      {&bench::sink_tool, {"--stall", "2s"}, "--stall-every"},
      {&bench::sink_tool, {"--refuse-reason", "success"}, "refusal"},
      {&bench::report_tool, {}, "no result file"},
      {&bench::compare_tool, {"a"}, "BEFORE and AFTER"},
      {&bench::tool, {}, "the command comes first"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.part);
    const Outcome got = resolve(*one.tool, one.words);
    CHECK(got.code == ExitCode::usage);
    CAPTURE(got.error);
    CHECK(got.error.find(one.part) != std::string::npos);
  }
}

TEST_CASE("options may follow files") {
  const Outcome got = resolve(bench::report_tool, {"a.json", "-o", "page", "b.json", "--", "-c"});
  CHECK(got.error == "");
  CHECK(got.settings->outlets.file == "page");
  CHECK(got.settings->positionals == std::vector<std::string>{"a.json", "b.json", "-c"});
}
