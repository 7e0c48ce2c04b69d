#include "protocol/rules.hpp"

#include "protocol/subscription_options.hpp"

namespace mqtt_toolbox::protocol {
namespace {

constexpr std::uint8_t last_return_code = 5;
constexpr std::uint8_t failure = 0x80;

/// MQTT 3.1.1 sections 3.2.2.3; 5.0's codes may come in the older form, see ConnAck::older_form.
std::optional<Fault> connack_code_fault(const ConnAck& connack, Version version) {
  const bool is_old = version != Version::v5 || connack.older_form;
  if (is_old && connack.code <= last_return_code) return std::nullopt;
  if (version != Version::v5) return Fault::reason_code_unknown;
  return reason_fault(static_cast<ReasonCode>(connack.code), PacketType::connack);
}

/// MQTT 3.1.1 section 3.9.3 knows 0, 1, 2 and 0x80 only, but brokers such as ejabberd send the
/// failures of 5.0 to older clients too, and there is no doubt what they mean.
std::optional<Fault> older_suback_code_fault(ReasonCode code) {
  const auto byte = static_cast<std::uint8_t>(code);
  if (byte <= 2 || byte >= failure) return std::nullopt;
  return Fault::reason_code_unknown;
}

}  // namespace

std::optional<Fault> reason_fault(ReasonCode code, PacketType type) {
  if (is_allowed(code, type)) return std::nullopt;
  return is_known(code) ? Fault::reason_code_not_for_packet : Fault::reason_code_unknown;
}

std::optional<Fault> connack_fault(const ConnAck& connack, Version version) {
  if (const auto fault = connack_code_fault(connack, version)) return fault;
  if (connack.session_present && connack.code != 0)
    return Fault::connack_session_present_on_refusal;
  return std::nullopt;
}

std::optional<Fault> codes_fault(Bytes codes, PacketType type, Version version) {
  const bool has_codes = version == Version::v5 || type == PacketType::suback;
  if (!has_codes) return std::nullopt;
  if (codes.empty()) return Fault::suback_without_reason_code;
  for (const char c : codes) {
    const auto code = static_cast<ReasonCode>(c);
    const auto fault =
        version == Version::v5 ? reason_fault(code, type) : older_suback_code_fault(code);
    if (fault) return fault;
  }
  return std::nullopt;
}

std::optional<Fault> subscription_options_fault(std::uint8_t options, bool is_shared,
                                                Version version) {
  const std::uint8_t reserved =
      version == Version::v5 ? options_reserved : options_before_5_reserved;
  if ((options & reserved) != 0) return Fault::subscription_options_reserved_bits;
  if ((options & options_qos) == options_qos) return Fault::subscription_options_qos_3;
  if ((options & options_retain_handling) == options_retain_handling)
    return Fault::retain_handling_3;
  if (is_shared && (options & options_no_local) != 0) return Fault::no_local_on_shared_subscription;
  return std::nullopt;
}

}  // namespace mqtt_toolbox::protocol
