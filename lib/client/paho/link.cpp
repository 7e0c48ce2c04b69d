#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/thread.hpp"
#include "client/paho/convert.hpp"
#include "client/paho/inbox.hpp"

namespace mqtt_toolbox::client::paho {

namespace {

using Kind = PahoEvent::Kind;
using session::Admission;
using session::Submission;

/// What `work` returns; what it throws as an error.
template <typename Value, typename Work>
Result<Value> guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::exception& exception) {
    return fail(ExitCode::io, fmt::format("Paho: {}", exception.what()));
  } catch (...) {
    return fail(ExitCode::io, "Paho: unknown failure");
  }
}

/// A request that Paho takes, or refuses because the connection is gone.
template <typename Work>
Result<Submission> submission(Work&& work) noexcept {
  return guarded<Submission>([&]() -> Result<Submission> {
    const Passage passage;
    try {
      const auto token = work();
      const int identifier = token->get_message_id();
      return Submission{Admission::accepted, static_cast<protocol::PacketIdentifier>(identifier)};
    } catch (const mqtt::exception& exception) {
      if (exception.get_return_code() != MQTTASYNC_DISCONNECTED) throw;
      return Submission{Admission::would_block, 0};
    }
  });
}

/// Blocks all signals: Paho's threads must not take those that the tool waits for.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

/// With its last client Paho ends its threads, sleeping 100 ms at a time until they have; so there
/// is one more, which never connects and never goes.
void keep_paho_alive() {
  static const auto* anchor = new mqtt::async_client("tcp://localhost", "");
  (void)anchor;
}

/// Paho goes on without the two threads that it needs, and waits for ever. So room for them is
/// looked for first.
Status look_for_threads() {
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  Status found;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2 && found; ++i) {
    auto thread = start_thread([ended] { ended.wait(); });
    if (thread)
      threads.push_back(*std::move(thread));
    else
      found = tl::unexpected(std::move(thread.error()));
  }
  end.set_value();
  return found;
}

