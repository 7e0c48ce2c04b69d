#include "player.hpp"

#include <algorithm>
#include <regex>

#include "record/message_json.hpp"

namespace mqtt_toolbox::differential {

using client::Engine;
using protocol::Qos;
using Kind = Operation::Kind;

namespace {

constexpr Duration patience = std::chrono::seconds(20);
constexpr std::string_view third_name = "third";
/// The broker takes off what a message waited, in seconds.
const std::regex counting_down(R"(("message_expiry_interval_s":)(100000|999[0-9][0-9]))");

/// One client and all that it was told.
class Party final : client::Handler {
 public:
  Party(transport::Loop& loop, Random& random, std::string prefix)
      : loop_(loop), random_(random), prefix_(std::move(prefix)) {}

  Status connect(client::ConnectPlan plan) {
    plan_ = std::move(plan);
    closed_ = false;
    return client::make_client({loop_, random_}, plan_, *this)
        .map([&](std::unique_ptr<client::Client>&& made) {
          client_ = std::move(made);
          client_->connect();
        });
  }

  bool is_online() const { return client_ && !closed_ && client_->online(); }
  bool is_closed() const { return closed_; }
  client::Client& client() { return *client_; }
  /// Requests without outcome.
  std::size_t open() const { return open_; }
  std::vector<std::string>& seen() { return seen_; }
  bool has_mark(std::uint64_t mark) const { return mark_ >= mark; }

  Status publish(const Message& message) {
    const std::string topic = prefix_ + message.topic;
    protocol::Publish publish;
    publish.topic = topic;
    publish.payload = message.payload;
    publish.qos = message.qos;
    publish.retain = message.retain;
    publish.properties = message.properties.view();
    return count(client_->publish(publish, of_the_script, client::Payload::copied),
                 message.qos != Qos::at_most_once);
  }
  Status publish_mark(const std::string& topic, std::uint64_t mark) {
    const std::string payload = std::to_string(mark);
    protocol::Publish publish;
    publish.topic = topic;
    publish.payload = payload;
    publish.qos = Qos::exactly_once;
    return count(client_->publish(publish, of_a_mark, client::Payload::copied), true);
  }
  Status subscribe(const std::vector<Filter>& filters) {
    std::vector<std::string> texts;
    for (const Filter& filter : filters) texts.push_back(prefix_ + filter.filter);
    std::vector<protocol::Subscription> subscriptions;
    for (std::size_t i = 0; i < filters.size(); ++i)
      subscriptions.push_back({texts[i], filters[i].qos, filters[i].no_local,
                               filters[i].retain_as_published, filters[i].retain_handling});
    return count(client_->subscribe(subscriptions, {}, 0), true);
  }
  Status subscribe_as_it_is(const std::string& filter) {
    const protocol::Subscription subscription{filter, Qos::exactly_once, false, true, {}};
    return count(client_->subscribe({&subscription, 1}, {}, 0), true);
  }
  Status unsubscribe(const std::vector<Filter>& filters) {
    std::vector<std::string> texts;
    for (const Filter& filter : filters) texts.push_back(prefix_ + filter.filter);
    const std::vector<protocol::Bytes> views(texts.begin(), texts.end());
    return count(client_->unsubscribe(views, {}, 0), true);
  }

 private:
  enum : client::Token { of_the_script, of_a_mark };

  Status count(const Result<client::Submission>& submission, bool is_answered) {
    if (!submission) return tl::unexpected<Error>(submission.error());
    if (submission->admission == client::Admission::would_block)
      return fail(ExitCode::lost, "a small request was not taken at once");
    if (is_answered) ++open_;
    return {};
  }

