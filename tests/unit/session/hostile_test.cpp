#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "support/simulated_network.hpp"
#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketIdentifier;
using protocol::Qos;
using simulated::chance;
using simulated::pick;

namespace {

/// A server that answers at random, breaks off at random, and an application that meddles inside
/// every event. Nothing may crash, and every accepted request has at most one outcome.
class Chaos final : private Handler {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed) {
    settings_.resume = true;
    settings_.keep_alive = 5;
    settings_.inflight_bytes = 2048;
    settings_.output_bytes = 500;
    settings_.acknowledge_at_once = chance(random_, 50);
    settings_.use_topic_aliases = chance(random_, 50);
    settings_.observe_packets = chance(random_, 50);
    static_cast<void>(
        settings_.connect_properties.add(protocol::PropertyId::topic_alias_maximum, 3u));
    static_cast<void>(
        settings_.connect_properties.add(protocol::PropertyId::authentication_method, "m"));
  }

  void run() {
    for (int i = 0; i < 300; ++i) step();
    session_.reset();
    CHECK(session_.inflight() == 0);
  }

 private:
  void step() {
    now_ += milliseconds(pick(random_, 0, 800));
    session_.advance(now_);
    if (session_.phase() == Phase::offline || session_.phase() == Phase::closing) return connect();
    switch (pick(random_, 0, 9)) {
      case 0: return session_.transport_closed();
      case 1: return write();
      case 2:
      case 3: return act();
      default: break;
    }
    std::string bytes;
    for (auto left = pick(random_, 1, 5); left != 0; --left) bytes += packet();
    if (!bytes.empty() && chance(random_, 5))
      bytes[pick(random_, 0, bytes.size() - 1)] = static_cast<char>(random_());
    const auto cut = pick(random_, 0, bytes.size());
    // Blocks of their own, so that a sanitizer sees every read beyond them.
    session_.receive(bytes.substr(0, cut), now_);
    session_.receive(bytes.substr(cut), now_);
    CHECK(session_.inflight() == open_.size());
  }

  void connect() {
    CHECK(session_.transport_opened(protocol::Version::v5, {"me", {}, {}}, now_));
    protocol::ConnAck connack;
    connack.session_present = chance(random_, 50);
    const With limits = With(protocol::PacketType::connack)(
        protocol::PropertyId::receive_maximum, static_cast<std::uint32_t>(pick(random_, 1, 5)))(
        protocol::PropertyId::topic_alias_maximum, 2)(
        protocol::PropertyId::maximum_qos, static_cast<std::uint32_t>(pick(random_, 0, 1)));
    if (chance(random_, 50)) connack.properties = limits;
    if (chance(random_, 90)) session_.receive(encoded(connack), now_);
  }

