#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/packet.hpp"
#include "protocol/properties.hpp"
#include "protocol/reason.hpp"
#include "protocol/types.hpp"
#include "record/json_time.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

/// The JSON lines that tools print beside messages: plain values with views of the caller.

/// The outcome of one publish.
struct Published {
  std::string_view topic;
  protocol::Qos qos = protocol::Qos::at_most_once;
  protocol::PacketIdentifier packet_identifier = 0;  ///< left out at QoS 0
  protocol::ReasonCode reason = protocol::ReasonCode::success;
  protocol::PacketType packet = protocol::PacketType::puback;  ///< which packet carried the reason
  Duration latency{};                                          ///< from the request to its outcome
  bool may_be_duplicate = false;                               ///< left out when false
  std::optional<std::string_view> id;
  protocol::Properties properties;  ///< of the acknowledgement
};

/// A message accepted into a durable store.
struct Stored {
  std::uint64_t number = 0;  ///< the store's; left out when `is_known`
  std::string_view topic;
  protocol::Qos qos = protocol::Qos::at_least_once;
  std::string_view id;    ///< left out when empty
  bool is_known = false;  ///< the id was accepted before; left out when false
};

/// A message in a durable store that has no outcome; the line's time is when it was accepted.
struct Waiting {
  std::uint64_t number = 0;
  protocol::Publish message;
  std::string_view id;                               ///< left out when empty
  protocol::PacketIdentifier packet_identifier = 0;  ///< 0: not sent yet
  bool released = false;                             ///< PUBREC came
  bool may_be_duplicate = false;                     ///< left out when false
  std::string_view set_aside;  ///< why it is not sent any more; left out when empty

  /// "waiting", "sent", "released" or "set_aside".
  MQTT_TOOLBOX_API std::string_view state() const;
};

/// CONNACK with success.
struct Connected {
  std::string_view broker;  ///< "broker.example:1883"
  protocol::Version version = protocol::Version::v5;
  std::string_view client_identifier;
  bool session_present = false;
  protocol::Properties properties;  ///< of CONNACK
};

/// The end of a connection, or a refused one.
struct Disconnected {
  std::string_view cause;                      ///< for people: "connection reset by peer"
  std::optional<protocol::ReasonCode> reason;  ///< when a CONNACK or DISCONNECT gave one
  protocol::PacketType packet = protocol::PacketType::disconnect;
  protocol::Properties properties;
};

struct Reconnecting {
  std::uint32_t attempt = 1;
  Duration delay{};  ///< until the attempt
};

/// The outcome for one topic filter; `granted_qos` when the reason is a success.
struct Subscribed {
  std::string_view filter;
  protocol::ReasonCode reason = protocol::ReasonCode::success;
  protocol::Properties properties;  ///< of SUBACK
};

/// A message that the broker retains.
struct Retained {
  std::string_view topic;
  std::uint64_t payload_length = 0;  ///< bytes
};

/// All retained messages at a topic and below it.
struct Subtree {
  std::string_view topic;
  std::uint64_t messages = 0;
  std::uint64_t payload_bytes = 0;
};

/// A retained message that is there although it was to be cleared.
struct Remaining {
  std::string_view topic;
  std::string_view cause;  ///< "it came back", or the broker's reason
};

/// How a broker's retained message differs from a backup.
struct Difference {
  std::string_view topic;
  std::string_view change;  ///< "added", "removed" or "changed", seen from the backup
};

/// A check that can be made of a broker.
struct CaseLine {
  std::string_view name;
  std::string_view section;   ///< of MQTT 5.0
  std::string_view promise;   ///< what the broker is to do
  std::string_view versions;  ///< "MQTT 5.0 only"; left out when empty
};

/// What a check found.
struct FindingLine {
  std::string_view name;  ///< of the case, and of the variant behind a slash
  protocol::Version version = protocol::Version::v5;
  std::string_view verdict;
  std::string_view observed;
  std::optional<Duration> after;  ///< from the event that the case is about
  std::string_view section;       ///< of the version's standard; empty: it has none
  std::string_view promise;       ///< what the broker was to do
  Duration took{};
  unsigned plays = 1;
};

/// Something that is known of the broker.
struct FactLine {
  std::string_view name;
  /// None: it was not learnt.
  std::variant<std::monostate, bool, std::uint64_t, std::string_view> value;
  std::string_view unit;  ///< left out when empty
  bool at_least = false;  ///< left out when false
  std::string_view source;
};

/// Something that was demanded of the broker.
struct RequirementLine {
  std::string_view requirement;
  bool met = false;
  std::string_view observed;
};

/// How a broker differs from what was known before; what is empty is left out.
struct ChangeLine {
  std::string_view kind;  ///< "fact" or "finding"
  std::string_view name;
  std::string_view change;  ///< "added", "removed" or "changed"
  std::string_view before;
  std::string_view after;
};

/// What went wrong, in the words that also stand on standard error.
struct ErrorLine {
  const Error* error = nullptr;
  std::optional<std::uint64_t> line;  ///< of the input, from 1
  std::optional<std::string_view> topic;
};

/// Totals at the end, in the order given; names in snake_case with the unit where there is one.
struct Summary {
  struct Count {
    std::string_view name;
    std::uint64_t value;
  };
  std::span<const Count> counts;
  Duration elapsed{};
  ExitCode exit = ExitCode::done;
  bool interrupted = false;
};

/// Writes results as JSON lines: type, time and time_s first, then the fields of the table below.
class MQTT_TOOLBOX_API ResultWriter {
 public:
  /// Each appends one line with its newline.
  void append(std::string& out, const Published& result, WallTime time);
  void append(std::string& out, const Stored& result, WallTime time);
  void append(std::string& out, const Waiting& result, WallTime time);
  void append(std::string& out, const Connected& result, WallTime time);
  void append(std::string& out, const Disconnected& result, WallTime time);
  void append(std::string& out, const Reconnecting& result, WallTime time);
  void append(std::string& out, const Subscribed& result, WallTime time);
  void append(std::string& out, const Retained& result, WallTime time);
  void append(std::string& out, const Subtree& result, WallTime time);
  void append(std::string& out, const Remaining& result, WallTime time);
  void append(std::string& out, const Difference& result, WallTime time);
  void append(std::string& out, const CaseLine& result, WallTime time);
  void append(std::string& out, const FindingLine& result, WallTime time);
  void append(std::string& out, const FactLine& result, WallTime time);
  void append(std::string& out, const RequirementLine& result, WallTime time);
  void append(std::string& out, const ChangeLine& result, WallTime time);
  void append(std::string& out, const ErrorLine& result, WallTime time);
  void append(std::string& out, const Summary& result, WallTime time);

 private:
  JsonTime time_;
};

struct FieldMeaning {
  std::string_view name;
  std::string_view meaning;
};

struct ResultType {
  std::string_view type;
  std::string_view meaning;
  std::vector<FieldMeaning> fields;  ///< in the order of the line, after type, time and time_s
};

/// The table that the lines are written from, for manuals and tests.
MQTT_TOOLBOX_API std::vector<ResultType> result_types();

}  // namespace mqtt_toolbox::record
