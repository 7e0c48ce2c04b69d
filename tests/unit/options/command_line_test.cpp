#include "options/command_line.hpp"

#include <doctest/doctest.h>

#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

/// "host=a b; insecure=true | positional"
std::string tokens(std::vector<std::string> arguments, const Tool& tool = probe_tool) {
  auto line = parse_command_line(tool, arguments);
  if (!line) return "error: " + line.error().text;
  std::string out;
  for (const Occurrence& occurrence : line->occurrences) {
    if (!out.empty()) out += "; ";
    out += std::string(occurrence.spec->name) + '=';
    for (std::size_t i = 0; i < occurrence.values.size(); ++i)
      out += (i > 0 ? "," : "") + occurrence.values[i];
  }
  for (const std::string& text : line->positionals) out += " | " + text;
  return out;
}

}  // namespace

TEST_CASE("letters, long names and aliases") {
  CHECK(tokens({}) == "");
  CHECK(tokens({"-h", "a", "-p", "1"}) == "host=a; port=1");
  CHECK(tokens({"--host", "a", "--port=1"}) == "host=a; port=1");
  CHECK(tokens({"--pw", "x"}) == "password=x");
  CHECK(tokens({"-dr"}) == "debug=true; retain=true");
  CHECK(tokens({"-drt", "x"}) == "debug=true; retain=true; topic=x");
  CHECK(tokens({"-p1883"}) == "port=1883");
  CHECK(tokens({"-t", "a", "-r", "-t", "b"}) == "topic=a; retain=true; topic=b");
}

TEST_CASE("values are taken as they stand") {
  CHECK(tokens({"-m", "-hello"}) == "message=-hello");
  CHECK(tokens({"-t", "-x", "-m", "--"}) == "topic=-x; message=--");
  CHECK(tokens({"-m", "-D", "-t", "--help"}) == "message=-D; topic=--help");
  CHECK(tokens({"-m", ""}) == "message=");
  CHECK(tokens({"--message="}) == "message=");
  CHECK(tokens({"--message=", "-r"}) == "message=; retain=true");
  CHECK(tokens({"-m", "--message="}) == "message=--message=");
  CHECK(tokens({"-m", "\x01", "--topic="}) == "message=\x01; topic=");
  CHECK(tokens({"-D", "will", "content-type", "--x="}) == "property=will,content-type,--x=");
  CHECK(tokens({"-m", "[1,2]"}) == "message=[1,2]");
  CHECK(tokens({"-m", "{}"}) == "message={}");
  CHECK(tokens({"-m", "a=b"}) == "message=a=b");
  CHECK(tokens({"--message=a=b"}) == "message=a=b");
  CHECK(tokens({"-m", "%%"}) == "message=%%");
  CHECK(tokens({"-m", "\"quoted\""}) == "message=\"quoted\"");
  CHECK(tokens({"-m", "a\nb"}) == "message=a\nb");
  CHECK(tokens({"-m", "-1"}) == "message=-1");
  CHECK(tokens({"-x", "-1"}) == "session-expiry-interval=-1");
  CHECK(tokens({"-x", "\xE2\x88\x9E"}) == "session-expiry-interval=\xE2\x88\x9E");
}

TEST_CASE("switches: on, off by their negation, or by a value") {
  CHECK(tokens({"--insecure"}) == "insecure=true");
  CHECK(tokens({"--no-insecure"}) == "insecure=false");
  CHECK(tokens({"--insecure=no"}) == "insecure=false");
  CHECK(tokens({"--tls"}) == "tls=true");
  CHECK(tokens({"--no-tls"}) == "tls=false");
  CHECK(tokens({"--no-config"}) == "no-config=true");
  CHECK(tokens({"--trace"}) == "trace=");
  CHECK(tokens({"--trace=json"}) == "trace=json");
  CHECK(tokens({"--trace", "-r"}) == "trace=; retain=true");
  CHECK(tokens({"--no-trace"}) == "trace=false");
  CHECK(tokens({"--no-host"}) == "error: unknown option --no-host");
}

TEST_CASE("-D takes three values, or four for a user property") {
  CHECK(tokens({"-D", "publish", "content-type", "x", "-r"}) ==
        "property=publish,content-type,x; retain=true");
  CHECK(tokens({"-r", "-D", "publish", "user-property", "-k", "-v", "-t", "a"}) ==
        "retain=true; property=publish,user-property,-k,-v; topic=a");
  CHECK(tokens({"--property", "will", "content-type", "-D", "-D", "a", "b", "c"}) ==
        "property=will,content-type,-D; property=a,b,c");
  CHECK(tokens({"--property=will", "content-type", "x"}) == "property=will,content-type,x");
  CHECK(tokens({"-t", "a", "-D", "publish", "content-type", "x", "-t", "b"}) ==
        "topic=a; property=publish,content-type,x; topic=b");
  CHECK(tokens({"-dD", "publish", "content-type", "x"}) ==
        "debug=true; property=publish,content-type,x");
  const std::string wanted =
      "error: --property needs PACKET NAME VALUE, or PACKET user-property KEY VALUE";
  CHECK(tokens({"-D"}) == wanted);
  CHECK(tokens({"-D", "publish", "content-type"}) == wanted);
  CHECK(tokens({"-D", "publish", "user-property", "key"}) == wanted);
}

TEST_CASE("mistakes get one clear line") {
  CHECK(tokens({"-h"}) == "error: -h needs a value");
  CHECK(tokens({"-r", "--host"}) == "error: --host needs a value");
  CHECK(tokens({"--hots", "a"}) == "error: unknown option --hots; did you mean --host?");
  CHECK(tokens({"--insecuer"}) == "error: unknown option --insecuer; did you mean --insecure?");
  CHECK(tokens({"--hots=secret"}) == "error: unknown option --hots; did you mean --host?");
  CHECK(tokens({"--zzzzzzzz"}) == "error: unknown option --zzzzzzzz");
  CHECK(tokens({"-Z"}) == "error: unknown option -Z");
  CHECK(tokens({"-rZ"}) == "error: unknown option -Z");
  CHECK(tokens({"stray"}) == "error: unexpected argument \"stray\"");
  CHECK(tokens({"-r", "stray", "-t", "a"}) == "error: unexpected argument \"stray\"");
  CHECK(tokens({"--", "-t"}) == "error: unexpected argument \"-t\"");
  CHECK(tokens({"-"}) == "error: unexpected argument \"-\"");
  CHECK(tokens({""}) == "error: unexpected argument \"\"");
  CHECK(tokens({"stray\x1b[31m"}) == "error: unexpected argument \"stray\\x1b[31m\"");
  CHECK(tokens({"--insecure=maybe"}).starts_with("error: --insecure: "));
}

TEST_CASE("a tool with positionals takes the rest from the first one on") {
  Tool tool = probe_tool;
  tool.positionals = "COMMAND";
  CHECK(tokens({"-r", "make", "-t", "a"}, tool) == "retain=true | make | -t | a");
  CHECK(tokens({"-r", "--", "-t", "a"}, tool) == "retain=true | -t | a");
  CHECK(tokens({"--", "sh", "--", "-c"}, tool) == " | sh | -- | -c");
  CHECK(tokens({"-D", "a", "b", "c", "make", "-D"}, tool) == "property=a,b,c | make | -D");
  CHECK(tokens({"--", "make", "--x="}, tool) == " | make | --x=");
  CHECK(tokens({"--"}, tool) == "");
}
