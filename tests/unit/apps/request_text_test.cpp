#include <doctest/doctest.h>

#include "sub/settings.hpp"

using namespace mqtt_toolbox;

TEST_CASE("a subscription with options of its own") {
  auto request = sub::parse_request("qos=1,no-local,rap,rh=2:a/b:c,d/#");
  REQUIRE(request);
  CHECK(request->filter == "a/b:c,d/#");
  CHECK(request->qos == protocol::Qos::at_least_once);
  CHECK(request->no_local);
  CHECK(request->retain_as_published);
  CHECK(request->retain_handling == protocol::RetainHandling::never);
}

TEST_CASE("a subscription without options leaves them to the plan") {
  auto request = sub::parse_request(":a");
  REQUIRE(request);
  CHECK_FALSE(request->qos);
  CHECK_FALSE(request->no_local);
}

TEST_CASE("a subscription that cannot be is named with its mend") {
  for (const char* text : {"a", "qos=3:a", "qos:a", "no-local=1:a", "norap:a",
                           "qos=1:", "qos=1:a/#/b", "no-local:$share/g/a", "rh=x:a"}) {
    CAPTURE(text);
    auto request = sub::parse_request(text);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == ExitCode::usage);
    CHECK_FALSE(request.error().text.empty());
  }
}
