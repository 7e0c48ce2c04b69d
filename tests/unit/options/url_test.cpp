#include "options/url.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

/// "SCHEME user password host port path topic", - for what is not there.
std::string shown(std::string_view text) {
  auto url = parse_url(text);
  if (!url) return "error: " + url.error().text;
  constexpr const char* schemes[] = {"mqtt", "mqtts", "ws", "wss", "unix"};
  std::string out = schemes[static_cast<int>(url->scheme)];
  out += ' ' + url->username.value_or("-") + ' ' + url->password.value_or("-");
  out += ' ' + (url->host.empty() ? "-" : url->host);
  out += ' ' + (url->port ? std::to_string(*url->port) : "-");
  out += ' ' + (url->path.empty() ? "-" : url->path);
  return out + ' ' + url->topic.value_or("-");
}

bool refused(std::string_view text, std::string_view because) {
  auto url = parse_url(text);
  INFO(std::string(text));
  REQUIRE_FALSE(url.has_value());
  CHECK(url.error().code == ExitCode::usage);
  INFO(url.error().text);
  return url.error().text.find(because) != std::string::npos;
}

}  // namespace

TEST_CASE("URLs of every scheme") {
  CHECK(shown("mqtt://broker.example") == "mqtt - - broker.example - - -");
  CHECK(shown("mqtt://broker.example/") == "mqtt - - broker.example - - -");
  CHECK(shown("MQTTS://Broker:8884/a/b") == "mqtts - - Broker 8884 - a/b");
  CHECK(shown("mqtt://user:pass@[::1]:1883/topic") == "mqtt user pass ::1 1883 - topic");
  CHECK(shown("mqtt://user@host") == "mqtt user - host - - -");
  CHECK(shown("mqtt://user:@host") == "mqtt user  host - - -");
  CHECK(shown("mqtt://:secret@host") == "mqtt - secret host - - -");
  CHECK(shown("mqtt://host:/t") == "mqtt - - host - - t");
  CHECK(shown("ws://host") == "ws - - host - - -");
  CHECK(shown("ws://host/") == "ws - - host - / -");
  CHECK(shown("wss://host/mqtt?topic=a%2Fb") == "wss - - host - /mqtt a/b");
  CHECK(shown("ws://host?topic=t") == "ws - - host - - t");
  CHECK(shown("unix:///run/broker.sock") == "unix - - - - /run/broker.sock -");
  CHECK(shown("unix://ann:pw@/run/b.sock?topic=t") == "unix ann pw - - /run/b.sock t");
}

TEST_CASE("percent-decoding") {
  CHECK(shown("mqtt://u%40x:p%3A%2f%25@h/a%20b") == "mqtt u@x p:/% h - - a b");
  CHECK(shown("unix:///run/a%20b") == "unix - - - - /run/a b -");
  CHECK(shown("mqtt://[fe80::1%25eth0]/t") == "mqtt - - fe80::1%eth0 - - t");
}

TEST_CASE("in mqtt the rest is the topic, wildcards and question marks too") {
  CHECK(shown("mqtt://h/#") == "mqtt - - h - - #");
  CHECK(shown("mqtt://h/$SYS/#") == "mqtt - - h - - $SYS/#");
  CHECK(shown("mqtt://h/+/a?b=c") == "mqtt - - h - - +/a?b=c");
  CHECK(shown("mqtt://h//a") == "mqtt - - h - - /a");
}

TEST_CASE("what else is in the query of a WebSocket goes to the server") {
  CHECK(shown("wss://h/mqtt?token=1&topic=t&x=%20") == "wss - - h - /mqtt?token=1&x=%20 t");
  CHECK(shown("wss://h?token=1") == "wss - - h - /?token=1 -");
}

TEST_CASE("malformed URLs are refused with a reason") {
  CHECK(refused("", "starts with its scheme"));
  CHECK(refused("host", "starts with its scheme"));
  CHECK(refused("://host", "starts with its scheme"));
  CHECK(refused("http://host", "not a scheme that the toolbox knows"));
  CHECK(refused("tcp://host", "not a scheme"));
  CHECK(refused("mqtt://", "names no host"));
  CHECK(refused("mqtt:///topic", "names no host"));
  CHECK(refused("mqtt://:1883", "names no host"));
  CHECK(refused("mqtt://host:0", "port"));
  CHECK(refused("mqtt://host:65536", "port"));
  CHECK(refused("mqtt://host:x", "port"));
  CHECK(refused("mqtt://host:-1", "port"));
  CHECK(refused("mqtt://::1/t", "brackets"));
  CHECK(refused("mqtt://[::1/t", "lacks its ]"));
  CHECK(refused("mqtt://[::g]/t", "not an IPv6 address"));
  CHECK(refused("mqtt://[]/t", "not an IPv6 address"));
  CHECK(refused("mqtt://[::1]x/t", "after ]"));
  CHECK(refused("mqtt://a@b@c/t", "written %40"));
  CHECK(refused("mqtt://h/%", "%25"));
  CHECK(refused("mqtt://h/%2", "%25"));
  CHECK(refused("mqtt://h/%zz", "%25"));
  CHECK(refused("mqtt://h/a%00b", "%00"));
  CHECK(refused("mqtt://a b/t", "not the name of a host"));
  CHECK(refused("mqtt://a%0Ab/t", "not the name of a host"));
  CHECK(refused("mqtt://h?x", "/ and the topic"));
  CHECK(refused("ws://h/a b", "blank"));
  CHECK(refused("ws://h/a\r\nHost: x", "blank"));
  CHECK(refused("ws://h/a#b", "%23"));
  CHECK(refused("unix://run/broker.sock", "absolute"));
  CHECK(refused("unix://", "absolute"));
  CHECK(refused("unix:///a?other=1", "nothing else"));
}

