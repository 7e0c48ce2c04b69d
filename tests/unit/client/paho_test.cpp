#include <array>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>

#include "client/paho_engine.hpp"
#include "client/paho_refusals.hpp"
#include "transport/stream.hpp"
#include "unit/client/conversation.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::PropertyId;
using protocol::Version;

// What the paho engine alone does: refusals, and what goes over the wire in another way. Without
// the module there is nothing to test.

namespace {

using Change = void (*)(ConnectPlan& plan);

transport::TlsSettings& tls(ConnectPlan& plan) {
  if (!plan.transport.tls) plan.transport.tls.emplace();
  return *plan.transport.tls;
}

transport::WebSocketSettings& websocket(ConnectPlan& plan) {
  if (!plan.transport.websocket) plan.transport.websocket.emplace();
  return *plan.transport.websocket;
}

void use_proxy(ConnectPlan& plan, transport::ProxySettings::Kind kind) {
  plan.transport.proxy.emplace();
  plan.transport.proxy->kind = kind;
  plan.transport.proxy->host = "127.0.0.1";
}

/// What a plan looks like that asks for each feature of the table.
const std::map<std::string_view, Change> asking{
    {"a Unix socket", [](ConnectPlan& plan) { plan.transport.unix_path = "/s"; }},
    {"a local address", [](ConnectPlan& plan) { plan.transport.bind_address = "127.0.0.1"; }},
    {"a SOCKS proxy",
     [](ConnectPlan& plan) { use_proxy(plan, transport::ProxySettings::Kind::socks5h); }},
    {"a proxy without WebSocket",
     [](ConnectPlan& plan) { use_proxy(plan, transport::ProxySettings::Kind::http_connect); }},
    {"a lowest TLS version of 1.3",
     [](ConnectPlan& plan) { tls(plan).minimum_version = transport::TlsVersion::tls_1_3; }},
    {"ciphers of TLS 1.3",
     [](ConnectPlan& plan) { tls(plan).ciphersuites = "TLS_AES_128_GCM_SHA256"; }},
    {"another name for the broker's certificate",
     [](ConnectPlan& plan) { tls(plan).server_name = "other"; }},
    {"the system's certificate authorities beside others",
     [](ConnectPlan& plan) {
       tls(plan).use_system_store = true;
       tls(plan).ca_file = "ca.crt";
     }},
    {"a pre-shared key", [](ConnectPlan& plan) { tls(plan).psk = "00"; }},
    {"a log of the TLS keys", [](ConnectPlan& plan) { tls(plan).key_log_file = "keys"; }},
    {"another WebSocket subprotocol",
     [](ConnectPlan& plan) { websocket(plan).subprotocol = "mqttv3.1"; }},
    {"two WebSocket headers of one name",
     [](ConnectPlan& plan) {
       websocket(plan).headers = {{"X", "1"}, {"Y", "2"}, {"X", "3"}};
     }},
    {"topic aliases", [](ConnectPlan& plan) { plan.session.use_topic_aliases = true; }},
    {"enhanced authentication",
     [](ConnectPlan& plan) {
       (void)plan.session.connect_properties.add(PropertyId::authentication_method, "m");
     }},
    {"properties of DISCONNECT",
     [](ConnectPlan& plan) {
       (void)plan.disconnect_properties.add(PropertyId::reason_string, "bye");
     }},
    {"an empty user name or password", [](ConnectPlan& plan) { plan.username = ""; }},
    {"a trace of the packets", [](ConnectPlan& plan) { plan.session.observe_packets = true; }},
    {"a time-out of its own for PINGRESP",
     [](ConnectPlan& plan) { plan.session.ping_response_timeout = std::chrono::seconds(1); }},
};

constexpr PahoVersion debian{paho_release(1, 2, 0), paho_release(1, 3, 11)};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The module, or nothing where Paho was not there.
std::optional<PahoModule> module() {
  const auto opened = open_paho();
  if (opened) return *opened;
  CHECK(opened.error().code == ExitCode::io);
  CHECK(contains(opened.error().text, "libmqtt-toolbox-paho.so"));
  return std::nullopt;
}

struct PahoConversation : Conversation {
  explicit PahoConversation(std::string_view script) : Conversation(script) {
    plan.engine = Engine::paho;
  }
  void run_script() {
    CHECK(run_to_the_end());
    CHECK(failures() == "");
    CHECK(text() == "");
  }
};

}  // namespace

