#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "client/answer_timeout.hpp"
#include "client/client.hpp"

namespace mqtt_toolbox::retained {

struct Patience {
  /// Silence after which a broker that has answered has told all that it retains; three measured
  /// round trips if that is longer.
  Duration quiet_time = std::chrono::milliseconds(300);
  /// How long an answer may take, and how long a broker may go on after it.
  Duration acknowledgement_timeout = std::chrono::seconds(20);
};

/// A filter, or a topic by its name, and the most that its messages may come at.
struct Wanted {
  std::string filter;
  protocol::Qos qos = protocol::Qos::at_most_once;
};

/// What one SUBSCRIBE may ask for. A filter that does not fit goes alone.
struct Room {
  std::size_t filters = SIZE_MAX;
  std::size_t bytes = SIZE_MAX;  ///< of the filters
};

/// What a read rests on.
enum class End : std::uint8_t {
  answered,     ///< a request behind SUBSCRIBE was answered, and then it was quiet
  quiet_alone,  ///< nothing behind SUBSCRIBE was answered
  cut_short,    ///< it was never quiet
};

/// Reads once what a broker retains for some filters: SUBSCRIBE, then UNSUBSCRIBE and PINGREQ, then
/// silence, since brokers answer these before the retained messages, after them or never. Only
/// messages with RETAIN set count: what is published meanwhile has it clear (MQTT 5.0 section
/// 3.3.1.3). Afterwards the subscription is undone.
class MQTT_TOOLBOX_API Reader {
 public:
  struct Listener {
    /// False when it is no news: a topic that is published to all the time must not keep the
    /// broker from counting as silent.
    std::function<bool(const protocol::Publish&)> retained;
    /// It came without RETAIN.
    std::function<void(const protocol::Publish&)> unmarked;
    /// The reason codes of the filters from `first` on.
    std::function<void(std::size_t first, const protocol::SubAck&)> subscribed;
    std::function<void(End)> ended;
    /// ExitCode::lost: SUBSCRIBE was not answered, or not taken.
    std::function<void(const Error&)> failed;
  };
  /// `patience` must outlive the reader, and not change.
  Reader(transport::Loop& loop, const Patience& patience);

  struct Request {
    std::vector<Wanted> filters;
    Room room;
    protocol::Properties properties;      ///< of SUBSCRIBE; must live as long as the read
    std::uint64_t expected = UINT64_MAX;  ///< after so many there is no need to wait
    Duration stay{};                      ///< how long to listen to live messages afterwards
    /// 5.0: what is published meanwhile keeps its RETAIN flag, and counts.
    bool retain_as_published = false;
  };
  /// One read at a time. `listener` may start the next when this one has ended.
  void start(client::Client& client, Request request, Listener listener);
  /// Nothing more is told.
  void stop();

  /// Of the client's handler; answers to the requests of others are left alone.
  void on_message(const protocol::Publish& message);
  void on_subscribed(client::Token token, const protocol::SubAck& suback);
  void on_unsubscribed(client::Token token);
  void on_pinged(std::uint64_t number);

 private:
  enum class Stage : std::uint8_t { idle, subscribing, asking, quiet, staying, undoing };

  std::size_t batch_end(std::size_t first) const;
  void subscribe(std::size_t first, std::size_t end);
  bool take(const Result<client::Submission>& submission);
  void start_asking(Stage stage);
  bool unsubscribe(const std::vector<protocol::Bytes>& filters);
  void answered();
  void unanswered();
  Duration quiet_time() const;
  void wait_for_quiet();
  void quiet();
  void undo();
  void end();
  void note_round_trip();
  void fail(const Error& error);

  transport::Loop& loop_;
  const Patience& patience_;
  Listener listener_;
  transport::Loop::Timer quiet_;
  client::AnswerTimeout silence_;
  client::Client* client_ = nullptr;
  Request request_;
  client::Token next_token_;
  std::map<client::Token, std::size_t> subscriptions_;  ///< unanswered, by their first filter
  client::Token question_ = 0;                          ///< the last UNSUBSCRIBE
  std::uint64_t ping_ = 0;                              ///< 0: none is awaited
  std::uint64_t received_ = 0;
  Time asked_at_{};
  Duration round_trip_ = Duration::max();  ///< the shortest that was seen
  Time quiet_until_ = never;               ///< at the latest
  End end_ = End::answered;
  bool is_mute_ = false;  ///< the broker left all requests but SUBSCRIBE unanswered
  Stage stage_ = Stage::idle;
};

}  // namespace mqtt_toolbox::retained
