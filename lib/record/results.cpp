#include "record/results.hpp"

#include <array>

#include "record/json_properties.hpp"
#include "record/json_text.hpp"

namespace mqtt_toolbox::record {
namespace {

/// One field of a line. `put` appends `,"name":value`, or nothing where the field is left out.
template <typename Result>
struct Field {
  std::string_view name;
  std::string_view meaning;
  void (*put)(std::string& out, std::string_view name, const Result& result);
};

using Out = std::string&;
using Key = std::string_view;

std::uint64_t in_microseconds(Duration duration) {
  return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count() / 1000);
}

void put_reason_code(Out out, Key key, protocol::ReasonCode reason) {
  append_number(out, key, static_cast<std::uint64_t>(reason));
}

/// The tables give this name to what stands for as many fields as the packet has properties.
constexpr std::string_view properties_name = "(properties)";

constexpr std::array published_fields = {
    Field<Published>{"topic", "the topic name",
                     [](Out o, Key k, const Published& r) { append_text(o, k, r.topic); }},
    Field<Published>{"qos", "the quality of service of the publish",
                     [](Out o, Key k, const Published& r) {
                       append_number(o, k, static_cast<std::uint64_t>(r.qos));
                     }},
    Field<Published>{"packet_identifier", "at QoS 1 and 2",
                     [](Out o, Key k, const Published& r) {
                       if (r.packet_identifier != 0) append_number(o, k, r.packet_identifier);
                     }},
    Field<Published>{"reason_code", "of the acknowledgement; from 128 the publish was refused",
                     [](Out o, Key k, const Published& r) { put_reason_code(o, k, r.reason); }},
    Field<Published>{"reason", "the name of the reason code",
                     [](Out o, Key k, const Published& r) {
                       append_text(o, k, protocol::name(r.reason, r.packet));
                     }},
    Field<Published>{
        "latency_us", "microseconds from the request to its outcome",
        [](Out o, Key k, const Published& r) { append_number(o, k, in_microseconds(r.latency)); }},
    Field<Published>{"may_be_duplicate", "true when the message may have been delivered twice",
                     [](Out o, Key k, const Published& r) {
                       if (r.may_be_duplicate) append_boolean(o, k, true);
                     }},
    Field<Published>{"id", "the id that the input line had",
                     [](Out o, Key k, const Published& r) {
                       if (r.id) append_text(o, k, *r.id);
                     }},
    Field<Published>{properties_name, "reason_string and user_properties when the broker sent them",
                     [](Out o, Key, const Published& r) { append_properties(o, r.properties); }},
};

constexpr std::array stored_fields = {
    Field<Stored>{"number", "the store's own count; not of a message that was known",
                  [](Out o, Key k, const Stored& r) {
                    if (!r.is_known) append_number(o, k, r.number);
                  }},
    Field<Stored>{"topic", "the topic name",
                  [](Out o, Key k, const Stored& r) { append_text(o, k, r.topic); }},
    Field<Stored>{"qos", "the quality of service, 1 or 2",
                  [](Out o, Key k, const Stored& r) {
                    append_number(o, k, static_cast<std::uint64_t>(r.qos));
                  }},
    Field<Stored>{"id", "the id that the input line had",
                  [](Out o, Key k, const Stored& r) {
                    if (!r.id.empty()) append_text(o, k, r.id);
                  }},
    Field<Stored>{"known", "true when the id was accepted before, so that nothing was stored",
                  [](Out o, Key k, const Stored& r) {
                    if (r.is_known) append_boolean(o, k, true);
                  }},
};

constexpr std::array waiting_fields = {
    Field<Waiting>{"number", "the store's own count",
                   [](Out o, Key k, const Waiting& r) { append_number(o, k, r.number); }},
    Field<Waiting>{
        "state",
        "\"waiting\", \"sent\" when the broker may have it, \"released\" when it has it, "
        "\"set_aside\" when it is not sent any more",
        [](Out o, Key k, const Waiting& r) { append_text(o, k, r.state()); }},
    Field<Waiting>{"reason", "why it was set aside, in words",
                   [](Out o, Key k, const Waiting& r) {
                     if (!r.set_aside.empty()) append_text(o, k, r.set_aside);
                   }},
    Field<Waiting>{"packet_identifier", "of a message that was sent",
                   [](Out o, Key k, const Waiting& r) {
                     if (r.packet_identifier != 0) append_number(o, k, r.packet_identifier);
                   }},
    Field<Waiting>{"may_be_duplicate",
                   "true when it was sent again because the broker had lost the session",
                   [](Out o, Key k, const Waiting& r) {
                     if (r.may_be_duplicate) append_boolean(o, k, true);
                   }},
    Field<Waiting>{"topic", "the topic name",
                   [](Out o, Key k, const Waiting& r) { append_text(o, k, r.message.topic); }},
    Field<Waiting>{"qos", "the quality of service, 1 or 2",
                   [](Out o, Key k, const Waiting& r) {
                     append_number(o, k, static_cast<std::uint64_t>(r.message.qos));
                   }},
    Field<Waiting>{"retain", "whether the broker is to keep it",
                   [](Out o, Key k, const Waiting& r) { append_boolean(o, k, r.message.retain); }},
    Field<Waiting>{"id", "the id that the input line had",
                   [](Out o, Key k, const Waiting& r) {
                     if (!r.id.empty()) append_text(o, k, r.id);
                   }},
    Field<Waiting>{"payload", "payload_base64 when it is not UTF-8",
                   [](Out o, Key k, const Waiting& r) { append_bytes(o, k, r.message.payload); }},
    Field<Waiting>{
        properties_name, "the properties of the message",
        [](Out o, Key, const Waiting& r) { append_properties(o, r.message.properties); }},
};

constexpr std::array connected_fields = {
    Field<Connected>{"broker", "host and port, or the path of a socket",
                     [](Out o, Key k, const Connected& r) { append_text(o, k, r.broker); }},
    Field<Connected>{
        "protocol_version", "\"3.1\", \"3.1.1\" or \"5.0\"",
        [](Out o, Key k, const Connected& r) { append_text(o, k, protocol::name(r.version)); }},
    Field<Connected>{
        "client_identifier", "the one in use, also when the broker assigned it",
        [](Out o, Key k, const Connected& r) { append_text(o, k, r.client_identifier); }},
    Field<Connected>{
        "session_present", "true when the broker kept a session",
        [](Out o, Key k, const Connected& r) { append_boolean(o, k, r.session_present); }},
    Field<Connected>{properties_name, "the properties of CONNACK",
                     [](Out o, Key, const Connected& r) { append_properties(o, r.properties); }},
};

constexpr std::array disconnected_fields = {
    Field<Disconnected>{"cause", "what ended the connection, in words",
                        [](Out o, Key k, const Disconnected& r) { append_text(o, k, r.cause); }},
    Field<Disconnected>{"reason_code", "when a packet gave one",
                        [](Out o, Key k, const Disconnected& r) {
                          if (r.reason) put_reason_code(o, k, *r.reason);
                        }},
    Field<Disconnected>{"reason", "the name of the reason code",
                        [](Out o, Key k, const Disconnected& r) {
                          if (r.reason) append_text(o, k, protocol::name(*r.reason, r.packet));
                        }},
    Field<Disconnected>{
        properties_name, "the properties of that packet",
        [](Out o, Key, const Disconnected& r) { append_properties(o, r.properties); }},
};

constexpr std::array reconnecting_fields = {
    Field<Reconnecting>{
        "attempt", "1 for the first after the loss",
        [](Out o, Key k, const Reconnecting& r) { append_number(o, k, r.attempt); }},
    Field<Reconnecting>{
        "delay_us", "microseconds until the attempt",
        [](Out o, Key k, const Reconnecting& r) { append_number(o, k, in_microseconds(r.delay)); }},
};

constexpr std::array subscribed_fields = {
    Field<Subscribed>{"filter", "the topic filter",
                      [](Out o, Key k, const Subscribed& r) { append_text(o, k, r.filter); }},
    Field<Subscribed>{"granted_qos", "when the subscription was granted",
                      [](Out o, Key k, const Subscribed& r) {
                        if (!is_failure(r.reason)) put_reason_code(o, k, r.reason);
                      }},
    Field<Subscribed>{"reason_code", "from 128 the subscription was refused",
                      [](Out o, Key k, const Subscribed& r) { put_reason_code(o, k, r.reason); }},
    Field<Subscribed>{"reason", "the name of the reason code",
                      [](Out o, Key k, const Subscribed& r) {
                        append_text(o, k, protocol::name(r.reason, protocol::PacketType::suback));
                      }},
    Field<Subscribed>{properties_name,
                      "reason_string and user_properties when the broker sent them",
                      [](Out o, Key, const Subscribed& r) { append_properties(o, r.properties); }},
};

constexpr std::array retained_fields = {
    Field<Retained>{"topic", "the topic name",
                    [](Out o, Key k, const Retained& r) { append_text(o, k, r.topic); }},
    Field<Retained>{"payload_length", "bytes",
                    [](Out o, Key k, const Retained& r) { append_number(o, k, r.payload_length); }},
};

constexpr std::array subtree_fields = {
    Field<Subtree>{"topic", "the topic name at the top",
                   [](Out o, Key k, const Subtree& r) { append_text(o, k, r.topic); }},
    Field<Subtree>{"messages", "how many are retained at it and below it",
                   [](Out o, Key k, const Subtree& r) { append_number(o, k, r.messages); }},
    Field<Subtree>{"payload_bytes", "of all of them",
                   [](Out o, Key k, const Subtree& r) { append_number(o, k, r.payload_bytes); }},
};

constexpr std::array remaining_fields = {
    Field<Remaining>{"topic", "the topic name",
                     [](Out o, Key k, const Remaining& r) { append_text(o, k, r.topic); }},
    Field<Remaining>{"cause", "\"it came back\", or the reason of the broker that refused",
                     [](Out o, Key k, const Remaining& r) { append_text(o, k, r.cause); }},
};

constexpr std::array difference_fields = {
    Field<Difference>{"topic", "the topic name",
                      [](Out o, Key k, const Difference& r) { append_text(o, k, r.topic); }},
    Field<Difference>{"change", "\"added\", \"removed\" or \"changed\" since the backup",
                      [](Out o, Key k, const Difference& r) { append_text(o, k, r.change); }},
};

constexpr std::array case_fields = {
    Field<CaseLine>{"case", "its name, for --case",
                    [](Out o, Key k, const CaseLine& r) { append_text(o, k, r.name); }},
    Field<CaseLine>{"section", "of the MQTT 5.0 standard",
                    [](Out o, Key k, const CaseLine& r) { append_text(o, k, r.section); }},
    Field<CaseLine>{"promise", "what the broker is to do",
                    [](Out o, Key k, const CaseLine& r) { append_text(o, k, r.promise); }},
    Field<CaseLine>{"versions", "when it is not for all versions",
                    [](Out o, Key k, const CaseLine& r) {
                      if (!r.versions.empty()) append_text(o, k, r.versions);
                    }},
};

constexpr std::array finding_fields = {
    Field<FindingLine>{"case", "the name of the case, and of the variant behind a slash",
                       [](Out o, Key k, const FindingLine& r) { append_text(o, k, r.name); }},
    Field<FindingLine>{
        "protocol_version", "\"3.1\", \"3.1.1\" or \"5.0\"",
        [](Out o, Key k, const FindingLine& r) { append_text(o, k, protocol::name(r.version)); }},
    Field<FindingLine>{"verdict",
                       "\"pass\", \"fail\", \"deviates\", \"unsupported\" or \"inconclusive\"",
                       [](Out o, Key k, const FindingLine& r) { append_text(o, k, r.verdict); }},
    Field<FindingLine>{"observed", "what was seen, in words",
                       [](Out o, Key k, const FindingLine& r) { append_text(o, k, r.observed); }},
    Field<FindingLine>{"after_us",
                       "microseconds from the event that the case is about, such as the cut",
                       [](Out o, Key k, const FindingLine& r) {
                         if (r.after) append_number(o, k, in_microseconds(*r.after));
                       }},
    Field<FindingLine>{"section",
                       "of the standard of that version; of 3.1.1 for 3.1; empty: it has none",
                       [](Out o, Key k, const FindingLine& r) { append_text(o, k, r.section); }},
    Field<FindingLine>{"promise", "what the broker was to do",
                       [](Out o, Key k, const FindingLine& r) { append_text(o, k, r.promise); }},
    Field<FindingLine>{
        "took_us", "microseconds that the case took",
        [](Out o, Key k, const FindingLine& r) { append_number(o, k, in_microseconds(r.took)); }},
    Field<FindingLine>{"plays", "how often the case was played",
                       [](Out o, Key k, const FindingLine& r) { append_number(o, k, r.plays); }},
};

void append_value(Out out, Key key, const decltype(FactLine::value)& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return append_boolean(out, key, *flag);
  if (const auto* number = std::get_if<std::uint64_t>(&value))
    return append_number(out, key, *number);
  if (const auto* text = std::get_if<std::string_view>(&value)) return append_text(out, key, *text);
  append_key(out, key);
  out += "null";
}

constexpr std::array fact_fields = {
    Field<FactLine>{"name", "as in the manual's list of facts",
                    [](Out o, Key k, const FactLine& r) { append_text(o, k, r.name); }},
    Field<FactLine>{"value", "true or false, a number, or a text; null where it was not learnt",
                    [](Out o, Key k, const FactLine& r) { append_value(o, k, r.value); }},
    Field<FactLine>{"unit", "of a number that has one: \"bytes\" or \"ms\"",
                    [](Out o, Key k, const FactLine& r) {
                      if (!r.unit.empty()) append_text(o, k, r.unit);
                    }},
    Field<FactLine>{"at_least", "true when nothing above the value was tried",
                    [](Out o, Key k, const FactLine& r) {
                      if (r.at_least) append_boolean(o, k, true);
                    }},
    Field<FactLine>{"source",
                    "\"announced\" by the broker, \"measured\", \"standard\" where the broker is "
                    "silent and the standard says what that means, or \"unknown\"",
                    [](Out o, Key k, const FactLine& r) { append_text(o, k, r.source); }},
};

constexpr std::array requirement_fields = {
    Field<RequirementLine>{
        "requirement", "as it was given",
        [](Out o, Key k, const RequirementLine& r) { append_text(o, k, r.requirement); }},
    Field<RequirementLine>{
        "met", "whether the broker fulfils it",
        [](Out o, Key k, const RequirementLine& r) { append_boolean(o, k, r.met); }},
    Field<RequirementLine>{
        "observed", "what is known, in words",
        [](Out o, Key k, const RequirementLine& r) { append_text(o, k, r.observed); }},
};

constexpr std::array change_fields = {
    Field<ChangeLine>{"kind", "\"fact\" or \"finding\"",
                      [](Out o, Key k, const ChangeLine& r) { append_text(o, k, r.kind); }},
    Field<ChangeLine>{"name", "of the fact, or of the case",
                      [](Out o, Key k, const ChangeLine& r) { append_text(o, k, r.name); }},
    Field<ChangeLine>{"change", "\"added\", \"removed\" or \"changed\"",
                      [](Out o, Key k, const ChangeLine& r) { append_text(o, k, r.change); }},
    Field<ChangeLine>{"before", "the value or the verdict, in words",
                      [](Out o, Key k, const ChangeLine& r) {
                        if (!r.before.empty()) append_text(o, k, r.before);
                      }},
    Field<ChangeLine>{"after", "the value or the verdict, in words",
                      [](Out o, Key k, const ChangeLine& r) {
                        if (!r.after.empty()) append_text(o, k, r.after);
                      }},
};

constexpr std::array error_fields = {
    Field<ErrorLine>{"error", "what went wrong, in words",
                     [](Out o, Key k, const ErrorLine& r) { append_text(o, k, r.error->text); }},
    Field<ErrorLine>{"exit_status", "the exit status that the error stands for",
                     [](Out o, Key k, const ErrorLine& r) {
                       append_number(o, k, static_cast<std::uint64_t>(r.error->code));
                     }},
    Field<ErrorLine>{"line", "of the input, from 1, when the error is about one",
                     [](Out o, Key k, const ErrorLine& r) {
                       if (r.line) append_number(o, k, *r.line);
                     }},
    Field<ErrorLine>{"topic", "when the error is about one",
                     [](Out o, Key k, const ErrorLine& r) {
                       if (r.topic) append_text(o, k, *r.topic);
                     }},
};

constexpr std::array summary_fields = {
    Field<Summary>{"(counts)", "totals of the tool, such as published, refused and bytes",
                   [](Out o, Key, const Summary& r) {
                     for (const Summary::Count& count : r.counts)
                       append_number(o, count.name, count.value);
                   }},
    Field<Summary>{
        "elapsed_us", "microseconds from start to end",
        [](Out o, Key k, const Summary& r) { append_number(o, k, in_microseconds(r.elapsed)); }},
    Field<Summary>{"exit_status", "the exit status of the tool, unless a signal ends it",
                   [](Out o, Key k, const Summary& r) {
                     append_number(o, k, static_cast<std::uint64_t>(r.exit));
                   }},
    Field<Summary>{"interrupted", "true when a signal ended the tool early",
                   [](Out o, Key k, const Summary& r) {
                     if (r.interrupted) append_boolean(o, k, true);
                   }},
};

template <typename Result, std::size_t Count>
struct Type {
  std::string_view name;
  std::string_view meaning;
  const std::array<Field<Result>, Count>& fields;

