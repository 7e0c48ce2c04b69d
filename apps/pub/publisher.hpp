#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/answer_timeout.hpp"
#include "client/client.hpp"
#include "console/interrupts.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "pub/culprit_search.hpp"
#include "pub/ledger.hpp"
#include "pub/pace.hpp"
#include "pub/plan.hpp"
#include "pub/source.hpp"
#include "pub/stored_source.hpp"
#include "pub/unconfirmed.hpp"
#include "record/results.hpp"

namespace mqtt_toolbox::pub {

/// Takes messages from the source as fast as the broker acknowledges them, and reports what became
/// of each.
class Publisher final : public client::Handler {
 public:
  /// The plans, the properties of DISCONNECT and the store must outlive the publisher. With a store
  /// (null: none) everything goes through it.
  Publisher(console::World& world, const Plan& plan, const client::ConnectPlan& connect_plan,
            protocol::Properties disconnect, store::Queue* queue);

  /// Runs to the end; the exit status is the worst result.
  console::Ended run();

 private:
  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish&) override { return true; }
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token, const protocol::SubAck&) override {}
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}
  void on_pingresp(std::uint64_t number) override;
  void on_ready() override { pump(); }
  void on_batch_end() override;
  void on_packet(session::Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  Status prepare();
  Status make_stored_source();
  Status restore_ledger();
  void acknowledgements_missing();
  client::Grace closing_grace() const;
  void input_went_on();
  void print_stored(const record::Stored& stored);
  void no_room();
  void broken(const Error& error);
  void give_up(const Error& error);
  void tell_closed(const Error& error, bool has_payloads);
  void start_again();
  void commit();
  void tell_kept();
  void forget_refused();
  void look_for_culprit(const Error& cause);
  void suspect(client::Token token, const Error& cause);
  void set_aside(client::Token token);
  void end_search_when_done();
  bool has_only_a_suspect() const;
  void give_up_search(const Error& cause);
  void finish_store();
  bool finish_output();

  void pump();
  void publish_while_due();
  bool pull();
  bool offer();
  void taken(client::Token token, protocol::PacketIdentifier identifier);
  void remember_risky(client::Token token);
  void taken_at_qos_0();
  void print_taken();
  bool expects_confirmation() const;
  void ping_when_due();
  void ping();
  void pingresp_missing();
  void report_unconfirmed(ExitCode code);
  std::string unconfirmed_text() const;
  void settled(const Entry& entry);
  void delivered();
  void rejected_here(const Error& error);
  void finish_when_done();
  void close();
  void interrupted();
  void grace_is_over();
  void complain_about(const Entry& entry);
  void print_done();
  void print(const record::Published& result);
  void print_error(const record::ErrorLine& error);
  void flush();
  void fail_with(const Error& error);
  bool everything_settled() const;
  /// A broker that could not be reached while input came is not waited for when it has ended.
  bool is_given_up_offline() const {
    return stored_->input_ended() && !started_ && offline_cause_ && !plan_.waits_for_broker;
  }
  /// While one message at a time is sent, the next one is not taken before it has its outcome.
  bool holds_back() const {
    return search_.is_one_at_a_time() && ledger_.unsettled() > (search_.suspect() ? 1u : 0u);
  }
  bool accepts_input() const {
    return stored_ != nullptr && !stored_->input_ended() && !abandons_input_;
  }
  /// The user has said how often a lost connection is to be made again.
  bool tries_as_told() const {
    return connect_plan_.ends_at_same_packet == session::BackoffSettings::unlimited;
  }
  std::string unsettled_text() const;
  std::string risky_text() const;

  console::World& world_;
  const Plan& plan_;
  const client::ConnectPlan& connect_plan_;
  protocol::Properties disconnect_;
  store::Queue* const queue_;
  console::Output output_;
  record::ResultWriter writer_;
  Ledger ledger_;
  Unconfirmed unconfirmed_;
  Pace pace_;
  std::unique_ptr<Source> source_;
  StoredSource* stored_ = nullptr;  ///< the source when there is a store
  std::string unkept_;              ///< lines of outcomes that the store has not committed yet
  CulpritSearch search_;
  std::string suspicion_;  ///< how the last connection ended with the suspect alone on its way
  std::vector<client::Token> refused_;       ///< messages in the store whose line is in `unkept_`
  std::vector<client::Token> told_refused_;  ///< and whose line is on its way out
  Item item_;
  bool held_ = false;       ///< item_ is waiting to be taken
  bool exhausted_ = false;  ///< nothing more is taken from the source
  bool started_ = false;
  bool closing_ = false;
  bool pumping_ = false;
  bool paced_ = false;           ///< the pace has begun
  bool client_gone_ = false;     ///< on_closed was called
  bool abandons_input_ = false;  ///< with a store: nothing more can be accepted
  std::optional<Error> offline_cause_;
  /// The last message sent with a character for which a broker may close the connection.
  struct Risky {
    client::Token token = 0;
    protocol::Qos qos = protocol::Qos::at_most_once;
    std::string text;
  };
  std::optional<Risky> risky_;
  std::uint64_t taken_at_qos_0_ = 0;  ///< messages, over all connections
  int losses_in_a_row_ = 0;           ///< lost connections since anything was acknowledged
  ExitCode exit_ = ExitCode::done;
  ExitCode connection_exit_ = ExitCode::done;  ///< how the last connection ended
  client::AnswerTimeout silence_;
  transport::Loop::Timer pings_;  ///< the next PINGREQ behind messages of QoS 0
  client::AnswerTimeout pingresp_;
  transport::Loop::Timer grace_;
  transport::Loop::Timer again_;  ///< with a store: the next client, when one has ended
  console::Interrupts interrupts_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace mqtt_toolbox::pub
