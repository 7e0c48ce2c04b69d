#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "client/answer_timeout.hpp"
#include "client/client.hpp"
#include "console/interrupts.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "retain/backup.hpp"
#include "retain/chooser.hpp"
#include "retain/comparison.hpp"
#include "retain/listing.hpp"
#include "retain/plan.hpp"
#include "retained/by_name.hpp"
#include "retained/survey.hpp"
#include "retained/topics.hpp"

namespace mqtt_toolbox::retain {

/// Finds retained messages, shows them, saves them, clears them, and looks again whether they are
/// gone.
class Clearance final : private client::Handler {
 public:
  Clearance(console::World& world, const Plan& plan, const client::ConnectPlan& connect_plan);

  console::Ended run();

 private:
  enum class Step : std::uint8_t {
    surveying,
    asking,
    saving,  ///< a part of what was found, in turns with clearing it
    clearing,
    proving,
    testing,  ///< whether the broker tells of retained messages at all
  };

  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token token, const protocol::UnsubAck& unsuback) override;
  void on_pingresp(std::uint64_t number) override { reader_.on_pinged(number); }
  void on_ready() override { clear(); }
  void on_batch_end() override { clear(); }
  void on_packet(session::Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  // Reading.
  void survey(Step step, retained::Survey::Request request);
  bool wants(const protocol::Publish& message) const;
  void found(const protocol::Publish& message);
  void live(const protocol::Publish& message);
  void granted(std::size_t first, const protocol::SubAck& suback);
  void survey_ended(const retained::Surveyed& surveyed);
  void save(const protocol::Publish& message);
  void forget_young();
  void tell_doubt(const std::optional<std::string>& doubt);

  // After the survey.
  void surveyed();
  void after_survey();
  void show();
  void compare();
  void ask();
  void answered();
  void nothing_found();
  void end_with_nothing(ExitCode code);
  void begin_self_test();
  void read_self_test(const std::string& filter);
  void end_self_test();

  // Clearing.
  void start_clearing();
  void start_round();
  void save_next();
  void saved(const retained::ByName::Outcome& outcome);
  void note_unsaved(const retained::ByName::Outcome& outcome);
  void clear();
  bool clear_one(std::string_view topic);
  void await_room();
  void no_progress();
  bool may_clear_now();
  void cleared();
  void prove();
  bool was_attempted(std::string_view topic) const;
  std::uint64_t count_new();
  void proven();
  bool goes_on(std::uint64_t found_anew);
  void report();
  void report_saved();
  void tell_lowered();
  std::uint64_t vanished() const { return found_ - cleared_ - remaining_; }
  std::string_view cause_of(const std::string& topic) const;

  void finish(ExitCode code);
  void fail_with(const Error& error);
  void check(const Status& status);
  std::uint64_t asked() const;
  std::string totals() const;

  console::World& world_;
  const Plan& plan_;
  const client::ConnectPlan& connect_plan_;
  console::Output output_;
  Listing listing_;
  std::optional<Chooser> chooser_;
  std::optional<Backup> backup_;
  retained::Reader reader_;
  retained::Survey survey_;
  retained::ByName by_name_;
  retained::Room packet_;
  retained::Room window_;
  protocol::Qos maximum_qos_ = protocol::Qos::exactly_once;
  Step step_ = Step::surveying;
  transport::Loop::Timer pace_;
  client::AnswerTimeout progress_;  ///< while something is to be acknowledged or taken
  console::Interrupts interrupts_;
  std::unique_ptr<transport::Loop::Watch> stdin_;
  std::unique_ptr<client::Client> client_;

  Topics topics_;                                     ///< found, and not yet cleared
  std::unordered_set<std::string> young_;             ///< published while listened to
  Topics ready_;                                      ///< saved, to be cleared
  retained::TopicSet unsaved_;                        ///< did not come when they were to be saved
  std::unordered_set<std::uint64_t> saved_versions_;  ///< hashes of topics and payloads
  std::uint64_t lowered_ = 0;                         ///< saved, perhaps at a lower QoS
  unsigned small_rounds_ = 0;                         ///< that were only for a few new topics
  std::unordered_map<client::Token, std::string> in_flight_;
  std::map<std::string, std::string, std::less<>> refused_;
  std::string held_;  ///< a topic that the client had no room for
  client::Token next_token_ = 0;
  std::string self_test_topic_;
  bool self_test_seen_ = false;
  bool self_test_live_ = false;
  bool self_test_has_wildcard_ = false;  ///< the filter that is being read
  std::uint64_t found_ = 0;
  std::uint64_t saved_ = 0;
  std::uint64_t unwritten_ = 0;  ///< to be saved with the next part of the backup
  /// Hashes of the topics that a clear was sent for, ascending after a proof: 8 bytes each.
  std::vector<std::uint64_t> attempted_;
  std::uint64_t remaining_ = 0;
  std::uint64_t cleared_ = 0;  ///< asked to be cleared, and seen to be gone
  Time started_{};
  Time clearing_since_{};
  std::uint64_t submitted_ = 0;
  ExitCode exit_ = ExitCode::done;
  bool clears_ = false;
  bool is_proven_ = false;  ///< what is gone and what remains is known
  bool is_doubted_ = false;
  bool is_blocked_ = false;  ///< the client has no room for the next clear
  /// The last round: at QoS 1, so that the broker says why it refuses.
  bool is_last_round_ = false;
  bool finishing_ = false;
};

}  // namespace mqtt_toolbox::retain
