#include <algorithm>

#include "check/patience.hpp"
#include "check/stream.hpp"
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

/// Publishes a stream over a wire that comes back after each cut.
class ReturningPublisher {
 public:
  ReturningPublisher(Scene& scene, Wire& wire, Cutter& cutter)
      : scene_(scene), wire_(wire), cutter_(cutter), returns_left_(cutter.cuts_left()) {}

  /// Sends the stream, at most `count` messages; true when all were acknowledged in the end.
  bool send(const std::string& topic, Qos qos, std::size_t count) {
    while (sent_ < count && !is_enough()) {
      if (wire_.send(numbered(topic, qos, sent_ + 1))) {
        ++sent_;
      } else if (wire_.online() || !come_back()) {
        return false;
      }
    }
    // A broker may acknowledge what was cut once more, and so too early.
    while (!wire_.settle(arrival_patience) || !wire_.online())
      if (wire_.online() || !come_back()) return false;
    return true;
  }

  std::size_t sent() const { return sent_; }

 private:
  bool come_back() {
    // The cuts are ours; when the broker ends the connection, it does not want to go on.
    if (const auto& end = wire_.end(); end && end->kind != WireEnd::Kind::here) return false;
    if (returns_left_-- == 0 || scene_.in_trouble()) return false;
    if (is_late()) cutter_.disarm();
    // At QoS 1 nothing depends on whether the broker still knows a client that only publishes.
    const bool needs_session = scene_.variant().resume && scene_.variant().qos == Qos::exactly_once;
    return needs_session ? resume(scene_, wire_) : wire_.connect();
  }

  bool is_late() const { return SystemClock().now() > last_cut_; }
  /// As many as the user wants are sent in any case.
  bool is_enough() const {
    return is_late() && sent_ >= fewest && !scene_.ground().amounts.messages;
  }

  Scene& scene_;
  Wire& wire_;
  Cutter& cutter_;
  Time last_cut_ = SystemClock().now() + time_for_cuts;
  std::size_t sent_ = 0;
  unsigned returns_left_;
};

std::string times_text(unsigned times) {
  if (times == 0) return "not cut";
  return times == 1 ? "cut once" : "cut " + std::to_string(times) + " times";
}

Finding judge(const Scene& scene, const Ledger& ledger, unsigned cuts) {
  const Variant& variant = scene.variant();
  const std::string text = times_text(cuts) + ", " + ledger.text();
  if (!ledger.lost().empty()) return broken(text);
  if (ledger.repeated().empty()) return pass(text + " once");
  if (variant.qos == Qos::exactly_once && variant.resume) return broken(text);
  return pass(text + ", as may be " + (variant.resume ? "at QoS 1" : "without the session"));
}

/// Comes on at the end, so that the observer sees it.
Finding play_to_the_end(Scene& scene, Wire& publisher, Cutter& cutter, std::size_t count) {
  const Variant& variant = scene.variant();
  const std::string topic = scene.topic("stream");
  Peer& observer = scene.peer();
  if (!observer.subscribe(topic, variant.qos)) return {};
  ReturningPublisher returning(scene, publisher, cutter);
  if (!returning.send(topic, variant.qos, count))
    return broken(times_text(cutter.cuts()) + ", the flow was not finished");
  if (cutter.cuts() == 0) return inconclusive("the packet to cut at never came");
  cutter.disarm();
  publisher.publish(last_of(topic, variant.qos));
  observer.wait_for(last_payload, arrival_patience);
  scene.stay(quiet_time);
  end_session(scene, publisher);
  return judge(scene, settled_ledger(scene, observer, returning.sent()), cutter.cuts());
}

}  // namespace

Finding play_publisher_cut(Scene& scene, const CutPoint& point) {
  const Variant& variant = scene.variant();
  const std::size_t count = length_of_stream(scene, usual_packets / (variant.times + 1));
  client::ConnectPlan plan = variant.resume ? scene.kept_plan() : scene.plan();
  // Nothing else is in flight at the cut, so that what follows is about that message.
  plan.session.inflight_messages = 1;
  Wire& publisher = scene.connected(std::move(plan));
  if (!has_qos(scene, publisher)) return {};
  Cutter cutter(scene, publisher);
  // Behind the last cut at a message its packet comes once more.
  cutter.arm_rows(point, variant.times, 1, static_cast<unsigned>(variant.times * count));
  return against_uncut(scene, play_to_the_end(scene, publisher, cutter, count), count, 1);
}

Finding play_full_window(Scene& scene) {
  constexpr std::uint16_t window = 40;
  client::ConnectPlan plan = scene.kept_plan();
  plan.session.inflight_messages = window;
  Wire& publisher = scene.connected(std::move(plan));
  if (!has_qos(scene, publisher)) return {};
  Cutter cutter(scene, publisher);
  cutter.arm_rows({Direction::received, PacketType::pubrec, Fate::cut_before}, 1, window, windows);
  return against_uncut(scene, play_to_the_end(scene, publisher, cutter, windows * window), window,
                       window);
}

}  // namespace mqtt_toolbox::qos
