#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/system.hpp"
#include "bench/csv.hpp"
#include "bench/files.hpp"
#include "bench/recorder.hpp"
#include "bench/start_time.hpp"
#include "report/hdr_log.hpp"
#include "report/series.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::bench;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/bench-files-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& text) const {
    auto file = ResultFile::open(path + "/" + name);
    REQUIRE(file);
    REQUIRE(file->write(text));
    return path + "/" + name;
  }
  std::string path;
};

std::string document(std::uint64_t sent) {
  report::RunResult result;
  result.measurement.counters.sent = sent;
  std::string text;
  report::append_json(text, result);
  return text;
}

}  // namespace

TEST_CASE("a result file: what it held stays until there is a result, and a new one goes without") {
  const Folder folder;
  { REQUIRE(ResultFile::open(folder.path + "/new")); }
  CHECK_FALSE(std::filesystem::exists(folder.path + "/new"));
  const std::string old = folder.file("old", "something longer");
  { REQUIRE(ResultFile::open(old)); }
  CHECK(read_file(old, 100).value() == "something longer");
  folder.file("old", "short");
  CHECK(read_file(old, 100).value() == "short");
  CHECK(ResultFile::open(folder.path + "/no/folder").error().code == ExitCode::io);
}

TEST_CASE("a result takes its place at once, and nothing else is left in the folder") {
  const Folder folder;
  const std::string path = folder.file("result", "old");
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  std::filesystem::create_symlink(path, folder.path + "/link");
  {
    auto file = ResultFile::open(folder.path + "/link");
    REQUIRE(file);
    REQUIRE(file->write([&](const TextSink& sink) {
      const Status first = sink("half");
      CHECK(read_file(path, 100).value() == "old");
      return first ? sink(" and half") : first;
    }));
    CHECK(read_file(path, 100).value() == "half and half");
    REQUIRE(file->write("again"));
    CHECK(read_file(path, 100).value() == "again");
    CHECK_FALSE(file->write([](const TextSink&) -> Status { return fail(ExitCode::io, "no"); }));
  }
  CHECK(std::filesystem::is_symlink(folder.path + "/link"));
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms(0640));
  CHECK(read_file(path, 100).value() == "again");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path))
    names.insert(entry.path().filename());
  CHECK(names == std::set<std::string>{"link", "result"});
}

TEST_CASE("a document with its intervals from a file reads as one from memory") {
  report::RunResult result;
  result.setup.interval = std::chrono::seconds(1);
  report::RunResult without = result;
  Outlets outlets;
  outlets.json = true;
  outlets.hdr_log = "/tmp/unused";
  auto recorder = Recorder::create(outlets);
  REQUIRE(recorder);
  report::IntervalLengths lengths(result.setup.interval);
  for (int number = 1; number <= 500; ++number) {
    load::Interval interval;
    interval.end = std::chrono::seconds(number);
    interval.warmup = number == 1;
    interval.counters.sent = static_cast<std::uint64_t>(number);
    interval.received.record(static_cast<std::uint64_t>(1000 * number));
    recorder->add(interval, lengths.next(interval.end));
    result.measurement.intervals.push_back(interval);
  }
  std::string streamed, whole;
  REQUIRE(recorder->write_document(without, [&](std::string_view part) {
    CHECK(part.size() <= 1u << 16);
    streamed += part;
    return Status();
  }));
  const auto read = report::parse_result(streamed);
  REQUIRE(read);
  report::append_json(whole, result);
  std::string again;
  report::append_json(again, *read);
  CHECK(again == whole);
  std::string log, expected_log;
  REQUIRE(recorder->write_hdr_log(without, [&](std::string_view part) {
    log += part;
    return Status();
  }));
  report::append_hdr_log(expected_log, result);
  CHECK(log == expected_log);
}