  void on_connected(const client::Connected& connected) override {
    seen_.push_back(std::string("connected, session present ") +
                    (connected.connack.session_present ? "1" : "0"));
  }
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override {
    closed_ = true;
    open_ = 0;
    seen_.push_back(error ? "lost" : "closed");
  }
  bool on_message(const protocol::Publish& message) override {
    if (message.topic.starts_with("mark/")) {
      mark_ = std::max<std::uint64_t>(mark_, std::stoull(std::string(message.payload)));
      return true;
    }
    protocol::Publish comparable = message;
    comparable.dup = false;
    comparable.packet_identifier = 0;
    if (comparable.topic.starts_with(prefix_)) comparable.topic.remove_prefix(prefix_.size());
    std::string line;
    writer_.append(line, comparable, {});
    line.pop_back();
    seen_.push_back(std::regex_replace(line, counting_down, "$1 99..."));
    return true;
  }
  void on_published(const client::PublishOutcome& outcome) override {
    --open_;
    if (outcome.token == of_the_script)
      seen_.push_back("published, " + std::to_string(static_cast<int>(outcome.reason)));
  }
  void on_subscribed(client::Token, const protocol::SubAck& suback) override {
    --open_;
    std::string codes;
    for (std::size_t i = 0; i < suback.codes.size(); ++i)
      codes += " " + std::to_string(static_cast<int>(suback.code(i)));
    seen_.push_back("subscribed," + codes);
  }
  void on_unsubscribed(client::Token, const protocol::UnsubAck& unsuback) override {
    --open_;
    std::string codes;
    for (const char code : unsuback.codes) codes += " " + std::to_string(static_cast<int>(code));
    seen_.push_back("unsubscribed," + codes);
  }

  transport::Loop& loop_;
  Random& random_;
  std::string prefix_;
  client::ConnectPlan plan_;
  record::MessageWriter writer_;
  std::vector<std::string> seen_;
  std::size_t open_ = 0;
  std::uint64_t mark_ = 0;
  bool closed_ = false;
  std::unique_ptr<client::Client> client_;
};

class Play {
 public:
  Play(const Stage& stage, Engine engine, const std::string& name)
      : stage_(stage),
        engine_(engine),
        name_(name),
        prefix_("diff/" + name_ + "/"),
        random_(1),
        third_(loop_, random_, prefix_),
        player_(loop_, random_, prefix_) {}

  Status begin() {
    client::ConnectPlan plan = plan_of(stage_.port, name_ + std::string(third_name));
    return third_.connect(std::move(plan))
        .and_then([&] { return wait([&] { return third_.is_online(); }, "the third connects"); })
        .and_then([&] { return third_.subscribe_as_it_is(prefix_ + "#"); })
        .and_then([&] { return third_.subscribe_as_it_is("mark/third/" + name_); })
        .and_then([&] { return settled(); })
        .map([&] { third_.seen().clear(); });
  }

  Result<Sight> step(const Operation& operation) {
    if (auto done = perform(operation); !done) return tl::unexpected<Error>(done.error());
    if (auto done = settled().and_then([&] { return meet(); }); !done)
      return tl::unexpected<Error>(done.error());
    Sight sight{std::exchange(third_.seen(), {}), std::exchange(player_.seen(), {})};
    sort_by_qos(sight.third);
    std::sort(sight.player.begin(), sight.player.end());
    return sight;
  }

 private:
  client::ConnectPlan plan_of(std::uint16_t port, std::string identifier) const {
    client::ConnectPlan plan;
    plan.transport.host = "127.0.0.1";
    plan.transport.port = port;
    plan.version = stage_.version;
    plan.client_identifier = std::move(identifier);
    plan.reconnect.attempts = 0;
    return plan;
  }

  Status connect(const Operation& operation) {
    client::ConnectPlan plan = plan_of(stage_.relay_port, name_);
    plan.engine = engine_;
    plan.session.clean_start = operation.clean_start;
    plan.session.will = operation.will;
    if (plan.session.will) plan.session.will->topic.insert(0, prefix_);
    if (stage_.version == protocol::Version::v5)
      (void)plan.session.connect_properties.add(protocol::PropertyId::session_expiry_interval,
                                                1000u);
    return player_.connect(std::move(plan))
        .and_then([&] {
          return wait([&] { return player_.is_online() || player_.is_closed(); }, "connects");
        })
        .and_then([&] { return player_.subscribe_as_it_is("mark/player/" + name_); });
  }

