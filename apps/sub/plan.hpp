#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "protocol/packet.hpp"
#include "record/message_json.hpp"

namespace mqtt_toolbox::sub {

/// One topic filter with the options of its subscription.
struct Request {
  std::string filter;
  std::optional<protocol::Qos> qos;  ///< none: -q
  bool no_local = false;
  bool retain_as_published = false;
  std::optional<protocol::RetainHandling> retain_handling;
};

enum class Show : std::uint8_t {
  text,    ///< payloads, with -v their topics
  format,  ///< -F
  json,    ///< --json
  rate,    ///< --message-rate: only how many a second
};

/// What mqtt-sub does beside its connection.
struct Plan {
  std::vector<Request> requests;
  std::vector<std::string> filters_out;
  std::vector<std::string> unsubscribes;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain_as_published = false;
  protocol::RetainHandling retain_handling = protocol::RetainHandling::always;
  bool strict = false;  ///< the first refused filter ends the run
  /// The most filters in one SUBSCRIBE or UNSUBSCRIBE; 0: as many as the broker's limit lets in.
  std::size_t subscribe_batch = 0;

  bool hide_retained = false;
  bool retained_only = false;
  bool remove_retained = false;
  double random_percent = 100;

  std::uint64_t count = 0;  ///< messages until the end; 0: no end
  std::optional<Duration> timeout;
  std::optional<Duration> idle_timeout;
  bool exit_after_subscribing = false;
  /// Runs again before each reconnect; empty: none.
  std::string password_command;
  /// How long SUBACK and acknowledgements may take.
  Duration acknowledgement_timeout = std::chrono::seconds(20);
  Duration grace = std::chrono::seconds(5);
  /// DISCONNECT after --timeout and signals asks the broker to publish the will (reason 0x04).
  bool disconnects_with_will = false;

  Show show = Show::text;
  std::string format;
  record::PayloadForm payload = record::PayloadForm::automatic;
  bool watch = false;  ///< a line for each topic, in place
  bool verbose = false;
  bool newline = true;
  bool pretty = false;
  bool record = false;

  int ready_descriptor = -1;
  std::string ready_file;
};

/// The subscription as sent: what the request leaves open comes from the plan.
protocol::Subscription subscription(const Plan& plan, const Request& request);

}  // namespace mqtt_toolbox::sub
