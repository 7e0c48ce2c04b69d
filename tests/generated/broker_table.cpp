#include "broker_table.hpp"

#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

constexpr std::string_view begin_mark =
    "<!-- brokers: generated from tests/broker/results.json -->\n";
constexpr std::string_view end_mark = "<!-- brokers: end -->\n";

/// The results know a broker by the name of its script.
std::string shown_name(const std::string& name) {
  static const json names = {{"activemq", "ActiveMQ"},   {"amqtt", "aMQTT"},
                             {"hivemq", "HiveMQ CE"},    {"mochi", "Mochi MQTT"},
                             {"moquette", "Moquette"},   {"mosca", "Mosca"},
                             {"mosquitto", "Mosquitto"}, {"rabbitmq", "RabbitMQ"}};
  return names.value(name, name);
}

std::string table_of(const json& results) {
  std::string heading = "| |", line = "|---|", rows;
  for (const json& broker : results.at("brokers")) {
    heading +=
        " " + shown_name(broker.at("name")) + " " + broker.at("version").get<std::string>() + " |";
    line += "---|";
  }
  for (const std::string feature : results.at("features")) {
    rows += "| " + feature + " |";
    for (const json& broker : results.at("brokers"))
      rows += " " + broker.at("features").value(feature, "-") + " |";
    rows += "\n";
  }
  return heading + "\n" + line + "\n" + rows;
}

}  // namespace

std::string broker_table(const std::string& results) {
  try {
    return table_of(json::parse(results));
  } catch (const json::exception& wrong) {
    return std::string(wrong.what()) + "\n";
  }
}

std::string with_broker_table(std::string page, const std::string& table) {
  const auto begin = page.find(begin_mark);
  const auto end = page.find(end_mark);
  if (begin == page.npos || end == page.npos || end < begin)
    return page + "(no place for the table of brokers)\n";
  const auto place = begin + begin_mark.size();
  return page.replace(place, end - place, table);
}
