#include <array>

#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr auto group = Group::websocket;

std::string_view without_blanks(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// RFC 9110 section 5: a line break in a name or value would smuggle in another header.
Status assign_header(Settings& settings, Values values) {
  const std::size_t colon = values[0].find(':');
  if (colon == std::string_view::npos || colon == 0)
    return fail(ExitCode::usage, "a header is written NAME: VALUE");
  if (values[0].find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return fail(ExitCode::usage, "a header is one line");
  settings.draft.websocket.headers.emplace_back(values[0].substr(0, colon),
                                                without_blanks(values[0].substr(colon + 1)));
  return {};
}

Status assign_path(Settings& settings, Values values) {
  if (!values[0].starts_with('/'))
    return fail(ExitCode::usage, "a WebSocket path starts with a slash");
  settings.draft.websocket.path = values[0];
  return {};
}

constexpr std::array<Spec, 4> specs{{
    {.name = "ws",
     .kind = Kind::toggle,
     .group = group,
     .broker_bound = true,
     .help = "speak MQTT over WebSocket",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.use_websocket = values[0] == "true";
       return {};
     }},
    {.name = "ws-path",
     .kind = Kind::url,
     .value_name = "PATH",
     .group = group,
     .fallback = "/mqtt",
     .broker_bound = true,
     .help = "path of the WebSocket; implies --ws",
     .assign = assign_path},
    {.name = "ws-header",
     .kind = Kind::text,
     .value_name = "HEADER",
     .group = group,
     .secret = true,
     .repeatable = true,
     .broker_bound = true,
     .help = "header of the WebSocket request, NAME: VALUE",
     .assign = assign_header},
    {.name = "ws-subprotocol",
     .kind = Kind::text,
     .value_name = "NAME",
     .group = group,
     .fallback = "mqtt",
     .broker_bound = true,
     .help = "subprotocol of the WebSocket",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.websocket.subprotocol = values[0];
       return {};
     }},
}};

}  // namespace

Specs websocket_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
