#include "check/section.hpp"

#include <algorithm>
#include <array>

namespace mqtt_toolbox::check {

namespace {

struct Row {
  std::string_view v5;
  std::string_view v311;
};

/// Those that have another number, or none, in MQTT 3.1.1.
constexpr std::array rows{
    Row{"1.5.4", "1.5.3"},        // UTF-8 strings
    Row{"1.5.5", "2.2.3"},        // variable byte integer: Remaining Length
    Row{"2.1.2", "2.2.1"},        // packet type
    Row{"2.1.3", "2.2.2"},        // flags
    Row{"2.1.4", "2.2.3"},        // Remaining Length
    Row{"2.2.1", "2.3.1"},        // packet identifier
    Row{"3.1.3.3", "3.1.3.2"},    // Will Topic
    Row{"3.1.3.4", "3.1.3.3"},    // will payload
    Row{"3.2.2.1.1", "3.2.2.2"},  // Session Present
    Row{"3.2.2.3.6", ""},         // Maximum Packet Size
    Row{"3.3.4", "3.3.5"},        // PUBLISH actions
    Row{"3.4.2.1", "3.3.4"},      // that PUBLISH is acknowledged
    Row{"3.8.3.1", "3.8.3"},      // subscription options: Requested QoS
    Row{"4.8.2", ""},             // shared subscriptions
    Row{"4.13", "4.8"},           // handling errors
};

}  // namespace

std::string_view section_in(protocol::Version version, std::string_view section) {
  if (version == protocol::Version::v5) return section;
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [section](const Row& row) { return row.v5 == section; });
  return found == rows.end() ? section : found->v311;
}

}  // namespace mqtt_toolbox::check
