#include <optional>
#include <string>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "protocol/topic.hpp"
#include "sub/settings.hpp"

namespace mqtt_toolbox::sub {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + printable(text, 100) + "\"";
}

Status set_number(Request& request, std::string_view key, std::string_view value) {
  return parse_unsigned(value, 0, 2).map([&](std::uint64_t number) {
    if (key == "qos")
      request.qos = static_cast<protocol::Qos>(number);
    else
      request.retain_handling = static_cast<protocol::RetainHandling>(number);
  });
}

Status set_option(Request& request, std::string_view option) {
  std::size_t equals = option.find('=');
  std::string_view key = option.substr(0, equals);
  bool has_value = equals != std::string_view::npos;
  if (has_value && (key == "qos" || key == "rh" || key == "retain-handling"))
    return set_number(request, key, option.substr(equals + 1));
  if (!has_value && key == "no-local") {
    request.no_local = true;
  } else if (!has_value && (key == "rap" || key == "retain-as-published")) {
    request.retain_as_published = true;
  } else {
    return fail(ExitCode::usage,
                quoted(option) +
                    " is none of qos=N, no-local, rap (retain-as-published) and rh=N "
                    "(retain-handling)");
  }
  return {};
}

}  // namespace

Result<Request> parse_request(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return fail(ExitCode::usage, quoted(text) + " is not OPTIONS:FILTER, as in qos=1,no-local:a/#");
  Request request;
  request.filter = text.substr(colon + 1);
  std::string_view options = text.substr(0, colon);
  while (!options.empty()) {
    std::size_t comma = options.find(',');
    if (auto set = set_option(request, options.substr(0, comma)); !set)
      return tl::unexpected<Error>(set.error());
    options = comma == std::string_view::npos ? std::string_view() : options.substr(comma + 1);
  }
  if (auto checked = protocol::check_topic_filter(request.filter); !checked)
    return fail(ExitCode::usage, protocol::describe(checked.error()));
  if (request.no_local && protocol::shared_subscription(request.filter))
    return fail(ExitCode::usage,
                protocol::describe(protocol::Fault::no_local_on_shared_subscription));
  return request;
}

}  // namespace mqtt_toolbox::sub
