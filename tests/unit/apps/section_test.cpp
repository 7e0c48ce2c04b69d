#include "check/section.hpp"

#include <set>

#include <doctest/doctest.h>

#include "probe/broker_cases.hpp"
#include "qos/qos_cases.hpp"
#include "share/share_cases.hpp"
#include "will/will_fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;

namespace {

/// Of those sections of MQTT 3.1.1 that cases rest on.
const std::set<std::string_view> sections_of_311{
    "1.5.3",   "2.2.1",   "2.2.2",   "2.2.3",   "2.3.1",   "3.1",      "3.1.2.1", "3.1.2.2",
    "3.1.2.3", "3.1.2.4", "3.1.2.5", "3.1.2.6", "3.1.2.7", "3.1.2.10", "3.1.3.1", "3.1.3.2",
    "3.1.3.3", "3.1.4",   "3.2.2.2", "3.3.1.1", "3.3.1.2", "3.3.1.3",  "3.3.2.1", "3.3.3",
    "3.3.4",   "3.3.5",   "3.6.1",   "3.8.3",   "3.8.4",   "3.9.3",    "3.10.1",  "3.10.3",
    "3.10.4",  "3.12.4",  "3.14.1",  "3.14.4",  "4.1",     "4.3.1",    "4.3.2",   "4.3.3",
    "4.4",     "4.5",     "4.6",     "4.7.1.1", "4.7.1.2", "4.7.1.3",  "4.7.2",   "4.7.3",
    "4.8",     "5.4.8"};

void check_sections(std::span<const Case> cases) {
  for (const Case& played : cases) {
    if (played.versions == Versions::v5_only) continue;
    CAPTURE(played.name);
    const std::string_view section = section_in(protocol::Version::v311, played.section);
    const bool is_of_v5_only = played.section == "4.8.2" || played.section == "3.2.2.3.6";
    CHECK(section.empty() == is_of_v5_only);
    if (!section.empty()) CHECK(sections_of_311.count(section) == 1);
  }
}

}  // namespace

TEST_CASE("each case names a section of the standard of its version") {
  check_sections(probe::broker_cases());
  check_sections(will::will_cases());
  check_sections(qos::qos_cases());
  check_sections(share::share_cases());
}

TEST_CASE("sections by version") {
  CHECK(section_in(protocol::Version::v5, "1.5.4") == "1.5.4");
  CHECK(section_in(protocol::Version::v311, "1.5.4") == "1.5.3");
  CHECK(section_in(protocol::Version::v31, "1.5.4") == "1.5.3");
  CHECK(section_in(protocol::Version::v311, "3.1.2.4") == "3.1.2.4");
  CHECK(section_in(protocol::Version::v311, "4.8.2").empty());
}
