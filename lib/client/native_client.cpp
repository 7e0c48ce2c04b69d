#include "client/native_client.hpp"

#include <algorithm>
#include <utility>

#include "client/session_use.hpp"

namespace mqtt_toolbox::client {

using protocol::Version;

namespace {

std::optional<Version> version_of(session::Store* store, const ConnectPlan& plan) {
  const auto stored = store != nullptr ? store->version() : std::nullopt;
  return stored ? stored : plan.version;
}

}  // namespace

std::unique_ptr<Client> make_native_client(Surroundings surroundings, const ConnectPlan& plan,
                                           Handler& handler) {
  return std::make_unique<NativeClient>(surroundings, plan, handler, std::string());
}

NativeClient::NativeClient(Surroundings surroundings, const ConnectPlan& plan,
                           client::Handler& handler, std::string password_command)
    : loop_(surroundings.loop),
      random_(surroundings.random),
      plan_(plan),
      handler_(handler),
      store_(surroundings.store),
      fixed_version_(version_of(surroundings.store, plan)),
      target_(target_name(plan.transport)),
      wire_(loop_, *this),
      attempt_timer_(loop_, [this] { attempt_anew(); }),
      connack_(loop_, plan.connack_timeout, [this] { connack_missing(plan_.connack_timeout); }),
      silence_(loop_, plan.silence_timeout, [this] { fall_back_after_silence(); }),
      session_timer_(loop_, [this] { advance_session(); }),
      closing_timer_(loop_, [this] { closing_timed_out(); }),
      hold_timer_(loop_,
                  [this] {
                    release();
                    wire_.flush();
                  }),
      backoff_(plan.reconnect),
      password_(loop_, plan.password, std::move(password_command)),
      repeated_ends_(plan.ends_at_same_packet),
      version_(fixed_version_.value_or(Version::v5)),
      identifier_(plan.client_identifier) {}

void NativeClient::connect() {
  if (stage_ == Stage::idle) attempt_anew();
}

Result<Submission> NativeClient::publish(const protocol::Publish& message, Token token,
                                         Payload payload) {
  if (!was_online_ || stage_ >= Stage::closing) {
    told_to_wait_ = true;
    return Submission{Admission::would_block, 0};
  }
  auto submission = session_->publish(message, token, payload, loop_.now());
  if (submission && submission->admission == Admission::accepted) {
    if (message.qos == protocol::Qos::at_most_once) ++unwritten_qos_0_;
    wire_.output_grew();
  }
  return submission;
}

Result<Submission> NativeClient::subscribe(std::span<const protocol::Subscription> filters,
                                           protocol::Properties properties, Token token) {
  if (stage_ != Stage::online) return Submission{Admission::would_block, 0};
  std::string entries;
  for (const protocol::Subscription& subscription : filters) {
    if (auto status = check_filter(subscription.filter); !status) {
      return tl::unexpected(std::move(status.error()));
    }
    append_subscription(entries, subscription);
  }
  const protocol::Subscribe subscribe{0, properties, entries};
  auto submission = session_->subscribe(subscribe, subscribe_parts_.next_number(), loop_.now());
  if (submission && submission->admission == Admission::accepted) {
    subscribe_parts_.add_sent(token, subscribe);
    subscriptions_.add(token, subscribe);
    wire_.output_grew();
  }
  return submission;
}

Result<Submission> NativeClient::unsubscribe(std::span<const protocol::Bytes> filters,
                                             protocol::Properties properties, Token token) {
  if (stage_ != Stage::online) return Submission{Admission::would_block, 0};
  std::string entries;
  for (const protocol::Bytes filter : filters) {
    if (auto status = check_filter(filter); !status) {
      return tl::unexpected(std::move(status.error()));
    }
    protocol::append_filter(entries, filter);
  }
  auto submission = session_->unsubscribe({0, properties, entries}, token, loop_.now());
  if (submission && submission->admission == Admission::accepted) {
    subscriptions_.remove(filters);
    wire_.output_grew();
  }
  return submission;
}

Status NativeClient::check_filter(protocol::Bytes filter) const {
  const auto checked = protocol::check_topic_filter(filter);
  if (checked) return {};
  return fail(ExitCode::usage, describe(checked.error()));
}

Result<std::uint64_t> NativeClient::ping() {
  if (stage_ != Stage::online) return fail(ExitCode::lost, "PINGREQ needs a connection");
  auto number = session_->ping(loop_.now());
  wire_.output_grew();
  return number;
}

void NativeClient::acknowledge(std::size_t messages) {
  if (stage_ != Stage::online) return;
  session_->acknowledge(messages, loop_.now());
  wire_.output_grew();
  update_reading();
}

void NativeClient::pause_reading(bool paused) {
  if (paused == std::exchange(paused_, paused) || stage_ != Stage::online) return;
  update_reading();
  session_->reading_paused(paused, loop_.now());
  watch_session_deadline();
}

Status NativeClient::authenticate(const protocol::Auth& auth) {
  if (stage_ != Stage::online && stage_ != Stage::handshaking) {
    return fail(ExitCode::lost, "AUTH needs a connection to " + target_);
  }
  Status status = session_->authenticate(auth, loop_.now());
  wire_.output_grew();
  return status;
}

void NativeClient::limit_inflight(std::optional<std::uint16_t> messages) {
  if (!session_) return;
  session_->limit_window(messages.value_or(UINT32_MAX), loop_.now());
  wire_.output_grew();
}

bool NativeClient::withdraw(Token token) {
  return session_ && session_->withdraw(token);
}

std::size_t NativeClient::pending() const {
  return unwritten_qos_0_ + abandoned_ + (session_ ? session_->inflight() : 0);
}

void NativeClient::close(const protocol::Disconnect& disconnect, Grace grace) {
  if (stage_ >= Stage::closing) return;
  if (stage_ != Stage::online) {
    // Inside its own callback the connector is past `opening`.
    if (stage_ == Stage::opening) connector_.reset();
    wire_.drop(transport::Ending::graceful);
    return finish(std::nullopt);
  }
  // A socket closed with bytes unread is reset, and takes with it what the server has not read yet.
  const bool unanswered_requests = session_->inflight() != 0;
  lingers_ = !subscriptions_.empty() || unanswered_requests;
  all_done_ = wire_.output().empty() && !unanswered_requests;
  const bool ends_session = session_ends(plan_, session_->inflight());
  const auto properties = disconnect_properties(ends_session, disconnect.properties);
  const Status sent = session_->disconnect({disconnect.reason, properties.view()}, loop_.now());
  if (!sent) {
    wire_.drop(transport::Ending::graceful);
    return finish(sent.error());
  }
  stage_ = Stage::closing;
  grace_ = grace;
  closing_since_ = loop_.now();
  arm_for_closing();
  release();
  wire_.pause_reading(false);
  wire_.flush();
}

void NativeClient::abort(transport::Ending ending) {
  if (stage_ == Stage::ended) return;
  if (stage_ == Stage::opening) connector_.reset();
  wire_.drop(ending);
  finish(std::nullopt);
}

}  // namespace mqtt_toolbox::client
