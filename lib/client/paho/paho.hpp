#pragma once

// Without it Paho's header declares a `mqtt::VERSION`.
#define PAHO_MQTTPP_VERSIONS 1
#include <mqtt/async_client.h>