  void append(std::string& out, const Result& result, JsonTime& clock, WallTime time) const {
    out += R"({"type":")";
    out += name;
    out += "\",";
    clock.append(out, time);
    for (const Field<Result>& field : fields) field.put(out, field.name, result);
    out += "}\n";
  }

  ResultType describe() const {
    ResultType type{name, meaning, {}};
    for (const Field<Result>& field : fields) type.fields.push_back({field.name, field.meaning});
    return type;
  }
};

template <typename Result, std::size_t Count>
Type(std::string_view, std::string_view, const std::array<Field<Result>, Count>&)
    -> Type<Result, Count>;

constexpr Type published{"published", "the outcome of one publish", published_fields};
constexpr Type stored{"stored", "the message is in the store and will be published", stored_fields};
constexpr Type waiting{"waiting", "a message in the store without an outcome", waiting_fields};
constexpr Type connected{"connected", "the broker accepted the connection", connected_fields};
constexpr Type disconnected{"disconnected", "the connection ended or was refused",
                            disconnected_fields};
constexpr Type reconnecting{"reconnecting", "another attempt will follow", reconnecting_fields};
constexpr Type subscribed{"subscribed", "the outcome for one topic filter", subscribed_fields};
constexpr Type retained{"retained", "a message that the broker retains", retained_fields};
constexpr Type subtree{"subtree", "retained messages at a topic and below it", subtree_fields};
constexpr Type remaining{"remaining", "a retained message that could not be cleared",
                         remaining_fields};
