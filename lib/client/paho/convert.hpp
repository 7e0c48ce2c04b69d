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
mqtt::ssl_options ssl_options(const transport::TlsSettings& tls);
/// `ssl` must outlive the result, which points into it.
mqtt::connect_options connect_options(const PahoConnect& how, protocol::Version version,
                                      const mqtt::ssl_options& ssl);

}  // namespace mqtt_toolbox::client::paho