  std::string packet() {
    // Often an identifier in use.
    const auto used = session_.inflight() != 0 ? newest_ - pick(random_, 0, 8) : 0;
    const auto id = static_cast<PacketIdentifier>(
        std::max<std::size_t>(1, chance(random_, 80) ? used % 65'536 : pick(random_, 1, 5)));
    const auto reason =
        chance(random_, 90) ? protocol::ReasonCode::success : protocol::ReasonCode::quota_exceeded;
    switch (pick(random_, 0, 24)) {
      case 0: return encoded(protocol::SubAck{id, {}, std::string_view("\0", 1)});
      case 1: return encoded(protocol::UnsubAck{id, {}, std::string_view("\0", 1)});
      case 2: return encoded(protocol::PingResp{});
      case 3: return chance(random_, 20) ? encoded(protocol::ConnAck{}) : "";
      case 4: return chance(random_, 20) ? encoded(protocol::Disconnect{}) : "";
      case 5: return encoded(protocol::Auth{});
      case 6:
      case 7: return encoded(protocol::PubRel{id, {}, {}});
      case 8:
      case 9:
      case 10:
      case 11: return encoded(protocol::PubAck{id, reason, {}});
      case 12:
      case 13: return encoded(protocol::PubRec{id, reason, {}});
      case 14:
      case 15: return encoded(protocol::PubComp{id, {}, {}});
      default: return publish();
    }
  }

  std::string publish() {
    const auto qos = static_cast<int>(pick(random_, 0, 2));
    auto publish = message(
        "t", "p", qos,
        qos == 0 ? PacketIdentifier{0} : static_cast<PacketIdentifier>(pick(random_, 1, 5)));
    const With alias = With(protocol::PacketType::publish)(
        protocol::PropertyId::topic_alias, static_cast<std::uint32_t>(pick(random_, 1, 4)));
    if (chance(random_, 20)) publish.properties = alias;
    if (chance(random_, 10)) publish.topic = publish.properties.empty() ? "u" : "";
    return encoded(publish);
  }

  /// Touches every byte, so that a sanitizer sees a payload that is gone.
  void write() {
    std::array<Bytes, 3> pieces;
    const auto count = session_output_.gather(pieces);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += pieces[i];
    session_output_.consume(pick(random_, 0, bytes.size()));
  }

  void act() {
    switch (pick(random_, 0, 9)) {
      case 0: return session_.acknowledge(pick(random_, 0, 3), now_);
      case 1: return static_cast<void>(session_.disconnect({}, now_));
      case 2: return request();
      case 3: return session_.reading_paused(chance(random_, 50), now_);
      case 4: return chance(random_, 10) ? session_.transport_closed() : write();
      default: return send();
    }
  }

  void send() {
    const auto token = ++tokens_;
    auto payload = std::make_unique<std::string>(pick(random_, 0, 3000), 'x');
    const std::string topic = "topic/" + std::string(pick(random_, 0, 3), 'x');
    const auto given = message(topic, *payload, static_cast<int>(pick(random_, 0, 2)));
    const auto borrowed = given.qos != Qos::at_most_once && chance(random_, 50);
    const auto submission =
        session_.publish(given, token, borrowed ? Payload::borrowed : Payload::copied, now_);
    accepted(submission, token, std::move(payload));
  }

  void request() {
    const auto token = ++tokens_;
    std::string entries;
    protocol::append_subscription(entries, {.filter = "f"});
    accepted(session_.subscribe({0, {}, entries}, token, now_), token, nullptr);
  }

  void accepted(const Result<Submission>& submission, Token token,
                std::unique_ptr<std::string> payload) {
    if (!submission || submission->packet_identifier == 0) return;
    newest_ = submission->packet_identifier;
    open_.emplace(token, std::move(payload));
  }

  void ended(Token token) {
    CHECK(open_.erase(token) == 1);
    meddle();
  }

  void meddle() {
    if (depth_ > 3 || !chance(random_, 20)) return;
    ++depth_;
    act();
    --depth_;
  }

  void on_connected(const Connected&) override { meddle(); }
  void on_refused(const protocol::ConnAck&) override {}
  bool on_message(const protocol::Publish&) override {
    meddle();
    return !chance(random_, 2);
  }
  void on_published(const PublishOutcome& outcome) override { ended(outcome.token); }
  void on_subscribed(Token token, const protocol::SubAck&) override { ended(token); }
  void on_unsubscribed(Token token, const protocol::UnsubAck&) override { ended(token); }
  void on_disconnect(const protocol::Disconnect&) override { meddle(); }
  void on_auth(const protocol::Auth&) override { meddle(); }
  void on_ready() override { meddle(); }
  void on_packet(Direction, const protocol::Frame&, protocol::Version) override { meddle(); }

  Random random_;
  Settings settings_;
  Output session_output_;
  Session session_{settings_, *this, session_output_};
  Time now_ = seconds(1);
  Token tokens_ = 0;
  std::size_t newest_ = 1;
  int depth_ = 0;
  /// Without outcome, with the payload that must live so long.
  std::map<Token, std::unique_ptr<std::string>> open_;
};

}  // namespace

TEST_CASE("a server that lies and an application that meddles break nothing") {
  const char* one = std::getenv("MQTT_TEST_SEED");
  const std::uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : 1;
  const std::uint64_t last = one != nullptr ? first : 2000;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    INFO("MQTT_TEST_SEED=", seed);
    Chaos(seed).run();
  }
}
