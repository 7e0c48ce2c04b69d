#include "facts.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace mqtt_toolbox::contract {
namespace {

using nlohmann::json;

Credentials credentials_of(const json& object) {
  return {object.value("username", ""), object.value("password", "")};
}

std::optional<SpecialDoor> special_door(const json& facts, const char* name) {
  if (!facts.contains(name)) return std::nullopt;
  const json& door = facts.at(name);
  return SpecialDoor{door.at("port").get<std::uint16_t>(), credentials_of(door)};
}

BrokerFacts facts_of(const json& object) {
  BrokerFacts facts;
  object.at("name").get_to(facts.name);
  object.at("version").get_to(facts.version);
  object.at("doors").get_to(facts.doors);
  facts.websocket_path = object.value("ws_path", "/mqtt");
  facts.ca_file = object.value("cafile", "");
  if (object.contains("username")) facts.credentials = credentials_of(object);
  facts.login = special_door(object, "login");
  facts.limited = special_door(object, "limited");
  facts.restart = object.value("restart", std::vector<std::string>());
  facts.side_by_side = object.value("side_by_side", facts.side_by_side);
  return facts;
}

BrokerFacts facts_with_versions(json object) {
  BrokerFacts facts = facts_of(object);
  if (object.contains("v5")) {
    object.merge_patch(json(object.at("v5")));
    facts.v5 = std::make_shared<const BrokerFacts>(facts_of(object));
  }
  return facts;
}

}  // namespace

Result<BrokerFacts> read_facts(const std::string& file) {
  std::ifstream stream(file);
  try {
    return facts_with_versions(json::parse(stream));
  } catch (const json::exception& wrong) {
    return fail(ExitCode::io, file + ": " + wrong.what());
  }
}

}  // namespace mqtt_toolbox::contract
