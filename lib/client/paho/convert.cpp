#include "client/paho/convert.hpp"

#include <chrono>

#include <fmt/format.h>

namespace mqtt_toolbox::client::paho {

using protocol::Property;
using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyPlace;

namespace {

std::string string_of(protocol::Bytes bytes) {
  return std::string(bytes);
}

mqtt::property to_paho(const Property& property, PropertyKind kind) {
  const auto code = static_cast<mqtt::property::code>(property.id);
  switch (kind) {
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: return {code, mqtt::string_ref(string_of(property.text))};
    case PropertyKind::utf8_string_pair:
      return {code, mqtt::string_ref(string_of(property.key)),
              mqtt::string_ref(string_of(property.text))};
    case PropertyKind::byte:
    case PropertyKind::two_byte_integer:
    case PropertyKind::four_byte_integer:
    case PropertyKind::variable_byte_integer: break;
  }
  return {code, static_cast<std::int32_t>(property.number)};
}

protocol::Bytes bytes_of(const MQTTLenString& string) {
  return string.data == nullptr
             ? protocol::Bytes()
             : protocol::Bytes(string.data, static_cast<std::size_t>(string.len));
}

Property from_paho(const MQTTProperty& property, PropertyKind kind) {
  Property result;
  result.id = static_cast<PropertyId>(property.identifier);
  switch (kind) {
    case PropertyKind::byte: result.number = property.value.byte; break;
    case PropertyKind::two_byte_integer: result.number = property.value.integer2; break;
    case PropertyKind::four_byte_integer:
    case PropertyKind::variable_byte_integer: result.number = property.value.integer4; break;
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: result.text = bytes_of(property.value.data); break;
    case PropertyKind::utf8_string_pair:
      result.key = bytes_of(property.value.data);
      result.text = bytes_of(property.value.value);
      break;
  }
  return result;
}

std::string with_brackets(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

/// RFC 3986 section 3.2.1: what is not unreserved would end the name or the password.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const char byte : text) {
    if (plain.find(byte) != std::string_view::npos)
      result += byte;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return result;
}

/// For a connection with TLS Paho takes the scheme for a part of the user name unless it is https.
std::string proxy_uri(const transport::ProxySettings& proxy, bool tls) {
  std::string credentials;
  if (!proxy.username.empty()) {
    credentials = percent_encoded(proxy.username);
    if (!proxy.password.empty()) credentials += ':' + percent_encoded(proxy.password);
    credentials += '@';
  }
  return fmt::format("{}://{}{}:{}", tls ? "https" : "http", credentials, with_brackets(proxy.host),
                     proxy.port);
}

mqtt::will_options to_paho(const session::WillSettings& will, bool v5) {
  return mqtt::will_options(mqtt::string_ref(will.topic), mqtt::binary_ref(will.payload),
                            static_cast<int>(will.qos), will.retain,
                            v5 ? paho::to_paho(will.properties.view()) : mqtt::properties());
}

void set_headers(mqtt::connect_options& options, const transport::WebSocketSettings& websocket) {
  mqtt::name_value_collection headers;
  for (const auto& [name, value] : websocket.headers) headers.insert({name, value});
  if (!headers.empty()) options.set_http_headers(std::move(headers));
}

void set_proxy(mqtt::connect_options& options, const transport::ProxySettings& proxy, bool tls) {
  if (tls)
    options.set_https_proxy(proxy_uri(proxy, tls));
  else
    options.set_http_proxy(proxy_uri(proxy, tls));
}

}  // namespace

mqtt::properties to_paho(protocol::Properties properties) {
  mqtt::properties result;
  for (const Property& property : properties) {
    if (const auto* row = protocol::property_row(property.id))
      result.add(to_paho(property, row->kind));
  }
  return result;
}

std::string from_paho(const mqtt::properties& properties, PropertyPlace place) {
  protocol::PropertyList list(place);
  const MQTTProperties& all = properties.c_struct();
  for (int i = 0; i < all.count; ++i) {
    const MQTTProperty& property = all.array[i];
    const auto* row = protocol::property_row(static_cast<PropertyId>(property.identifier));
    if (row != nullptr) (void)list.add(from_paho(property, row->kind));
  }
  return std::string(list.view().encoded());
}

mqtt::message_ptr to_paho(const protocol::Publish& message, bool v5) {
  return mqtt::message::create(mqtt::string_ref(string_of(message.topic)),
                               mqtt::binary_ref(string_of(message.payload)),
                               static_cast<int>(message.qos), message.retain,
                               v5 ? to_paho(message.properties) : mqtt::properties());
}

PahoEvent from_paho(const mqtt::message& message) {
  PahoEvent event;
  event.kind = PahoEvent::Kind::message;
  event.text = message.get_topic();
  event.payload = message.get_payload_ref().to_string();
  event.qos = static_cast<protocol::Qos>(message.get_qos());
  event.retain = message.is_retained();
  event.dup = message.is_duplicate();
  if (!message.get_properties().empty())
    event.properties = from_paho(message.get_properties(), PropertyPlace::publish);
  return event;
}

std::string server_uri(const ConnectPlan& plan) {
  const transport::ConnectSettings& transport = plan.transport;
  const char* scheme =
      transport.websocket ? (transport.tls ? "wss" : "ws") : (transport.tls ? "ssl" : "tcp");
  return fmt::format("{}://{}:{}{}", scheme, with_brackets(transport.host), transport.port,
                     transport.websocket ? transport.websocket->path : std::string());
}

void set(mqtt::ssl_options& ssl, const transport::TlsSettings& tls) {
  ssl.set_trust_store(tls.ca_file);
  ssl.ca_path(tls.ca_path);
  ssl.set_key_store(tls.certificate_file);
  ssl.set_private_key(tls.key_file);
  if (tls.key_password) ssl.set_private_key_password(*tls.key_password);
  if (!tls.ciphers.empty()) ssl.set_enabled_cipher_suites(tls.ciphers);
  if (!tls.alpn.empty()) ssl.set_alpn_protos(tls.alpn);
  ssl.set_enable_server_cert_auth(!tls.any_chain);
  ssl.set_verify(!tls.insecure && !tls.any_chain);
}

void set(mqtt::connect_options& options, mqtt::ssl_options& ssl, const PahoConnect& how,
         protocol::Version version) {
  const bool v5 = version == protocol::Version::v5;
  options.set_mqtt_version(static_cast<int>(version));
  if (v5) {
    options.set_clean_start(how.clean_start);
    options.set_properties(to_paho(how.settings.connect_properties.view()));
  } else {
    options.set_clean_session(how.clean_start);
  }
  options.set_keep_alive_interval(how.settings.keep_alive);
  options.set_max_inflight(how.window);
  options.set_connect_timeout(std::chrono::ceil<std::chrono::seconds>(how.timeout));
  if (how.plan.username) options.set_user_name(*how.plan.username);
  if (how.password) options.set_password(*how.password);
  if (how.settings.will) options.set_will(to_paho(*how.settings.will, v5));
  const transport::ConnectSettings& transport = how.plan.transport;
  if (transport.websocket) set_headers(options, *transport.websocket);
  if (transport.proxy) set_proxy(options, *transport.proxy, transport.tls.has_value());
  if (!transport.tls) return;
  set(ssl, *transport.tls);
  options.set_ssl(ssl);
}

}  // namespace mqtt_toolbox::client::paho
