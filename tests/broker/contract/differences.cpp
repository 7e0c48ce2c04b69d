#include "differences.hpp"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "client/paho_refusals.hpp"

namespace mqtt_toolbox::contract {
namespace {

using nlohmann::json;

bool is_listed(const std::string& name) {
  const auto is_refusal = [&](const client::PahoRefusal& row) { return row.feature == name; };
  const auto is_difference = [&](const client::PahoDifference& row) { return row.what == name; };
  return std::ranges::any_of(client::paho_refusals(), is_refusal) ||
         std::ranges::any_of(client::paho_differences(), is_difference);
}

}  // namespace

Result<EngineDifferences> EngineDifferences::read(const std::string& file) {
  std::ifstream stream(file);
  return parse(stream).map_error([&](const Error& error) {
    return Error{error.code, file + ": " + error.text};
  });
}

Result<EngineDifferences> EngineDifferences::parse(std::istream& text) {
  EngineDifferences differences;
  try {
    for (const json& row : json::parse(text)) {
      const auto regex = [&](const char* key) {
        return std::regex(row.at(key).get<std::string>());
      };
      differences.rows_.push_back(
          {regex("protocol"), regex("case"), regex("observed"), row.at("listed")});
    }
  } catch (const std::exception& wrong) {  // of JSON, and of regular expressions
    return fail(ExitCode::io, wrong.what());
  }
  for (const Row& row : differences.rows_)
    if (!is_listed(row.listed)) return fail(ExitCode::io, "the manual does not list " + row.listed);
  return differences;
}

Judgement EngineDifferences::judge(const Case& played, const std::string& protocol,
                                   const std::string& native, const std::string& paho,
                                   const Judgement& otherwise) const {
  const std::regex expected(played.expected);
  const bool is_equal =
      native == paho || (std::regex_match(native, expected) && std::regex_match(paho, expected));
  for (const Row& row : rows_) {
    if (!std::regex_match(protocol, row.protocol) || !std::regex_match(played.name, row.case_name))
      continue;
    if (!is_equal && std::regex_match(paho, row.observed)) return {Verdict::differs, row.listed};
  }
  return is_equal ? otherwise : Judgement{Verdict::fail, "the engines differ; native: " + native};
}

}  // namespace mqtt_toolbox::contract
