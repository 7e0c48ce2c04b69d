#include "load/names.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox::load;

TEST_CASE("templates are filled in, and other braces stay") {
  const Names names{"me", 42, 0xbeef};
  CHECK(expand("a/{n}/{client}/{run}", names) == "a/42/me/0000beef");
  CHECK(expand("{n}{n}", names) == "4242");
  CHECK(expand("{x} {n {client", names) == "{x} {n {client");
  CHECK(expand("", names) == "");
}

TEST_CASE("credentials are taken in turn, or from templates") {
  Plan plan;
  plan.run = 1;
  CHECK(client_identifier(plan, 3) == "bench-00000001-3");
  CHECK_FALSE(login_of(plan, 3, "id").username);
  plan.clients.username = "user-{n}";
  plan.clients.password = "{client}!";
  CHECK(login_of(plan, 3, "id").username == "user-3");
  CHECK(login_of(plan, 3, "id").password == "id!");
  plan.clients.credentials = {{"a", "1"}, {"b{n}", "2"}};
  CHECK(login_of(plan, 2, "id").username == "a");
  CHECK(login_of(plan, 3, "id").username == "b{n}");
  CHECK(login_of(plan, 3, "id").password == "2");
}
