#include "check/violation.hpp"

#include <string>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "check/case_context.hpp"
#include "protocol/reader.hpp"

namespace mqtt_toolbox::check {

namespace {

constexpr std::size_t shown_topic = 100;
constexpr std::size_t shown_bytes = 32;

/// The name of the first property of a PUBLISH that does not belong there; empty: none is among the
/// bytes that are there.
std::string_view misplaced_property(protocol::Bytes publish) {
  protocol::Reader reader(publish);
  const bool has_identifier = (reader.byte() & 0x06) != 0;
  (void)reader.variable_integer();
  (void)reader.binary();
  if (has_identifier) (void)reader.two_bytes();
  const std::uint32_t length = reader.variable_integer();
  const auto in_publish = 1u << static_cast<unsigned>(protocol::PropertyPlace::publish);
  for (const protocol::Property& property :
       protocol::Properties(reader.remainder().substr(0, length))) {
    const protocol::PropertyRow& row = *protocol::property_row(property.id);
    if ((row.places & in_publish) == 0) return row.name;
  }
  return {};
}

/// "the broker sent a PUBLISH to a/b that violates the protocol: a string is not well-formed UTF-8"
std::string text_of(const session::Failure& failure) {
  std::string why = describe(failure);
  if (!failure.fault || failure.oversize) return why;
  std::string text = fmt::format("the broker sent a {}", name(*failure.packet));
  if (!failure.topic.empty()) text += " to " + printable(failure.topic, shown_topic);
  text += " that violates the protocol: " + why;
  if (failure.fault != protocol::Fault::property_not_for_packet) return text;
  const std::string_view name =
      failure.packet == protocol::PacketType::publish ? misplaced_property(failure.start) : "";
  return name.empty() ? text : fmt::format("{} ({})", text, name);
}

}  // namespace

std::optional<Finding> finding_of(const session::Failure& failure) {
  if (!failure.packet) return std::nullopt;
  if (failure.oversize && !failure.oversize->is_announced) return std::nullopt;
  const std::string text = text_of(failure);
  if (!failure.statement.empty()) return broken(fmt::format("{} [{}]", text, failure.statement));
  std::string bytes;
  append_hex(bytes, failure.start.substr(0, shown_bytes));
  return deviates(fmt::format("{}; it begins with the bytes {}", text, bytes));
}

void ObserverViolations::note(std::string_view observer, const Finding& finding) {
  const std::lock_guard lock(mutex_);
  const bool is_worse =
      worst_ && worst_->verdict != Verdict::fail && finding.verdict == Verdict::fail;
  if (worst_ && !is_worse) return;
  worst_ = finding;
  worst_->observed = fmt::format("the {} witness: {}", observer, finding.observed);
}

std::optional<Finding> ObserverViolations::worst() const {
  const std::lock_guard lock(mutex_);
  return worst_;
}

Finding play_packets_to_observers(CaseContext&) {
  return pass("they had to refuse nothing");
}

std::optional<Finding> seen_by_observers(const RunContext& run) {
  return run.violations->worst();
}

}  // namespace mqtt_toolbox::check
