#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/rule_breaker/connection.hpp"
#include "support/rule_breaker/late_packets.hpp"
#include "support/rule_breaker/session.hpp"
#include "support/rule_breaker/wills.hpp"

namespace mqtt_toolbox::rule_breaker {

class Broker;

/// One network connection: its packets, and what MQTT keeps no longer than it.
class Client final : public ConnectionEvents, public Recipient {
 public:
  Client(Broker& broker, FileDescriptor socket);
  ~Client() override;

  /// Another connection takes the session.
  void take_over();

  std::size_t on_bytes(std::string_view bytes) override;
  void on_lost(bool is_reset) override;
  void on_over() override;

  bool publish(const Delivery& delivery, bool dup) override;
  void release(protocol::PacketIdentifier identifier) override;
  std::uint16_t receive_maximum() const override { return receive_maximum_; }

 private:
  enum class State : std::uint8_t {
    new_,
    connected,
    orphaned,  ///< another has its session, see Breach::take_over_leaves_the_old
    over,
  };
  using PacketIdentifier = protocol::PacketIdentifier;

  std::uint32_t largest_packet() const;
  std::size_t take_one(std::string_view bytes);
  void take(const protocol::Packet& packet);

  void on(const protocol::Connect& connect);
  void on(const protocol::Publish& publish);
  void on(const protocol::PubAck& puback);
  void on(const protocol::PubRec& pubrec);
  void on(const protocol::PubRel& pubrel);
  void on(const protocol::PubComp& pubcomp);
  void on(const protocol::Subscribe& subscribe);
  void on(const protocol::Unsubscribe& unsubscribe);
  void on(const protocol::PingReq& pingreq);
  void on(const protocol::Disconnect& disconnect);
  /// What a client must not send.
  template <typename Other>
  void on(const Other&);

  // CONNECT
  void learn(const protocol::Connect& connect);
  std::optional<protocol::ReasonCode> refusal(const protocol::Connect& connect) const;
  std::optional<protocol::ReasonCode> will_refusal(const protocol::Connect& connect) const;
  void refuse(protocol::ReasonCode reason);
  void accept(const protocol::Connect& connect);
  void answer(const protocol::Connect& connect, bool session_present);
  protocol::PropertyList connack_properties(const protocol::Connect& connect) const;
  void send_all_retained();
  void watch_keep_alive(const protocol::Connect& connect);
  void watch_silence();
  void on_silence();

  // PUBLISH
  /// The topic itself for a topic alias; nothing when the client was thrown out.
  std::optional<std::string> topic_of(const protocol::Publish& publish);
  bool is_acceptable(const protocol::Publish& publish);
  void take_message(const protocol::Publish& publish, std::string topic);
  void acknowledge(const protocol::Publish& publish, protocol::ReasonCode reason);
  std::uint16_t topic_alias_for(const std::string& topic) const;
  std::string encoded_publish(const Delivery& delivery, bool dup, std::uint16_t alias) const;

  // SUBSCRIBE
  protocol::ReasonCode subscribe(const protocol::Subscription& entry, std::uint32_t identifier,
                                 std::vector<Delivery>& retained);
  protocol::ReasonCode unsubscribe(std::string_view filter);
  void add_retained(const protocol::Subscription& entry, const Subscription& subscription,
                    bool is_new, std::vector<Delivery>& retained);

  void send(const protocol::Packet& packet);
  /// An answer to PUBLISH, PUBREL, SUBSCRIBE or UNSUBSCRIBE.
  void send_answer(const protocol::Packet& packet);
  /// DISCONNECT, where the version has it.
  void say_goodbye(protocol::ReasonCode reason, std::string_view text);
  /// The client broke a rule.
  void throw_out(protocol::ReasonCode reason, std::string_view text);
  void throw_out(protocol::Fault fault);
  void end(Ending ending);

  const Rules& rules() const;
  bool is_v5() const { return version_ == protocol::Version::v5; }

  Broker& broker_;
  Connection connection_;
  LatePackets late_;
  transport::Loop::Timer silence_;
  State state_ = State::new_;
  Session* session_ = nullptr;  ///< while connected
  protocol::Version version_ = protocol::Version::v311;
  std::uint32_t connect_expiry_ = 0;  ///< Session Expiry Interval of CONNECT
  Duration longest_silence_{};        ///< 0: any
  std::uint16_t receive_maximum_ = 65'535;
  std::uint32_t maximum_packet_size_ = protocol::maximum_packet_bytes;
  std::uint16_t topic_alias_maximum_ = 0;
  bool wants_problem_information_ = true;
  std::map<std::uint16_t, std::string> topics_by_alias_;
  std::uint16_t last_alias_ = 0;
  std::map<std::string, std::uint16_t> aliases_by_topic_;  ///< towards the client
  /// QoS 2 that came on this connection, and how often.
  std::map<PacketIdentifier, int> unreleased_;
};

}  // namespace mqtt_toolbox::rule_breaker