/// After telling that a connection has ended, Paho's receiving thread looks the connection up by
/// the number of its socket, and would end a new one that got the number meanwhile: so the number
/// stays taken until the next connection ends.
void keep_number_taken() noexcept {
  static std::atomic<int> taken = -1;
  const int before = taken.exchange(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (before >= 0) ::close(before);
}

PahoTicket ticket_of(const mqtt::token& token) {
  return reinterpret_cast<PahoTicket>(token.get_user_context());
}

void* context_of(PahoTicket ticket) {
  return reinterpret_cast<void*>(ticket);
}

/// A listener made of two functions, which may throw.
class Listener final : public mqtt::iaction_listener {
 public:
  using Function = std::function<void(const mqtt::token&)>;

  Listener(Function success, Function failure)
      : success_(std::move(success)), failure_(std::move(failure)) {}
  void on_success(const mqtt::token& token) override { run(success_, token); }
  void on_failure(const mqtt::token& token) override { run(failure_, token); }

 private:
  static void run(const Function& function, const mqtt::token& token) noexcept {
    try {
      function(token);
    } catch (...) {
      // Only memory can be short here, and a C library is the caller.
    }
  }

  const Function success_;
  const Function failure_;
};

bool is_qos_0(const mqtt::token& publishing) {
  const auto message = static_cast<const mqtt::delivery_token&>(publishing).get_message();
  return message->get_qos() == 0;
}

/// What Paho C said of a connection that failed; Paho C++ tells it by an exception only.
std::string failure_text(const mqtt::token& token) {
  try {
    (void)token.get_connect_response();
  } catch (const mqtt::exception& exception) {
    return exception.get_message();
  }
  return {};
}

/// The server's answer to a request that failed; none when the request was only forgotten.
std::optional<std::uint8_t> answer_of(const mqtt::token& token, bool v5) {
  const int code = v5 ? static_cast<int>(token.get_reason_code()) : token.get_return_code();
  if (code < 0x80 || code > 0xFF) return std::nullopt;
  return static_cast<std::uint8_t>(code);
}

class Link final : public PahoLink {
 public:
  Link(const ConnectPlan& plan, protocol::Version version, const std::string& identifier)
      : version_(version),
        connecting_([this](const mqtt::token& token) { connected(token); },
                    [this](const mqtt::token& token) { not_connected(token); }),
        publishing_([this](const mqtt::token& token) { published(token); },
                    [this](const mqtt::token& token) { not_published(token); }),
        subscribing_([this](const mqtt::token& token) { subscribed(token); },
                     [this](const mqtt::token& token) { not_answered(token, Kind::subscribed); }),
        unsubscribing_(
            [this](const mqtt::token& token) { unsubscribed(token); },
            [this](const mqtt::token& token) { not_answered(token, Kind::unsubscribed); }),
        closing_([this](const mqtt::token&) { tell(Kind::closed); },
                 [this](const mqtt::token&) { tell(Kind::closed); }),
        client_(std::make_unique<mqtt::async_client>(server_uri(plan), identifier,
                                                     create_options(version))) {
    client_->set_message_callback([this](const mqtt::const_message_ptr& message) {
      quietly([&] { inbox_.put(from_paho(*message)); });
    });
    client_->set_connection_lost_handler([this](const std::string&) {
      keep_number_taken();
      quietly([&] { tell(Kind::lost); });
    });
    client_->set_disconnected_handler(
        [this](const mqtt::properties& properties, mqtt::ReasonCode reason) {
          quietly([&] { disconnected(properties, reason); });
        });
  }

  ~Link() override {
    inbox_.close();
    const Passage passage;
    client_.reset();
  }
  void abandon() noexcept override { inbox_.close(); }

  int descriptor() const noexcept override { return inbox_.descriptor(); }
  void take(std::vector<PahoEvent>& events) noexcept override {
    quietly([&] { inbox_.take(events); });
  }

  bool is_connected() const noexcept override {
    const Passage passage;
    return client_->is_connected();
  }

  Status connect(const PahoConnect& how) noexcept override {
    return guarded<void>([&]() -> Status {
      const Passage passage;
      const WithoutSignals held;
      options_.emplace();
      ssl_.emplace();
      set(*options_, *ssl_, how, version_);
      client_->connect(*options_, nullptr, connecting_);
      return {};
    });
  }

  Result<Submission> publish(const protocol::Publish& message,
                             PahoTicket ticket) noexcept override {
    return submission(
        [&] { return client_->publish(to_paho(message, v5()), context_of(ticket), publishing_); });
  }

  Result<Submission> subscribe(const protocol::Subscription& subscription,
                               protocol::Properties properties,
                               PahoTicket ticket) noexcept override {
    return submission([&] {
      return client_->subscribe(
          std::string(subscription.filter), static_cast<int>(subscription.qos), context_of(ticket),
          subscribing_, v5() ? subscribe_options(subscription) : mqtt::subscribe_options(),
          v5() ? to_paho(properties) : mqtt::properties());
    });
  }

  Result<Submission> unsubscribe(protocol::Bytes filter, protocol::Properties properties,
                                 PahoTicket ticket) noexcept override {
    return submission([&] {
      return client_->unsubscribe(std::string(filter), context_of(ticket), unsubscribing_,
                                  v5() ? to_paho(properties) : mqtt::properties());
    });
  }

  Status disconnect(const protocol::Disconnect& disconnect) noexcept override {
    return guarded<void>([&]() -> Status {
      const Passage passage;
      try {
        send_disconnect(disconnect);
      } catch (const mqtt::exception& exception) {
        if (exception.get_return_code() != MQTTASYNC_DISCONNECTED) throw;
        tell(Kind::lost);
      }
      return {};
    });
  }

 private:
  static mqtt::create_options create_options(protocol::Version version) {
    mqtt::create_options options(static_cast<int>(version));
    // Beyond this many Paho throws; how many there are is decided elsewhere.
    options.set_max_buffered_messages(65'535);
    return options;
  }

  static mqtt::subscribe_options subscribe_options(const protocol::Subscription& subscription) {
    using Handling = mqtt::subscribe_options::RetainHandling;
    return mqtt::subscribe_options(subscription.no_local, subscription.retain_as_published,
                                   static_cast<Handling>(subscription.retain_handling));
  }

  template <typename Work>
  static void quietly(Work&& work) noexcept {
    try {
      work();
    } catch (...) {
      // Only memory can be short here, and a C library is the caller.
    }
  }

  void send_disconnect(const protocol::Disconnect& disconnect) {
    if constexpr (mqtt::PAHO_MQTTPP_VERSION >= paho_disconnect_tells_why) {
      mqtt::disconnect_options options(0);
      options.set_reason_code(static_cast<mqtt::ReasonCode>(disconnect.reason));
      options.set_properties(to_paho(disconnect.properties));
      const auto token = client_->disconnect(options);
      token->set_action_callback(closing_);
      if (token->is_complete()) tell(Kind::closed);
    } else {
      client_->disconnect(0, nullptr, closing_);
    }
  }

  bool v5() const { return version_ == protocol::Version::v5; }

  void tell(Kind kind) {
    PahoEvent event;
    event.kind = kind;
    inbox_.put(std::move(event));
  }

  void connected(const mqtt::token& token) {
    const auto response = token.get_connect_response();
    PahoEvent event;
    event.kind = Kind::connected;
    event.session_present = response.is_session_present();
    event.properties = from_paho(response.get_properties(), protocol::PropertyPlace::connack);
    inbox_.put(std::move(event));
  }

  /// What is greater than 0 came from the server.
  void not_connected(const mqtt::token& token) {
    keep_number_taken();
    PahoEvent event;
    event.kind = token.get_return_code() > 0 ? Kind::refused : Kind::failed;
    event.code = static_cast<std::uint8_t>(token.get_return_code());
    event.text = failure_text(token);
    inbox_.put(std::move(event));
  }

  void disconnected(const mqtt::properties& properties, mqtt::ReasonCode reason) {
    PahoEvent event;
    event.kind = Kind::disconnected;
    event.code = static_cast<std::uint8_t>(reason);
    event.properties = from_paho(properties, protocol::PropertyPlace::disconnect);
    inbox_.put(std::move(event));
  }

  void published(const mqtt::token& token) {
    PahoEvent event;
    event.kind = Kind::published;
    event.ticket = ticket_of(token);
    event.qos_0 = is_qos_0(token);
    if (v5()) event.code = static_cast<std::uint8_t>(token.get_reason_code());
    inbox_.put(std::move(event));
  }

  void not_published(const mqtt::token& token) {
    const auto answer = v5() ? answer_of(token, true) : std::nullopt;
    PahoEvent event;
    event.kind = answer ? Kind::published : Kind::not_published;
    event.code = answer.value_or(0);
    event.ticket = ticket_of(token);
    event.qos_0 = is_qos_0(token);
    event.damaged = !answer && token.get_return_code() == MQTTASYNC_FAILURE;
    inbox_.put(std::move(event));
  }

  void subscribed(const mqtt::token& token) {
    const auto response = token.get_subscribe_response();
    PahoEvent event;
    event.kind = Kind::subscribed;
    event.ticket = ticket_of(token);
    event.code = static_cast<std::uint8_t>(response.get_reason_codes().at(0));
    event.properties = from_paho(response.get_properties(), protocol::PropertyPlace::suback);
    inbox_.put(std::move(event));
  }

  void unsubscribed(const mqtt::token& token) {
    PahoEvent event;
    event.kind = Kind::unsubscribed;
    event.ticket = ticket_of(token);
    if (v5()) {
      event.code = static_cast<std::uint8_t>(token.get_reason_code());
      // The response of any other code is out of reach: asking for it throws.
      if (event.code == 0)
        event.properties = from_paho(token.get_unsubscribe_response().get_properties(),
                                     protocol::PropertyPlace::unsuback);
    }
    inbox_.put(std::move(event));
  }

  /// A filter that was refused is a failure to Paho.
  void not_answered(const mqtt::token& token, Kind answered) {
    const auto answer = answer_of(token, v5());
    PahoEvent event;
    event.kind = answer ? answered : Kind::not_answered;
    event.code = answer.value_or(0);
    event.ticket = ticket_of(token);
    inbox_.put(std::move(event));
  }

  const protocol::Version version_;
  Inbox inbox_;
  /// Paho C keeps pointers into both.
  std::optional<mqtt::ssl_options> ssl_;
  std::optional<mqtt::connect_options> options_;

  Listener connecting_;
  Listener publishing_;
  Listener subscribing_;
  Listener unsubscribing_;
  Listener closing_;
  std::unique_ptr<mqtt::async_client> client_;
};

}  // namespace

}  // namespace mqtt_toolbox::client::paho

