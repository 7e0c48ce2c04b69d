#include "sub/subscriber.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "client/password.hpp"
#include "console/ready.hpp"
#include "protocol/characters.hpp"

namespace mqtt_toolbox::sub {
namespace {

/// Brokers that write each packet by itself would wake the subscriber for each.
constexpr Duration gathering_pause = std::chrono::microseconds(100);
constexpr Duration rate_interval = std::chrono::seconds(1);

}  // namespace

Subscriber::Subscriber(console::World& world, const Plan& plan,
                       const client::ConnectPlan& connect_plan, const Properties& properties)
    : world_(world),
      plan_(plan),
      connect_plan_(connect_plan),
      properties_(properties),
      selector_(plan, world.random),
      requests_(
          plan, properties_,
          [this](const Request& request, const Error& error) { refused(request, error.text); }),
      state_(world, plan, connect_plan, properties_, state_listener()),
      output_(
          world.loop, STDOUT_FILENO, [this] { output_written(); },
          [this](const Error& error) { fail_with(error); }),
      timeout_(world.loop, [this] { timed_out(); }),
      idle_(world.loop, [this] { went_idle(); }),
      silence_(world.loop, plan.acknowledgement_timeout,
               [this] {
                 fail_with({ExitCode::lost, "the broker did not answer within " +
                                                show_duration(plan_.acknowledgement_timeout)});
               }),
      rate_(world.loop, [this] { show_rate(); }),
      grace_(world.loop,
             [this] {
               grace_over_ = true;
               finish_when_cleared();
             }),
      interrupts_(world.loop, [this](int) { finish_soon(ExitCode::done); }) {}

console::Ended Subscriber::run() {
  auto client = client::make_client({world_.loop, world_.random}, connect_plan_, *this,
                                    plan_.password_command);
  if (!client) {
    world_.reporter.error(client.error().text);
    return {client.error().code, interrupts_.received()};
  }
  client_ = std::move(*client);
  auto printer = Printer::make(plan_, output_.is_terminal());
  if (!printer) {
    world_.reporter.error(printer.error().text);
    return {printer.error().code, 0};
  }
  printer_.emplace(std::move(*printer));
  set_timers();
  output_.watch_reader([this] { finish(ExitCode::done); });
  world_.loop.let_events_gather(gathering_pause);
  client_->connect();
  world_.loop.run_until(never);
  return {exit_, interrupts_.received()};
}

RetainedState::Listener Subscriber::state_listener() {
  return {[this](const protocol::Publish& message) { return selector_.counts(message); },
          [this](const protocol::Publish& message) { take(message); },
          [this](const Request& request, protocol::ReasonCode code) { granted(request, code); },
          [this] {
            is_granted_ = true;
            if (requests_.all_answered()) subscribed();
          },
          [this] { on_batch_end(); },
          [this](ExitCode code) { state_ended(code); },
          [this](const Error& error) { read_retained_here(error); },
          [this](const Error& error) { fail_with(error); }};
}

void Subscriber::set_timers() {
  if (plan_.timeout) timeout_.arm(world_.loop.now() + *plan_.timeout);
  if (plan_.show == Show::rate) rate_.arm(world_.loop.now() + rate_interval);
}

void Subscriber::on_connected(const client::Connected& connected) {
  if (!connected.first) {
    if (!plan_.retained_only && !requests_.all_answered()) wait_for_answer();
    return world_.reporter.note("connected again");
  }
  subscribe(connected);
  if (plan_.retained_only) state_.read_on(*client_, connected);
}

void Subscriber::subscribe(const client::Connected& connected) {
  if (!plan_.retained_only) wait_for_answer();
  if (auto sent = requests_.start(*client_, connected.limits.maximum_packet_size); !sent)
    fail_with(sent.error());
}

void Subscriber::wait_for_answer() {
  if (!finishing_) silence_.start(*client_);
}

void Subscriber::on_ready() {
  if (finishing_) return;
  if (auto sent = requests_.send(*client_); !sent) fail_with(sent.error());
}

void Subscriber::on_subscribed(client::Token token, const protocol::SubAck& suback) {
  if (plan_.retained_only) return state_.reader().on_subscribed(token, suback);
  const auto kind = requests_.answered(token);
  const auto requests = requests_.subscribed(token, kind);
  for (std::size_t i = 0; i < std::min(requests.size(), suback.codes.size()); ++i)
    answered(*requests[i], suback.code(i), kind);
  if (kind == Requests::Answer::repeated) return read_retained_beside();
  if (finishing_) return;
  if (requests_.all_answered()) return subscribed();
  wait_for_answer();
}

void Subscriber::granted(const Request& request, protocol::ReasonCode code) {
  if (protocol::is_failure(code))
    refused(request, std::string(protocol::name(code, protocol::PacketType::suback)));
}

void Subscriber::answered(const Request& request, protocol::ReasonCode code,
                          Requests::Answer kind) {
  if (protocol::is_failure(code))
    return refused(request, std::string(protocol::name(code, protocol::PacketType::suback)));
  const auto asked = static_cast<int>(subscription(plan_, request).qos);
  const auto granted = static_cast<int>(code);
  if (granted < asked && kind != Requests::Answer::repeated)
    world_.reporter.repeated("the broker grants QoS " + std::to_string(granted) + " instead of " +
                             std::to_string(asked) + " for " + printable(request.filter));
}

void Subscriber::refused(const Request& request, const std::string& cause) {
  requests_.drop(request.filter);
  exit_ = worse(exit_, ExitCode::rejected);
  world_.reporter.error("the subscription to " + printable(request.filter) +
                        " was refused: " + cause);
  if (plan_.strict || requests_.all_dropped()) finish(ExitCode::rejected);
}

void Subscriber::on_unsubscribed(client::Token token, const protocol::UnsubAck&) {
  if (plan_.retained_only && !requests_.is_of_these(token))
    return state_.reader().on_unsubscribed(token);
  switch (requests_.answered(token)) {
    case Requests::Answer::unsubscription: break;
    default: return;
  }
  if (!requests_.all_answered()) return wait_for_answer();
  if (is_granted_ || !plan_.retained_only) subscribed();
}

void Subscriber::subscribed() {
  if (finishing_) return;
  silence_.stop();
  if (std::exchange(is_ready_, true)) return;
  if (plan_.idle_timeout && !plan_.retained_only)
    idle_.arm(world_.loop.now() + *plan_.idle_timeout);
  auto announced = console::announce_ready(plan_.ready_descriptor, plan_.ready_file);
  if (!announced) return fail_with(announced.error());
  if (plan_.exit_after_subscribing) return finish(ExitCode::done);
  read_retained_beside();
}

void Subscriber::read_retained_beside() {
  if (finishing_ || !requests_.reads_beside()) return;
  state_.read_beside([this](const Request& request) { return requests_.is_left(request.filter); });
}

/// The filters are subscribed to once more, for the messages that they were to bring without.
void Subscriber::read_retained_here(const Error& cause) {
  if (finishing_) return;
  exit_ = worse(exit_, ExitCode::no);
  world_.reporter.error(
      "retained messages may be missing, since they can't be read on a connection of their own: " +
      cause.text);
  if (auto sent = requests_.read_here(*client_); !sent) fail_with(sent.error());
}

void Subscriber::state_ended(ExitCode code) {
  exit_ = worse(exit_, code);
  if (plan_.retained_only) finish(code);
}

bool Subscriber::on_message(const protocol::Publish& message) {
  if (finishing_) return false;
  if (plan_.retained_only) {
    state_.reader().on_message(message);
    return !finishing_;
  }
  if (message.qos != protocol::Qos::at_most_once) ++unacknowledged_;
  state_.note_live(message);
  take(message);
  return !finishing_;
}

void Subscriber::take(const protocol::Publish& message) {
  if (selector_.is_to_be_cleared(message)) clear_retained(message);
  if (selector_.counts(message)) handle(message);
}

void Subscriber::handle(const protocol::Publish& message) {
  if (selector_.is_shown()) print(message);
  if (plan_.idle_timeout && !plan_.retained_only)
    idle_.arm(world_.loop.now() + *plan_.idle_timeout);
  if (++counted_ == plan_.count) count_reached();
}

void Subscriber::count_reached() {
  if (const auto unread = state_.unread(); unread && plan_.record) world_.reporter.note(*unread);
  finish(ExitCode::done);
}

void Subscriber::print(const protocol::Publish& message) {
  if (!std::exchange(batch_open_, true)) batch_time_ = world_.wall_clock.now();
  ++rate_count_;
  if (plan_.record) warn_of_characters(message);
  if (auto printed = printer_->append(output_.buffer(), message, batch_time_); !printed)
    cannot_print(message, printed.error());
}

void Subscriber::cannot_print(const protocol::Publish& message, const Error& error) {
  exit_ = worse(exit_, error.code);
  world_.reporter.repeated("a message to " + printable(message.topic) + ": " + error.text);
}

/// Once: so that nobody finds out when the recording is to be published.
void Subscriber::warn_of_characters(const protocol::Publish& message) {
  if (has_warned_of_characters_) return;
  const bool has_some = protocol::find_risky_character(message.topic) ||
                        protocol::find_risky_property(message.properties);
  if (!has_some) return;
  has_warned_of_characters_ = true;
  world_.reporter.note("the message to \"" + printable(message.topic, 100) +
                       "\" is recorded with a control character in its topic or properties; "
                       "mqtt-pub --from-json publishes it with --allow-control-characters only");
}

void Subscriber::clear_retained(const protocol::Publish& message) {
  to_clear_.emplace_back(message.topic);
  ++clearing_;
}

void Subscriber::on_batch_end() {
  batch_open_ = false;
  flush();
  while (!to_clear_.empty()) {
    protocol::Publish clear;
    clear.topic = to_clear_.back();
    clear.qos = protocol::Qos::at_least_once;
    clear.retain = true;
    auto submitted = client_->publish(clear, 0, client::Payload::copied);
    if (submitted && submitted->admission == client::Admission::would_block) return;
    to_clear_.pop_back();
    if (submitted) continue;
    --clearing_;
    return fail_with(submitted.error());
  }
  finish_when_cleared();
}

void Subscriber::on_published(const client::PublishOutcome& outcome) {
  --clearing_;
  if (protocol::is_failure(outcome.reason)) {
    exit_ = worse(exit_, ExitCode::rejected);
    world_.reporter.repeated(
        "clearing a retained message was refused: " +
        std::string(protocol::name(outcome.reason, protocol::PacketType::puback)));
  }
}

void Subscriber::flush() {
  if (output_.blocked()) return;
  auto state = output_.flush();
  if (!state) return fail_with(state.error());
  switch (*state) {
    case console::Output::State::written: return acknowledge();
    case console::Output::State::blocked: return pause_reading(true);
    case console::Output::State::closed: return finish(ExitCode::done);
  }
}

void Subscriber::pause_reading(bool paused) {
  client_->pause_reading(paused);
  state_.pause_reading(paused);
}

void Subscriber::output_written() {
  pause_reading(false);
  if (output_.closed()) return finish(ExitCode::done);
  acknowledge();
  finish_when_cleared();
}

void Subscriber::acknowledge() {
  if (unacknowledged_ > 0) client_->acknowledge(std::exchange(unacknowledged_, 0));
}

void Subscriber::finish(ExitCode code) {
  exit_ = worse(exit_, code);
  if (std::exchange(finishing_, true)) return;
  idle_.disarm();
  silence_.stop();
  state_.stop();
  finish_when_cleared();
}

/// The end comes before that of what is retained.
void Subscriber::tell_unread() {
  const auto unread = state_.unread();
  if (!unread) return;
  exit_ = worse(exit_, ExitCode::no);
  world_.reporter.error(*unread);
}

void Subscriber::finish_soon(ExitCode code) {
  if (!finishing_) tell_unread();
  hurried_ = true;
  grace_.arm(world_.loop.now() + plan_.grace);
  finish(code);
  finish_when_cleared();
}

void Subscriber::finish_when_cleared() {
  if (!finishing_ || batch_open_ || closing_) return;
  bool waits_for_clears = clearing_ > 0 && client_->online() && !hurried_;
  bool waits_for_output = output_.blocked() && !output_.closed() && !grace_over_;
  if (!waits_for_clears && !waits_for_output) close();
}

void Subscriber::close() {
  if (std::exchange(closing_, true)) return;
  if (!output_.blocked()) flush();
  protocol::Disconnect disconnect;
  disconnect.properties = properties_.disconnect.view();
  if (hurried_ && plan_.disconnects_with_will)
    disconnect.reason = protocol::ReasonCode::disconnect_with_will_message;
  client_->close(disconnect, plan_.grace);
}

void Subscriber::timed_out() {
  world_.reporter.note("timed out");
  finish_soon(ExitCode::timed_out);
}

void Subscriber::went_idle() {
  tell_unread();
  bool short_of_count = plan_.count > 0 && counted_ < plan_.count;
  finish(short_of_count ? ExitCode::timed_out : ExitCode::done);
}

void Subscriber::show_rate() {
  output_.buffer().append(std::to_string(std::exchange(rate_count_, 0))).append(" msgs/s\n");
  flush();
  rate_.arm(world_.loop.now() + rate_interval);
}

void Subscriber::on_reconnecting(const Error& cause, Duration wait) {
  // Who is not there is not silent.
  silence_.stop();
  state_.forget_live();
  world_.reporter.note(cause.text + "; connecting again in " + show_duration(wait));
}

void Subscriber::on_closed(const std::optional<Error>& error) {
  if (error && !finishing_) {
    world_.reporter.error(error->text);
    exit_ = worse(exit_, error->code);
  }
  closing_ = true;
  world_.loop.stop();
}

void Subscriber::on_packet(session::Direction direction, const protocol::Frame& frame,
                           protocol::Version version) {
  if (world_.trace != nullptr) world_.trace->packet(direction, frame, version);
}

void Subscriber::fail_with(const Error& error) {
  world_.reporter.error(error.text);
  finish(error.code);
  close();
}

}  // namespace mqtt_toolbox::sub
