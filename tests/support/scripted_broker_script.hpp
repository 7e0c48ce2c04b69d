#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "support/scripted_broker_packets.hpp"

namespace mqtt_toolbox::support {

/// One thing that a scripted broker does or waits for.
struct Step {
  enum class Kind : std::uint8_t {
    accept,
    expect,
    expect_close,
    send,
    send_raw,
    flood,
    close,
    reset,
    silence,
    wait,
    automatic,
    forget,
    stop_reading,
    start_reading,
  };
  Kind kind = Kind::accept;
  PacketText packet;  ///< expect, send; automatic: the type that ends it, if `count` is not 0
  std::string bytes;  ///< send_raw, flood
  Duration wait{};
  std::uint64_t count = 1;
  std::optional<protocol::Version> as;  ///< send: instead of the client's version
  bool answered = true;                 ///< automatic: the packet that ends it is
  std::string line;                     ///< as it stands in the script
};

/// A script has a step in each line or after each semicolon; ` #` begins a comment, words in
/// quotation marks may hold spaces.
///
///   accept                        the next connection; the first step is always one
///   expect TYPE NAME=VALUE...     the next packet has this type and these fields
///   expect CLOSE                  the client closes
///   send TYPE NAME=VALUE...       also as=3.1.1 (the version to encode in) and count=N
///   send-raw HEX...               bytes
///   flood HEX...                  the same bytes again and again, until the client closes
///   close | reset                 FIN, RST
///   silence                       what comes is recorded and not answered, until the client closes
///   wait DURATION                 what comes meanwhile is for the next steps
///   auto [until=TYPE count=N [answered=no]]
///                                 behave as a small broker, for ever or to the Nth packet of a
///                                 type
///   forget                        lose the client's session
///   stop-reading | start-reading
Result<std::vector<Step>> parse_script(std::string_view text);

}  // namespace mqtt_toolbox::support