namespace client = mqtt_toolbox::client;

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_open_paho(const client::ConnectPlan* plan,
                                                       mqtt_toolbox::protocol::Version version,
                                                       const std::string* client_identifier,
                                                       client::PahoLink** link,
                                                       mqtt_toolbox::Error* error) noexcept {
  using client::paho::Link;
  const auto opened = client::paho::guarded<Link*>([&]() -> mqtt_toolbox::Result<Link*> {
    if (auto found = client::paho::look_for_threads(); !found)
      return tl::unexpected(std::move(found.error()));
    const client::paho::Passage passage;
    client::paho::keep_paho_alive();
    return std::make_unique<Link>(*plan, version, *client_identifier).release();
  });
  if (opened)
    *link = *opened;
  else
    *error = opened.error();
  return opened ? 0 : 1;
}

extern "C" MQTT_TOOLBOX_API void mqtt_toolbox_paho_version(client::PahoVersion* version) noexcept {
  version->cpp = mqtt::PAHO_MQTTPP_VERSION;
  version->c = 0;
  for (const auto* row = MQTTAsync_getVersionInfo(); row->name != nullptr; ++row) {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    if (std::string_view(row->name) == "Version" &&
        std::sscanf(row->value, "%u.%u.%u", &major, &minor, &patch) == 3)
      version->c = client::paho_release(major, minor, patch);
  }
}