constexpr Type difference{"difference", "a retained message that differs from the backup",
                          difference_fields};
constexpr Type case_line{"case", "a check that can be made of a broker", case_fields};
constexpr Type finding{"finding", "what a check of the broker found", finding_fields};
constexpr Type fact{"fact", "something that is known of the broker", fact_fields};
constexpr Type requirement{"requirement", "something that was demanded of the broker",
                           requirement_fields};
constexpr Type change{"change", "how the broker differs from what was known before", change_fields};
constexpr Type error{"error", "what also stands on standard error", error_fields};
constexpr Type summary{"summary", "totals at the end", summary_fields};

template <typename AnyType, typename Result>
void append_line(std::string& out, JsonTime& clock, const AnyType& type, const Result& result,
                 WallTime time) {
  type.append(out, result, clock, time);
}

}  // namespace

std::string_view Waiting::state() const {
  if (!set_aside.empty()) return "set_aside";
  if (released) return "released";
  return packet_identifier != 0 ? "sent" : "waiting";
}

void ResultWriter::append(std::string& out, const Published& result, WallTime time) {
  append_line(out, time_, published, result, time);
}

void ResultWriter::append(std::string& out, const Stored& result, WallTime time) {
  append_line(out, time_, stored, result, time);
}

void ResultWriter::append(std::string& out, const Waiting& result, WallTime time) {
  append_line(out, time_, waiting, result, time);
}

