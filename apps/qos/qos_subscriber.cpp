#include <algorithm>

#include "check/stream.hpp"
#include "check/timeout.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

constexpr std::size_t usual_length = 8;
/// Where a few are enough.
constexpr std::size_t few = 4;

/// A subscriber whose connection is cut and who comes back.
class CutSubscriber {
 public:
  CutSubscriber(CaseContext& context, const FaultPoint& point)
      : context_(context),
        variant_(context.variant()),
        length_(length_of_stream(context, usual_length)),
        topic_(context.topic("stream")),
        client_(context.connected(variant_.resume ? context.kept_plan() : context.plan())),
        publisher_(context.engine_client()),
        injector_(context, client_),
        point_(point) {}

  Finding play() {
    if (!has_qos(context_, client_) || !subscribe_at(context_, client_, topic_, variant_.qos))
      return {};
    unsigned returns = 0;
    do {
      // A new session is cut at new messages only.
      if (returns == 0 || !variant_.resume) publish_more();
      if (!client_.wait_for_end(arrival_timeout)) break;
      come_back();
    } while (++returns < variant_.times && !context_.is_aborted());
    if (injector_.cuts() == 0) return against_uncut(context_, no_cut(), sent_);
    send_last(context_, publisher_, topic_, variant_.qos,
              [this] { return has_all() || client_.end(); });
    end_session(context_, client_);
    return variant_.resume ? against_uncut(context_, judge_resumed(), sent_) : judge_new();
  }

 private:
  void publish_more() {
    injector_.arm(point_, (length_ + 1) / 2, variant_.resume ? variant_.times : 1);
    send_numbers(publisher_, topic_, variant_.qos, length_, sent_ + 1);
    sent_ += length_;
  }

  void come_back() {
    if (variant_.resume)
      resume(context_, client_);
    else if (client_.connect())
      subscribe_at(context_, client_, topic_, variant_.qos);
  }

  /// A new session may have lost what went with the old one.
  bool has_all() const {
    if (!variant_.resume) return has_payload(client_.received(), last_payload);
    return has_stream(client_.received(), sent_) && has_come_again();
  }

  /// Whether what the cut was at did, as it should or not.
  bool has_come_again() const {
    const Sighting* first = target();
    if (first == nullptr || sighting_later(first->payload) != nullptr) return true;
    return is_release() && injector_.releases_later(injector_.target()) != 0;
  }

  bool is_release() const {
    return point_.type == PacketType::pubrel || point_.type == PacketType::pubcomp;
  }

  Finding no_cut() const {
    return broken("no message came to the point of the cut: " +
                  tally_of(client_.received(), sent_).text());
  }

  std::string cuts_text() const {
    return injector_.cuts() == 1 ? "cut once"
                                 : "cut " + std::to_string(injector_.cuts()) + " times";
  }

  Finding judge_resumed() const {
    const SequenceTally tally = tally_of(client_.received(), sent_);
    if (!tally.lost().empty()) return broken(cuts_text() + ", " + tally.text());
    Finding again = is_release() ? judge_release() : judge_redelivery();
    if (again.verdict != Verdict::pass) return again;
    if (variant_.qos == Qos::exactly_once && !tally.repeated().empty())
      return broken(cuts_text() + ", " + tally.text());
    if (variant_.qos == Qos::exactly_once) again.observed += "; " + tally.text() + " once";
    return again;
  }

  /// The broker has no PUBACK or PUBREC: PUBLISH has to come again.
  Finding judge_redelivery() const {
    const Sighting* first = target();
    if (first == nullptr) return inconclusive("the message of the cut was not seen");
    const Sighting* again = sighting_later(first->payload);
    const std::string what = cuts_text() + ", number " + first->payload;
    if (again == nullptr) return broken(what + " was not sent again");
    if (again->packet_identifier != first->packet_identifier)
      return broken(what + " came again, with DUP=" + (again->dup ? "1" : "0") +
                    ", under another packet identifier");
    if (!again->dup) return broken(what + " came again with DUP=0");
    return pass(what + " came again with DUP=1" +
                (variant_.qos == Qos::at_least_once ? ": the duplicate that QoS 1 allows" : ""));
  }

