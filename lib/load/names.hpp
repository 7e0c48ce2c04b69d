#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "load/plan.hpp"

namespace mqtt_toolbox::load {

/// What the templates of a run stand for.
struct Names {
  std::string_view client;   ///< `{client}`
  std::uint64_t number = 0;  ///< `{n}`
  std::uint32_t run = 0;     ///< `{run}`, in hexadecimal
};

/// `pattern` with its templates filled in; other braces stay as they are.
std::string expand(std::string_view pattern, const Names& names);

/// The client identifier of client `number`.
MQTT_TOOLBOX_API std::string client_identifier(const Plan& plan, std::uint64_t number);

/// The user name and password of client `number`; empty where there are none.
struct Login {
  std::optional<std::string> username;
  std::optional<std::string> password;
};
MQTT_TOOLBOX_API Login login_of(const Plan& plan, std::uint64_t number,
                                std::string_view identifier);

}  // namespace mqtt_toolbox::load
