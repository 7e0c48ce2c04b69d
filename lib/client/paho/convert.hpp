#pragma once

#include <string>

#include "client/paho/paho.hpp"
#include "client/paho_link.hpp"

/// Our values as Paho's and back.
namespace mqtt_toolbox::client::paho {

mqtt::properties to_paho(protocol::Properties properties);
/// Encoded. What the standard does not allow at `place` is left out.
std::string from_paho(const mqtt::properties& properties, protocol::PropertyPlace place);

mqtt::message_ptr to_paho(const protocol::Publish& message, bool v5);
PahoEvent from_paho(const mqtt::message& message);

/// "wss://broker.example:443/mqtt".
std::string server_uri(const ConnectPlan& plan);
/// Fills fresh options where they stand: they point into themselves, and a copy or a move forgets
/// to follow.
void set(mqtt::ssl_options& ssl, const transport::TlsSettings& tls);
/// `ssl` is filled too when the plan has TLS, and must live as long as the options.
void set(mqtt::connect_options& options, mqtt::ssl_options& ssl, const PahoConnect& how,
         protocol::Version version);

}  // namespace mqtt_toolbox::client::paho
