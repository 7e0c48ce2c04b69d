#include <algorithm>

#include "probe/patience.hpp"
#include "probe/qos_scripts.hpp"
#include "probe/stream.hpp"

namespace mqtt_toolbox::probe {

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

/// Messages of a stream that is cut.
constexpr std::size_t usual_length = 8;

/// Publishes a stream over a wire that comes back after each cut.
class ReturningPublisher {
 public:
  ReturningPublisher(Scene& scene, Wire& wire, unsigned cuts)
      : scene_(scene), wire_(wire), returns_left_(cuts) {}

  /// True when all messages of the stream were acknowledged in the end.
  bool send(const std::string& topic, Qos qos, std::size_t count) {
    for (std::size_t number = 1; number <= count;) {
      if (wire_.send(numbered(topic, qos, number))) {
        ++number;
      } else if (wire_.online() || !come_back()) {
        return false;
      }
    }
    while (!wire_.settle(arrival_patience))
      if (wire_.online() || !come_back()) return false;
    return true;
  }

 private:
  bool come_back() {
    if (returns_left_-- == 0 || scene_.in_trouble()) return false;
    // At QoS 1 nothing depends on whether the broker still knows a client that only publishes.
    const bool needs_session = scene_.variant().resume && scene_.variant().qos == Qos::exactly_once;
    return needs_session ? resume(scene_, wire_) : wire_.connect();
  }

  Scene& scene_;
  Wire& wire_;
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
  ReturningPublisher returning(scene, publisher, cutter.cuts_left());
  if (!returning.send(topic, variant.qos, count))
    return broken(times_text(cutter.cuts()) + ", the flow was not finished");
  if (cutter.cuts() == 0) return inconclusive("the packet to cut at never came");
  publisher.publish(last_of(topic, variant.qos));
  observer.wait_for(last_payload, arrival_patience);
  scene.stay(quiet_time);
  end_session(scene, publisher);
  return judge(scene, settled_ledger(scene, observer, count), cutter.cuts());
}

}  // namespace

Finding play_publisher_cut(Scene& scene, const CutPoint& point) {
  const Variant& variant = scene.variant();
  const std::size_t count = length_of_stream(scene, usual_length);
  client::ConnectPlan plan = variant.resume ? scene.kept_plan() : scene.plan();
  // Nothing else is in flight at the cut, so that what follows is about that message.
  plan.session.inflight_messages = 1;
  Wire& publisher = scene.connected(std::move(plan));
  if (!has_qos(scene, publisher)) return {};
  Cutter cutter(scene, publisher);
  cutter.arm(point, (count + 1) / 2, variant.times);
  return against_uncut(scene, play_to_the_end(scene, publisher, cutter, count), count, 1);
}

Finding play_full_window(Scene& scene) {
  constexpr std::uint16_t window = 40;
  client::ConnectPlan plan = scene.kept_plan();
  plan.session.inflight_messages = window;
  Wire& publisher = scene.connected(std::move(plan));
  if (!has_qos(scene, publisher)) return {};
  Cutter cutter(scene, publisher);
  cutter.arm({Direction::received, PacketType::pubrec, Fate::cut_before}, 1, 1);
  return against_uncut(scene, play_to_the_end(scene, publisher, cutter, window), window, window);
}

}  // namespace mqtt_toolbox::probe
