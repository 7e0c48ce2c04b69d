#include "check/fact.hpp"

#include <doctest/doctest.h>

namespace mqtt_toolbox::check {
namespace {

TEST_CASE("values for people") {
  const auto number = [](std::uint64_t value) { return Fact::Value(value); };
  CHECK(show_value(FactKind::flag, true) == "yes");
  CHECK(show_value(FactKind::flag, false) == "no");
  CHECK(show_value(FactKind::count, number(201)) == "201");
  CHECK(show_value(FactKind::bytes, number(16u << 20)) == "16 MiB");
  CHECK(show_value(FactKind::bytes, number(64u << 10)) == "64 KiB");
  CHECK(show_value(FactKind::bytes, number(65'535)) == "65535 bytes");
  CHECK(show_value(FactKind::bytes, number(0)) == "0 bytes");
  CHECK(show_value(FactKind::duration, number(6100)) == "6.1 s");
  CHECK(show_value(FactKind::duration, number(0xFFFFFFFFull * 1000)) == "without end");
  CHECK(show_value(FactKind::text, std::string("none")) == "none");
}

TEST_CASE("what may be larger says so") {
  constexpr FactRow row{"packet", "limits", FactKind::bytes, "packet-size", "how large"};
  CHECK(show(measured(row, std::uint64_t(1u << 20), true)) == "at least 1 MiB");
  CHECK(show(measured(row, std::uint64_t(1u << 20))) == "1 MiB");
}

}  // namespace
}  // namespace mqtt_toolbox::check