  Status publish(Party& party, const std::vector<Message>& messages) {
    for (const Message& message : messages)
      if (auto sent = party.publish(message); !sent) return sent;
    return {};
  }

  Status end(bool is_clean) {
    if (is_clean)
      player_.client().close({}, patience);
    else
      stage_.cut();
    return wait([&] { return player_.is_closed(); }, "ends");
  }

  Status perform(const Operation& operation) {
    switch (operation.kind) {
      case Kind::connect: return connect(operation);
      case Kind::publish: return publish(player_, operation.messages);
      case Kind::other_publish: return publish(third_, operation.messages);
      case Kind::subscribe: return player_.subscribe(operation.filters);
      case Kind::unsubscribe: return player_.unsubscribe(operation.filters);
      case Kind::disconnect: return end(true);
      case Kind::cut: return end(false);
    }
    return {};
  }

  Status settled() {
    return wait([&] { return is_settled(); }, "is acknowledged");
  }

  /// Each sees a mark that was sent after everything else.
  Status meet() {
    const bool both = player_.is_online();
    const std::uint64_t to_player = mark_ + 1;
    mark_ += 2;
    Status sent = third_.publish_mark("mark/third/" + name_, both ? to_player : mark_);
    if (sent && both)
      sent = third_.publish_mark("mark/player/" + name_, to_player).and_then([&] {
        return player_.publish_mark("mark/third/" + name_, mark_);
      });
    return sent.and_then([&] {
      return wait(
          [&] {
            return third_.has_mark(mark_) && is_settled() &&
                   (!player_.is_online() || player_.has_mark(to_player));
          },
          "is received");
    });
  }
  bool is_settled() const { return third_.open() == 0 && player_.open() == 0; }

  Status wait(const std::function<bool()>& done, std::string_view what) {
    const Time deadline = loop_.now() + patience;
    while (!done()) {
      if (loop_.now() >= deadline)
        return fail(ExitCode::timed_out, "nothing happened in 20 s until it " + std::string(what));
      loop_.run_until(std::min(deadline, loop_.now() + std::chrono::milliseconds(5)));
    }
    return {};
  }

  /// Only messages of one QoS have an order among them: QoS 2 takes two steps.
  static void sort_by_qos(std::vector<std::string>& lines) {
    const auto qos = [](const std::string& line) {
      const std::size_t at = line.find("\"qos\":");
      return at == std::string::npos ? '0' : line[at + 6];
    };
    std::stable_sort(
        lines.begin(), lines.end(),
        [&](const std::string& one, const std::string& other) { return qos(one) < qos(other); });
  }

  const Stage& stage_;
  Engine engine_;
  std::string name_;
  std::string prefix_;
  transport::Loop loop_;
  Random random_;
  Party third_;
  Party player_;
  std::uint64_t mark_ = 0;
};

}  // namespace

Result<std::vector<Sight>> play(const std::vector<Operation>& script, const Stage& stage,
                                Engine engine, const std::string& name) {
  Play play(stage, engine, name);
  if (auto begun = play.begin(); !begun) return tl::unexpected<Error>(begun.error());
  std::vector<Sight> sights;
  for (std::size_t i = 0; i < script.size(); ++i) {
    auto sight = play.step(script[i]);
    if (!sight)
      return fail(sight.error().code, "operation " + std::to_string(i) + ", " +
                                          std::string(differential::name(script[i].kind)) + ": " +
                                          sight.error().text);
    sights.push_back(*std::move(sight));
  }
  return sights;
}

}  // namespace mqtt_toolbox::differential