TEST_CASE("each refusal is met by a plan that asks for it, and by no other" * native_only) {
  CHECK(check_paho({}, debian));
  CHECK(paho_refusals().size() == asking.size());
  for (const PahoRefusal& refusal : paho_refusals()) {
    CAPTURE(refusal.feature);
    REQUIRE(asking.contains(refusal.feature));
    ConnectPlan plan;
    asking.at(refusal.feature)(plan);
    for (const PahoRefusal& other : paho_refusals()) {
      CAPTURE(other.feature);
      CHECK(other.used(plan) == (&other == &refusal));
    }
    CHECK(refusal.possible(debian) == bool(check_paho(plan, debian)));
    const PahoVersion newest{0x7F000000, 0x7F000000};
    CHECK_FALSE(refusal.reason.empty());
    CHECK(refusal.possible(newest) == (refusal.since != PahoRefusal::never));
  }
}

TEST_CASE("each difference has its words" * native_only) {
  for (const PahoDifference& difference : paho_differences()) {
    CHECK_FALSE(difference.what.empty());
    CHECK(difference.how.ends_with('.'));
  }
}

TEST_CASE("a refusal names the feature, the option, both releases and the way out" * native_only) {
  ConnectPlan plan;
  (void)plan.disconnect_properties.add(PropertyId::reason_string, "bye");
  const auto status = check_paho(plan, debian);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ExitCode::usage);
  CHECK(status.error().text ==
        "the paho engine (Paho C++ 1.2.0, Paho C 1.3.11) cannot do properties of DISCONNECT (-D "
        "disconnect): use --engine native or Paho C++ 1.3.0");
}

TEST_CASE("what is refused is refused before a connection is made" * native_only) {
  const auto paho = module();
  if (!paho) return;
  for (const PahoRefusal& refusal : paho_refusals()) {
    if (refusal.possible(paho->version)) continue;
    CAPTURE(refusal.feature);
    PahoConversation talk("expect CONNECT");
    asking.at(refusal.feature)(talk.plan);
    const auto made = make_client({talk.loop, talk.random}, talk.plan, talk.recorder);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ExitCode::usage);
    CHECK(contains(made.error().text, refusal.feature));
    CHECK(talk.broker->received().empty());
  }
}

TEST_CASE("DISCONNECT has a reason code and properties where Paho C++ can, else it is refused") {
  const auto paho = module();
  if (!paho) return;
  const bool possible = paho->disconnect_tells_why();
  PahoConversation talk("expect CONNECT; send CONNACK; expect DISCONNECT" +
                        std::string(possible ? " code=4 reason-string=bye" : " code=0"));
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  CHECK(properties.add(PropertyId::reason_string, "bye"));
  talk.recorder.connected = [&](const Connected&) {
    talk.client->close({protocol::ReasonCode::disconnect_with_will_message, properties.view()},
                       std::chrono::seconds(5));
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.code() == (possible ? ExitCode::done : ExitCode::usage));
}