TEST_CASE("what cannot be kept is said in the end, and what there is stays whole") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  auto spool = Spool::create("/tmp");
  REQUIRE(spool);
  spool->append("whole");
  rlimit small = before;
  small.rlim_cur = 8;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  spool->append("too much of it");
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, ignored);
  spool->append("later");
  REQUIRE_FALSE(spool->status());
  CHECK(spool->status().error().code == ExitCode::io);
  CHECK(spool->status().error().text.find("file too large") != std::string::npos);
  std::string text;
  REQUIRE(spool->copy_to([&](std::string_view part) {
    text += part;
    return Status();
  }));
  CHECK(text == "whole");
}

TEST_CASE("credentials: fields, quotes, line ends") {
  const auto parsed = parse_credentials("ann,secret\r\n\n\"b,ob\",\"sec\"\"ret\n2\"\ncarl\nd,");
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 4);
  CHECK((*parsed)[0].username == "ann");
  CHECK((*parsed)[0].password == "secret");
  CHECK((*parsed)[1].username == "b,ob");
  CHECK((*parsed)[1].password == "sec\"ret\n2");
  CHECK((*parsed)[2].username == "carl");
  CHECK((*parsed)[2].password == "");
  CHECK((*parsed)[3].username == "d");
}

TEST_CASE("credentials that are none name their line and show nothing of it") {
  struct Case {
    std::string_view text;
    std::string_view found;
  };
  for (const Case& one : {Case{"a,hush\nb,hush,hush", "line 2 has more than USER,PASSWORD"},
                          Case{"a,hush\n,hush", "line 2 has no user name"},
                          Case{"\"a\",\"hush", "line 1 has a quote out of place"},
                          Case{"a\"b,hush", "line 1 has a quote out of place"},
                          Case{"\"a\nb\"x,hush", "line 1 has a quote out of place"},
                          Case{"\n\n", "no line with USER,PASSWORD"}}) {
    CAPTURE(one.text);
    const auto parsed = parse_credentials(one.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ExitCode::usage);
    CHECK(parsed.error().text == one.found);
  }
}

TEST_CASE("times to start at") {
  CHECK(parse_start_time("1970-01-01T00:00:01Z") == 1'000'000'000);
  CHECK(parse_start_time("2026-02-03T04:05:06.25Z") == 1'770'091'506'250'000'000);
  CHECK(parse_start_time("1500000000.5") == 1'500'000'000'500'000'000);
  for (const char* bad : {"", "now", "2026-02-03T04:05:06", "2026-02-03", "2026-13-03T04:05:06Z",
                          "2026-02-03T04:05:06.Z", "-1", "1e30"}) {
    CAPTURE(bad);
    const auto parsed = parse_start_time(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ExitCode::usage);
  }
}

TEST_CASE("a result file is opened at once and replaced when written") {
  const Folder folder;
  CHECK_FALSE(ResultFile::open(folder.path + "/none/result"));
  CHECK(ResultFile::open("")->write("nothing"));
  const std::string path = folder.file("a", "long text");
  auto file = ResultFile::open(path);
  REQUIRE(file);
  CHECK(read_file(path, 100) == "long text");
  CHECK(file->write("short"));
  CHECK(read_file(path, 100) == "short");
  CHECK(file->write("again"));
  CHECK(read_file(path, 100) == "again");
}

TEST_CASE("results come from a file, from several lines, from a folder in the order of names") {
  const Folder folder;
  const std::string two = folder.file("b.json", document(1) + document(2));
  folder.file("a.json", document(3));
  folder.file("c.txt", "no result");
  const auto of_file = read_results(two);
  REQUIRE(of_file);
  REQUIRE(of_file->size() == 2);
  CHECK((*of_file)[1].measurement.counters.sent == 2);
  const auto of_folder = read_results(folder.path);
  REQUIRE(of_folder);
  REQUIRE(of_folder->size() == 3);
  CHECK((*of_folder)[0].measurement.counters.sent == 3);
}

TEST_CASE("files that hold no result are named") {
  const Folder folder;
  for (const std::string& path : {folder.path, folder.path + "/none", folder.file("x", ""),
                                  folder.file("y", "{}"), folder.file("z", "no JSON")}) {
    const auto read = read_results(path);
    REQUIRE_FALSE(read);
    CHECK(read.error().code != ExitCode::done);
    CHECK(read.error().text.find(path) != std::string::npos);
  }
}
