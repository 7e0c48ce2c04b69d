#include <algorithm>

#include "check/stream.hpp"
#include "check/timeout.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

/// Of a stream that is cut at each message, how many packets are sent, at most: a broker may lose a
/// message only where the end of the connection meets it in the middle of something, which takes
/// many cuts to see: of one broker that does, one message in ten to twenty.
constexpr std::size_t usual_packets = 96;
/// Where each cut has a window of its own, how many, at most.
constexpr std::size_t windows = 24;
/// However long the way to the broker is, so many are sent.
constexpr std::size_t fewest = 8;
/// After this time there are no more cuts and no more messages.
constexpr Duration time_for_cuts = std::chrono::seconds(3);

/// Publishes a stream over a client that comes back after each cut.
class ReturningPublisher {
 public:
  ReturningPublisher(CaseContext& context, ScriptedClient& client, FaultInjector& injector)
      : context_(context),
        client_(client),
        injector_(injector),
        returns_left_(injector.cuts_left()) {}

  /// Sends the stream, at most `count` messages; true when all were acknowledged in the end.
  bool send(const std::string& topic, Qos qos, std::size_t count) {
    while (sent_ < count && !is_enough()) {
      if (client_.send(numbered(topic, qos, sent_ + 1))) {
        ++sent_;
      } else if (client_.online() || !come_back()) {
        return false;
      }
    }
    // A broker may acknowledge what was cut once more, and so too early.
    while (!client_.settle(arrival_timeout) || !client_.online())
      if (client_.online() || !come_back()) return false;
    return true;
  }

  std::size_t sent() const { return sent_; }

 private:
  bool come_back() {
    // The cuts are ours; when the broker ends the connection, it does not want to go on.
    if (const auto& end = client_.end(); end && end->kind != ConnectionEnd::Kind::here)
      return false;
    if (returns_left_-- == 0 || context_.is_aborted()) return false;
    if (is_late()) injector_.disarm();
    // At QoS 1 nothing depends on whether the broker still knows a client that only publishes.
    const bool needs_session =
        context_.variant().resume && context_.variant().qos == Qos::exactly_once;
    return needs_session ? resume(context_, client_) : client_.connect();
  }

  bool is_late() const { return SystemClock().now() > last_cut_; }
  /// As many as the user wants are sent in any case.
  bool is_enough() const {
    return is_late() && sent_ >= fewest && !context_.run().amounts.messages;
  }

  CaseContext& context_;
  ScriptedClient& client_;
  FaultInjector& injector_;
  Time last_cut_ = SystemClock().now() + time_for_cuts;
  std::size_t sent_ = 0;
  unsigned returns_left_;
};

std::string times_text(unsigned times) {
  if (times == 0) return "not cut";
  return times == 1 ? "cut once" : "cut " + std::to_string(times) + " times";
}

Finding judge(const CaseContext& context, const SequenceTally& tally, unsigned cuts) {
  const Variant& variant = context.variant();
  const std::string text = times_text(cuts) + ", " + tally.text();
  if (!tally.lost().empty()) return broken(text);
  if (tally.repeated().empty()) return pass(text + " once");
  if (variant.qos == Qos::exactly_once && variant.resume) return broken(text);
  return pass(text + ", as may be " + (variant.resume ? "at QoS 1" : "without the session"));
}

/// Comes on at the end, so that the observer sees it.
Finding play_to_the_end(CaseContext& context, ScriptedClient& publisher, FaultInjector& injector,
                        std::size_t count) {
  const Variant& variant = context.variant();
  const std::string topic = context.topic("stream");
  EngineClient& observer = context.engine_client();
  if (!observer.subscribe(topic, variant.qos)) return {};
  ReturningPublisher returning(context, publisher, injector);
  if (!returning.send(topic, variant.qos, count))
    return broken(times_text(injector.cuts()) + ", the flow was not finished");
  if (injector.cuts() == 0) return inconclusive("the packet to cut at never came");
  injector.disarm();
  publisher.publish(last_of(topic, variant.qos));
  observer.wait_for(last_payload, arrival_timeout);
  context.stay(quiet_time);
  end_session(context, publisher);
  return judge(context, settled_tally(context, observer, returning.sent()), injector.cuts());
}

}  // namespace

Finding play_publisher_cut(CaseContext& context, const FaultPoint& point) {
  const Variant& variant = context.variant();
  const std::size_t count = length_of_stream(context, usual_packets / (variant.times + 1));
  client::ConnectPlan plan = variant.resume ? context.kept_plan() : context.plan();
  // Nothing else is in flight at the cut, so that what follows is about that message.
  plan.session.inflight_messages = 1;
  ScriptedClient& publisher = context.connected(std::move(plan));
  if (!has_qos(context, publisher)) return {};
  FaultInjector injector(context, publisher);
  // Behind the last cut at a message its packet comes once more.
  injector.arm_rows(point, variant.times, 1, static_cast<unsigned>(variant.times * count));
  return against_uncut(context, play_to_the_end(context, publisher, injector, count), count, 1);
}

Finding play_full_window(CaseContext& context) {
  constexpr std::uint16_t window = 40;
  client::ConnectPlan plan = context.kept_plan();
  plan.session.inflight_messages = window;
  ScriptedClient& publisher = context.connected(std::move(plan));
  if (!has_qos(context, publisher)) return {};
  FaultInjector injector(context, publisher);
  injector.arm_rows({Direction::received, PacketType::pubrec, Fate::cut_before}, 1, window,
                    windows);
  return against_uncut(context, play_to_the_end(context, publisher, injector, windows * window),
                       window, window);
}

}  // namespace mqtt_toolbox::qos
