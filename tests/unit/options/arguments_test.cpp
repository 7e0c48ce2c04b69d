#include "options/arguments.hpp"

#include <cstring>

#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

struct Scrubbed {
  std::vector<std::string> kept;   ///< what the tool sees
  std::vector<std::string> shown;  ///< what `ps` sees
  std::string bytes;               ///< every byte of argv
};

Scrubbed scrub(std::vector<std::string> texts) {
  texts.insert(texts.begin(), "mqtt-probe");
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  const Arguments arguments(static_cast<int>(argv.size()), argv.data(), probe_tool);
  Scrubbed out;
  out.kept.assign(arguments.values().begin(), arguments.values().end());
  for (std::size_t i = 1; i < argv.size(); ++i) out.shown.emplace_back(argv[i]);
  for (const std::string& text : texts) out.bytes += text;
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("secrets go from argv in every way of writing them, and stay in the copy") {
  struct Case {
    Texts given;
    Texts shown;
  };
  for (const Case& row : {
           Case{{"-P", "hunter2"}, {"-P", "*"}},
           Case{{"-Phunter2"}, {"-P*"}},
           Case{{"-dP", "hunter2"}, {"-dP", "*"}},
           Case{{"-dPhunter2"}, {"-dP*"}},
           Case{{"--pw", "hunter2"}, {"--pw", "*"}},
           Case{{"--password=hunter2"}, {"--password=*"}},
           Case{{"--psk", "hunter2"}, {"--psk", "*"}},
           Case{{"--key-password", "hunter2"}, {"--key-password", "*"}},
           Case{{"--ws-header", "Authorization: hunter2"}, {"--ws-header", "*"}},
           Case{{"--authentication-data", "hunter2"}, {"--authentication-data", "*"}},
           Case{{"-L", "mqtt://ann:hunter2@h/t"}, {"-L", "mqtt://ann:*"}},
           Case{{"--url=mqtt://ann:hunter2@h/t"}, {"--url=mqtt://ann:*"}},
           Case{{"-L", "wss://h/mqtt?token=hunter2&topic=t"}, {"-L", "wss://h/mqtt?token=*"}},
           Case{{"-L", "wss://ann:hunter2@h/?a=hunter2"}, {"-L", "wss://ann:*"}},
           Case{{"--ws-path", "/mqtt?token=hunter2"}, {"--ws-path", "/mqtt?token=*"}},
           Case{{"--ws-path=/mqtt/u:hunter2"}, {"--ws-path=/mqtt/u:*"}},
           Case{{"--proxy", "http://ann:hunter2@h"}, {"--proxy", "http://ann:*"}},
           Case{{"-D", "connect", "authentication-data", "hunter2"},
                {"-D", "connect", "authentication-data", "*"}},
           Case{{"-D", "connect", "authentication-data@base64", "hunter2"},
                {"-D", "connect", "authentication-data@base64", "*"}},
           Case{{"-D", "CONNECT", "Authentication-Data", "hunter2"},
                {"-D", "CONNECT", "Authentication-Data", "*"}},
           Case{{"--property=connect", "authentication-data", "hunter2"},
                {"--property=connect", "authentication-data", "*"}},
       }) {
    INFO(row.given[0]);
    const Scrubbed got = scrub(row.given);
    CHECK(got.kept == row.given);
    CHECK(got.shown == row.shown);
    CHECK(got.bytes.find("hunter2") == std::string::npos);
    CHECK(got.bytes.find("unter2") == std::string::npos);
  }
}

TEST_CASE("everything else stays in argv") {
  for (const Texts& given : {
           Texts{"-h", "host", "-p", "1", "-t", "a", "-m", "text"},
           Texts{"-L", "mqtt://ann@h/t"},
           Texts{"-L", "wss://h/mqtt?topic=t"},
           Texts{"--ws-path", "/mqtt"},
           Texts{"--password-file", "file"},
           Texts{"-D", "publish", "content-type", "x"},
           Texts{"-P", ""},
           Texts{"-P"},
           Texts{"-L"},
           Texts{"-D", "connect", "authentication-data"},
           Texts{"-", "--", ""},
       }) {
    CHECK(scrub(given).shown == given);
  }
}

TEST_CASE("no arguments at all") {
  const Arguments none(0, nullptr, probe_tool);
  CHECK(none.values().empty());
}
