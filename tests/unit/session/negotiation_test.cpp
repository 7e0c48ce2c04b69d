#include "session/negotiation.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox::session;
using mqtt_toolbox::protocol::Version;

TEST_CASE("5.0 falls back to 3.1.1 after everything that a server without 5.0 does") {
  for (const auto end :
       {AttemptEnd::refused_unsupported_version, AttemptEnd::connack_of_older_version,
        AttemptEnd::closed_without_connack}) {
    CHECK(next_version(Version::v5, end, false) == Version::v311);
    CHECK(next_version(Version::v5, end, true) == Version::v311);
  }
}

TEST_CASE("after silence only where a second CONNECT does no harm") {
  CHECK(next_version(Version::v5, AttemptEnd::silence, true) == Version::v311);
  CHECK_FALSE(next_version(Version::v5, AttemptEnd::silence, false));
}

TEST_CASE("nothing comes after 3.1.1, and other ends have nothing to do with the version") {
  CHECK_FALSE(next_version(Version::v311, AttemptEnd::refused_unsupported_version, true));
  CHECK_FALSE(next_version(Version::v5, AttemptEnd::other, true));
}