TEST_CASE("errors never show a password") {
  for (std::string_view text :
       {"mqtt://u:hunter2%zz@h", "mqtt://u:hunter2@", "mqtt://u:hunter2@h:x", "mqtt://hunter2:x@@",
        "mqtt://u:hunter2", "mqtt://u:hunter2/t", "mqtt://u:hunter2/x@h", "mqtt://u:x/hunter2@h"}) {
    auto url = parse_url(text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().text.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a password with / ? or # is told from a port, and the error names the mend") {
  constexpr std::string_view mend =
      "in the password of a URL, / is written %2F, ? %3F, # %23 and @ %40";
  for (std::string_view scheme : {"mqtt://", "mqtts://", "ws://", "wss://", "unix://"})
    for (std::string_view user :
         {"u:p/w@", "u:p?w@", "u:p#w@", "u:/pw@", "u:?pw@", "u:#pw@", ":p/w@", "u:p:q/w@",
          "u:12#34@", "u:99999/x@", "u:pw/@", "u:p/w/x@"}) {
      const std::string text = std::string(scheme) + std::string(user) + "host:1883/t";
      INFO(text);
      CHECK(shown(text) == "error: " + std::string(mend));
    }
  CHECK(parse_proxy_url("http://u:p/w@proxy").error().text == mend);
}

TEST_CASE("an @ in a topic or a path is none of a user's") {
  CHECK(shown("mqtt://h/a@b") == "mqtt - - h - - a@b");
  CHECK(shown("mqtt://h:1883/a@b") == "mqtt - - h 1883 - a@b");
  CHECK(shown("mqtt://u:pw@h:1883/a@b") == "mqtt u pw h 1883 - a@b");
  CHECK(shown("mqtt://[::1]:1883/a@b") == "mqtt - - ::1 1883 - a@b");
  CHECK(shown("mqtt://[::1]/a@b") == "mqtt - - ::1 - - a@b");
  CHECK(shown("ws://h:80/p?x=a@b") == "ws - - h 80 /p?x=a@b -");
  CHECK(shown("ws://h:80?x=a@b") == "ws - - h 80 /?x=a@b -");
}

TEST_CASE("proxies") {
  auto socks = parse_proxy_url("socks5h://ann:p%40w@proxy");
  REQUIRE(socks.has_value());
  CHECK(socks->kind == transport::ProxySettings::Kind::socks5h);
  CHECK(socks->host == "proxy");
  CHECK(socks->port == 1080);
  CHECK(socks->username == "ann");
  CHECK(socks->password == "p@w");
  auto http = parse_proxy_url("http://[::1]:3128/");
  REQUIRE(http.has_value());
  CHECK(http->kind == transport::ProxySettings::Kind::http_connect);
  CHECK(http->host == "::1");
  CHECK(http->port == 3128);
  CHECK(parse_proxy_url("http://proxy")->port == 8080);
  CHECK_FALSE(parse_proxy_url("socks5://proxy").has_value());
  CHECK_FALSE(parse_proxy_url("http://proxy/path").has_value());
  CHECK_FALSE(parse_proxy_url("proxy:1080").has_value());
}

TEST_CASE("a password is found and masked, also in a malformed URL") {
  CHECK(mask_password("mqtt://ann:pw@h/t") == "mqtt://ann:***@h/t");
  CHECK(mask_password("mqtt://ann:p/w@h/t") == "mqtt://ann:***@h/t");
  CHECK(mask_password("mqtt://ann:p@w@h/t") == "mqtt://ann:***@h/t");
  CHECK(mask_password("ann:pw@h") == "ann:***@h");
  CHECK(mask_password("mqtt://ann@h:1883/t") == "mqtt://ann@h:1883/t");
  CHECK(mask_password("mqtt://h:1883/t") == "mqtt://h:1883/t");
  CHECK(mask_password("mqtt://ann:@h") == "mqtt://ann:@h");
  CHECK(find_password("").size == 0);
}

TEST_CASE("what may be a credential in the path of a WebSocket is masked") {
  CHECK(mask_password("wss://h/mqtt") == "wss://h/mqtt");
  CHECK(mask_password("wss://h:443/mqtt/v1/device-7?topic=a/b") ==
        "wss://h:443/mqtt/v1/device-7?topic=a/b");
  CHECK(mask_password("WSS://u:pw@h/mqtt?token=abc&topic=t&x") ==
        "WSS://u:***@h/mqtt?token=***&topic=t&***");
  CHECK(mask_password("ws://h?key=a=b/c") == "ws://h?key=***");
  CHECK(mask_password("ws://h/mqtt;auth=abc/u:pw/eyJhbGciOiJIUzI1NiJ9") ==
        "ws://h/mqtt;auth=***/u:***/***");
  CHECK(mask_password("/mqtt?token=abc#frag") == "/mqtt?token=***#***");
  CHECK(mask_password("/mqtt") == "/mqtt");
  CHECK(mask_password("mqtt://h/a?token=topic") == "mqtt://h/a?token=topic");
  CHECK(find_secrets("").empty());
  CHECK(find_secrets("ws").empty());
}

TEST_CASE("brackets around a host") {
  CHECK(host_without_brackets("[::1]") == "::1");
  CHECK(host_without_brackets("::1") == "::1");
  CHECK(host_without_brackets("[]") == "[]");
  CHECK(host_without_brackets("h") == "h");
}