TEST_CASE("a proxy is asked for the broker by its name") {
  const auto paho = module();
  if (!paho) return;
  transport::Loop loop;
  Random random{1};
  FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  REQUIRE(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);

  ConnectPlan plan;
  plan.engine = Engine::paho;
  plan.transport.host = "broker.invalid";
  use_proxy(plan, transport::ProxySettings::Kind::http_connect);
  plan.transport.proxy->port = ntohs(address.sin_port);
  plan.transport.proxy->username = "a:b";
  plan.transport.proxy->password = "c@d";
  plan.transport.websocket.emplace();
  Recorder recorder;
  auto client = make_client({loop, random}, plan, recorder);
  REQUIRE(client);
  (*client)->connect();
  std::string request;
  transport::Loop::Watch watch(loop, listener.get(), [&](transport::Interest) {
    const FileDescriptor accepted(accept(listener.get(), nullptr, nullptr));
    std::array<char, 1000> buffer;
    const auto got = recv(accepted.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) request.assign(buffer.data(), static_cast<std::size_t>(got));
    constexpr std::string_view answer = "HTTP/1.1 403 Forbidden\r\n\r\n";
    CHECK(send(accepted.get(), answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
    loop.stop();
  });
  watch.want(transport::Interest::read);
  loop.run_until(loop.now() + std::chrono::seconds(20));
  CHECK(request.starts_with("CONNECT broker.invalid:1883 HTTP/1.1\r\n"));
  // a:b:c@d
  CHECK(contains(request, "Basic YTpiOmNAZA==\r\n"));
}

TEST_CASE("the session of a stream under 5.0 ends with it, whether or not DISCONNECT can say so") {
  const auto paho = module();
  if (!paho) return;
  const std::string end = paho->disconnect_tells_why()
                              ? "expect DISCONNECT session-expiry-interval=0"
                              : "expect DISCONNECT; accept; expect CONNECT clean=1; send CONNACK\n"
                                "expect DISCONNECT";
  PahoConversation talk(
      "expect CONNECT version=5.0 clean=1 session-expiry-interval=300; send CONNACK\n"
      "expect PUBLISH qos=1 dup=0 payload=0; close\n"
      "accept; expect CONNECT clean=0 session-expiry-interval=300; send CONNACK present=1\n"
      "expect PUBLISH qos=1 dup=1 payload=0; send PUBACK id=last\n" +
      end);
  talk.plan.session_use = SessionUse::for_stream;
  talk.plan.reconnect.attempts = 10;
  talk.recorder.connected = [&](const Connected& connected) {
    if (connected.first) CHECK(talk.publish("t", "0", 1));
  };
  talk.recorder.published = [&](const PublishOutcome&) { talk.close(); };
  talk.run_script();
}

TEST_CASE("each filter has a SUBSCRIBE of its own, and the caller one answer") {
  if (!module()) return;
  PahoConversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a; send SUBACK id=last code=0x87\n"
      "expect SUBSCRIBE filter=b; send SUBACK id=last code=1; expect DISCONNECT");
  talk.recorder.connected = [&](const Connected&) {
    std::array<protocol::Subscription, 2> filters;
    filters[0].filter = "a";
    filters[1].filter = "b";
    filters[1].qos = protocol::Qos::at_least_once;
    CHECK(talk.client->subscribe(filters, {}, 7));
  };
  talk.recorder.subscribed = [&](Token) { talk.close(); };
  talk.run_script();
  CHECK(talk.recorder.count("subscribed 7 135 1") == 1);
}

TEST_CASE("properties go both ways") {
  if (!module()) return;
  PahoConversation talk(
      "expect CONNECT receive-maximum=7 user-property=k:v; send CONNACK receive-maximum=3\n"
      "expect PUBLISH content-type=t correlation-data=c message-expiry-interval=5\n"
      "send PUBLISH topic=a content-type=u payload-format-indicator=1 user-property=x:y\n"
      "expect DISCONNECT");
  CHECK(talk.plan.session.connect_properties.add(PropertyId::receive_maximum, 7));
  CHECK(talk.plan.session.connect_properties.add_user_property("k", "v"));
  talk.recorder.connected = [&](const Connected& connected) {
    CHECK(connected.limits.receive_maximum == 3);
    protocol::PropertyList list(protocol::PropertyPlace::publish);
    CHECK(list.add(PropertyId::content_type, "t"));
    CHECK(list.add(PropertyId::correlation_data, "c"));
    CHECK(list.add(PropertyId::message_expiry_interval, 5));
    protocol::Publish message;
    message.topic = "b";
    message.properties = list.view();
    CHECK(talk.client->publish(message, 1, Payload::copied));
  };
  talk.recorder.message = [&](const protocol::Publish& message) {
    CHECK(message.properties.text(PropertyId::content_type) == "u");
    CHECK(message.properties.number(PropertyId::payload_format_indicator) == 1u);
    const auto user = message.properties.find(PropertyId::user_property);
    REQUIRE(user);
    CHECK(user->key == "x");
    CHECK(user->text == "y");
    talk.close();
    return true;
  };
  talk.run_script();
}

TEST_CASE("two clients on one loop, one of which does not read") {
  if (!module()) return;
  PahoConversation slow(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0\n"
      "send PUBLISH topic=a payload-size=10000 count=1000; expect DISCONNECT");
  slow.recorder.connected = [&](const Connected&) { CHECK(slow.subscribe("a", 0, 1)); };
  slow.recorder.subscribed = [&](Token) { slow.client->pause_reading(true); };
  slow.make();
  slow.client->connect();
  CHECK(slow.run_until([&] { return slow.recorder.count("subscribed") == 1; }));

  // Paho's only lock may be held by now, by a callback that waits for room.
  Recorder other;
  auto second = make_client({slow.loop, slow.random}, slow.plan, other);
  REQUIRE(second);
  (*second)->connect();
  slow.loop.run_until(slow.loop.now() + std::chrono::milliseconds(300));
  (*second)->close({}, std::chrono::seconds(1));
  CHECK(slow.run_until([&] { return other.closed; }));

  std::size_t received = slow.recorder.count("message");
  CHECK(received < 1000);
  slow.recorder.batch_end = [&] {
    if (slow.recorder.count("message") == 1000) slow.close();
  };
  slow.client->pause_reading(false);
  slow.run_script();
}
