#include "known.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace mqtt_toolbox::contract {
namespace {

using nlohmann::json;

std::regex regex_of(const json& row, const char* key) {
  return std::regex(row.at(key).get<std::string>());
}

KnownBreach breach_of(const json& row) {
  return {row.at("broker"),
          row.at("version"),
          regex_of(row, "protocol"),
          regex_of(row, "case"),
          regex_of(row, "observed"),
          row.at("remark"),
          row.value("sometimes", false),
          row.value("unsupported", false)};
}

bool is_for(const KnownBreach& row, const BrokerFacts& broker) {
  return row.broker == broker.name && (broker.version + ".").starts_with(row.version + ".");
}

}  // namespace

Result<KnownBreaches> KnownBreaches::read(const std::string& file, const BrokerFacts& broker) {
  std::ifstream stream(file);
  return parse(stream, broker).map_error([&](const Error& error) {
    return Error{error.code, file + ": " + error.text};
  });
}

Result<KnownBreaches> KnownBreaches::parse(std::istream& text, const BrokerFacts& broker) {
  KnownBreaches breaches;
  try {
    for (const json& row : json::parse(text))
      if (KnownBreach breach = breach_of(row); is_for(breach, broker))
        breaches.rows_.push_back(std::move(breach));
  } catch (const std::exception& wrong) {  // of JSON, and of regular expressions
    return fail(ExitCode::io, wrong.what());
  }
  return breaches;
}

const KnownBreach* KnownBreaches::find(const std::string& protocol,
                                       const std::string& case_name) const {
  for (const KnownBreach& row : rows_)
    if (std::regex_match(protocol, row.protocol) && std::regex_match(case_name, row.case_name))
      return &row;
  return nullptr;
}

bool KnownBreaches::is_unsupported(const std::string& protocol,
                                   const std::string& case_name) const {
  const KnownBreach* row = find(protocol, case_name);
  return row != nullptr && row->unsupported;
}

}  // namespace mqtt_toolbox::contract