void ResultWriter::append(std::string& out, const Connected& result, WallTime time) {
  append_line(out, time_, connected, result, time);
}

void ResultWriter::append(std::string& out, const Disconnected& result, WallTime time) {
  append_line(out, time_, disconnected, result, time);
}

void ResultWriter::append(std::string& out, const Reconnecting& result, WallTime time) {
  append_line(out, time_, reconnecting, result, time);
}

void ResultWriter::append(std::string& out, const Subscribed& result, WallTime time) {
  append_line(out, time_, subscribed, result, time);
}

void ResultWriter::append(std::string& out, const Retained& result, WallTime time) {
  append_line(out, time_, retained, result, time);
}

void ResultWriter::append(std::string& out, const Subtree& result, WallTime time) {
  append_line(out, time_, subtree, result, time);
}

void ResultWriter::append(std::string& out, const Remaining& result, WallTime time) {
  append_line(out, time_, remaining, result, time);
}

void ResultWriter::append(std::string& out, const Difference& result, WallTime time) {
  append_line(out, time_, difference, result, time);
}

void ResultWriter::append(std::string& out, const CaseLine& result, WallTime time) {
  append_line(out, time_, case_line, result, time);
}

void ResultWriter::append(std::string& out, const FindingLine& result, WallTime time) {
  append_line(out, time_, finding, result, time);
}

void ResultWriter::append(std::string& out, const FactLine& result, WallTime time) {
  append_line(out, time_, fact, result, time);
}

void ResultWriter::append(std::string& out, const RequirementLine& result, WallTime time) {
  append_line(out, time_, requirement, result, time);
}

void ResultWriter::append(std::string& out, const ChangeLine& result, WallTime time) {
  append_line(out, time_, change, result, time);
}

void ResultWriter::append(std::string& out, const ErrorLine& result, WallTime time) {
  append_line(out, time_, error, result, time);
}

void ResultWriter::append(std::string& out, const Summary& result, WallTime time) {
  append_line(out, time_, summary, result, time);
}

std::vector<ResultType> result_types() {
  return {published.describe(),  stored.describe(),       waiting.describe(),
          connected.describe(),  disconnected.describe(), reconnecting.describe(),
          subscribed.describe(), retained.describe(),     subtree.describe(),
          remaining.describe(),  difference.describe(),   case_line.describe(),
          finding.describe(),    fact.describe(),         requirement.describe(),
          change.describe(),     error.describe(),        summary.describe()};
}

}  // namespace mqtt_toolbox::record
