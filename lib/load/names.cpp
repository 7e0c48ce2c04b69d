#include "load/names.hpp"

#include <fmt/format.h>

namespace mqtt_toolbox::load {

namespace {

/// Appends what stands for the template at the front of `text`; returns its length, or 0.
std::size_t append_name(std::string& to, std::string_view text, const Names& names) {
  const auto is = [text](std::string_view word) { return text.substr(0, word.size()) == word; };
  if (is("{n}")) {
    to += std::to_string(names.number);
    return 3;
  }
  if (is("{client}")) {
    to += names.client;
    return 8;
  }
  if (is("{run}")) {
    to += fmt::format("{:08x}", names.run);
    return 5;
  }
  return 0;
}

}  // namespace

std::string expand(std::string_view pattern, const Names& names) {
  std::string text;
  while (!pattern.empty()) {
    std::size_t taken = append_name(text, pattern, names);
    if (taken == 0) {
      text += pattern.front();
      taken = 1;
    }
    pattern.remove_prefix(taken);
  }
  return text;
}

std::string client_identifier(const Plan& plan, std::uint64_t number) {
  return expand(plan.clients.identifier, {{}, number, plan.run});
}

Login login_of(const Plan& plan, std::uint64_t number, std::string_view identifier) {
  const Clients& clients = plan.clients;
  if (!clients.credentials.empty()) {
    const Credentials& own = clients.credentials[number % clients.credentials.size()];
    return {own.username, own.password};
  }
  const Names names{identifier, number, plan.run};
  Login login;
  if (clients.username) login.username = expand(*clients.username, names);
  const auto password =
      clients.shared_password ? clients.shared_password->value() : clients.password;
  if (password) login.password = expand(*password, names);
  return login;
}

}  // namespace mqtt_toolbox::load
