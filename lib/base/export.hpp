#pragma once

/// Marks what libmqtt-toolbox.so exports: the installed public headers and what the tools call.
#define MQTT_TOOLBOX_API __attribute__((visibility("default")))