  /// The broker has PUBREC: PUBREL has to come again, and PUBLISH must not.
  Finding judge_release() const {
    const Sighting* first = target();
    if (first == nullptr) return inconclusive("the message of the cut was not seen");
    const std::string what = cuts_text() + ", PUBREL of number " + first->payload;
    if (sighting_later(first->payload) != nullptr)
      return broken(cuts_text() + " after PUBREC, number " + first->payload +
                    " was sent again as PUBLISH");
    if (injector_.releases_later(injector_.target()) == 0)
      return broken(what + " was not sent again");
    return pass(what + " came again");
  }

  /// The session was ended: nothing of it may come again. What comes for the first time may have
  /// been on its way through the broker when the new session subscribed.
  Finding judge_new() const {
    for (const Sighting& sighting : injector_.sightings())
      if (came_earlier(sighting))
        return broken("number " + sighting.payload + " of an earlier session came again");
    const SequenceTally tally = tally_of(client_.received(), sent_);
    return pass(cuts_text() + ", each time a new session; " + tally.text() +
                (tally.lost().empty() ? "" : ", which went with their session"));
  }

  bool came_earlier(const Sighting& later) const {
    const auto& all = injector_.sightings();
    return std::any_of(all.begin(), all.end(), [&](const Sighting& sighting) {
      return sighting.connection < later.connection && sighting.payload == later.payload;
    });
  }

  const Sighting* target() const {
    const auto& all = injector_.sightings();
    const auto found = std::find_if(all.begin(), all.end(), [this](const Sighting& sighting) {
      return sighting.connection == 1 && sighting.packet_identifier == injector_.target();
    });
    return found == all.end() ? nullptr : &*found;
  }

  const Sighting* sighting_later(std::string_view payload) const {
    const auto& all = injector_.sightings();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Sighting& sighting) {
      return sighting.connection > 1 && sighting.payload == payload;
    });
    return found == all.end() ? nullptr : &*found;
  }

  CaseContext& context_;
  const Variant& variant_;
  std::size_t length_;
  std::size_t sent_ = 0;
  std::string topic_;
  ScriptedClient& client_;
  EngineClient& publisher_;
  FaultInjector injector_;
  FaultPoint point_;
};

}  // namespace

Finding play_subscriber_cut(CaseContext& context, const FaultPoint& point) {
  return CutSubscriber(context, point).play();
}

Finding play_order_on_resume(CaseContext& context) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  client::ConnectPlan plan = context.kept_plan();
  plan.session.acknowledge_at_once = false;
  ScriptedClient& subscriber = context.connected(std::move(plan));
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  FaultInjector injector(context, subscriber);
  send_numbers(publisher, topic, qos, enough_for_order);
  subscriber.wait_for(enough_for_order, arrival_timeout);
  subscriber.cut(transport::Ending::fin);
  // Some brokers go on only when the first is acknowledged.
  subscriber.plan().session.acknowledge_at_once = true;
  if (!resume(context, subscriber)) return {};
  const auto came_again = [&] {
    SequenceTally tally(enough_for_order);
    for (const Sighting& sighting : injector.sightings())
      if (sighting.connection > 1) tally.take(sighting.payload);
    return tally;
  };
  context.wait([&] { return came_again().lost().empty(); }, arrival_timeout);
  const SequenceTally again = came_again();
  end_session(context, subscriber);
  if (again.late())
    return broken("number " + std::to_string(*again.late()) + " came again after a later one");
  if (again.arrived() < 2) return inconclusive("too few were sent again: " + again.text());
  return pass(std::to_string(again.arrived()) + " messages came again in order");
}

Finding play_acknowledged_not_again(CaseContext& context) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& subscriber = context.connected(context.kept_plan());
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  FaultInjector injector(context, subscriber);
  send_numbers(publisher, topic, qos, few);
  subscriber.wait_for(few, arrival_timeout);
  // At QoS 2 the second answer shows that the broker has had PUBCOMP too.
  subscriber.ping();
  subscriber.ping();
  // A broker may write it down a moment later.
  context.stay(std::chrono::milliseconds(250));
  subscriber.cut(transport::Ending::fin);
  if (!resume(context, subscriber)) return {};
  send_last(context, publisher, topic, qos,
            [&] { return has_payload(subscriber.received(), last_payload); });
  end_session(context, subscriber);
  for (const Sighting& sighting : injector.sightings())
    if (sighting.connection > 1 && sighting.payload != last_payload) {
      const std::string text = "number " + sighting.payload + " came again";
      // Before 5.0 the standard does not forbid it.
      return context.is_v5() ? broken(text) : deviates(text);
    }
  return pass("nothing acknowledged came again");
}

}  // namespace mqtt_toolbox::qos
