#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/case_context.hpp"
#include "protocol/fault.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::check {

/// A client that keeps no rules: it sends what the script says, right or wrong, and keeps every
/// answer. It acknowledges nothing by itself.
class RawClient {
 public:
  struct Answer {
    protocol::PacketType type{};
    protocol::PacketIdentifier packet_identifier = 0;
    /// Of an acknowledgement or DISCONNECT; of SUBACK and UNSUBACK the worst.
    protocol::ReasonCode reason{};
    std::string codes{};                     ///< of SUBACK and UNSUBACK, a byte for each filter
    std::string said{};                      ///< see `reason_string_of`
    std::optional<protocol::Fault> fault{};  ///< what is wrong with the packet itself
  };

  RawClient(CaseContext& context, client::ConnectPlan plan);
  explicit RawClient(CaseContext& context) : RawClient(context, context.plan()) {}
  ~RawClient() { client_.set_hook({}); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  ScriptedClient& client() { return client_; }
  client::ConnectPlan& plan() { return client_.plan(); }

  /// The CONNECT of the plan, without its will. Views into the plan and this.
  protocol::Connect connect_packet();
  /// Sends it; false, and the case is aborted, when that is no success.
  bool connect();
  Attempt try_connect();
  Attempt try_bytes(protocol::Bytes connect);
  bool open() { return client_.open(); }
  bool online() { return !client_.end(); }

  void send(const protocol::Packet& packet) { client_.send_packet(packet); }
  void send_bytes(protocol::Bytes bytes) { client_.send_bytes(bytes); }
  std::string encoded(const protocol::Packet& packet);

  const std::vector<Answer>& answers() const { return answers_; }
  void forget_answers() {
    answers_.clear();
    holding_.set(0);
  }
  std::size_t count(protocol::PacketType type) const;
  /// The first answer of this type since the last `forget_answers`; null: none came before the end
  /// of the connection or of the timeout.
  const Answer* wait_for(protocol::PacketType type, Timeout timeout);
  /// SUBSCRIBE until its SUBACK: the worst code.
  std::optional<protocol::ReasonCode> subscribe(const std::string& filter, protocol::Qos qos,
                                                Timeout timeout);

 private:
  void note(const protocol::Frame& frame);

  CaseContext& context_;
  ScriptedClient& client_;
  std::optional<std::string> password_;
  std::vector<Answer> answers_;
  Holding holding_;
};

/// Pieces of packets that no encoder would make.
std::string two_bytes(std::uint16_t number);
std::string utf8_string(std::string_view text);
/// The fixed header's first byte, the length, and the rest.
std::string raw_packet(std::uint8_t first, std::string_view rest);
/// The length of an empty property list, where there is one.
std::string no_properties(const CaseContext& context);

}  // namespace mqtt_toolbox::check
