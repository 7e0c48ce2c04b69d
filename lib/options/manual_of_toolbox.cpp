#include <algorithm>
#include <array>

#include "client/paho_refusals.hpp"
#include "options/compatibility.hpp"
#include "options/mdoc.hpp"
#include "options/property_value.hpp"
#include "options/text.hpp"
#include "options/tool.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

using Tools = std::span<const Tool* const>;

std::string list_tools(Tools tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Tool* tool : tools) {
    out += ".It Xr " + std::string(tool->name) + " 1\n";
    append_mdoc_text(out, capitalised(tool->summary) + ".");
  }
  return out + ".El\n";
}

std::string list_exit_codes(Tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const ExitCodeMeaning& row : exit_codes) {
    out += ".It " + std::to_string(static_cast<int>(row.code)) + '\n';
    append_mdoc_text(out, capitalised(row.meaning) + ".");
  }
  return out + ".El\n";
}

/// The sentence on several failures in one run.
std::string rank_exit_codes(Tools) {
  std::string text = "When a run meets several of them, the first in this order is its status: ";
  for (std::size_t i = 0; i < exit_code_ranks.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(static_cast<int>(exit_code_ranks[i]));
  std::string out;
  append_mdoc_text(out, text + ". What ended the run goes before what it found.");
  return out;
}

std::string list_differences(Tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Difference& row : differences()) {
    out += ".It " + mdoc_escape(row.what) + '\n';
    append_mdoc_text(out, row.reason);
  }
  return out + ".El\n";
}

std::string list_paho_refusals(Tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const client::PahoRefusal& row : client::paho_refusals()) {
    const std::string options =
        row.options.empty() ? std::string() : " (" + std::string(row.options) + ')';
    out += ".It " + mdoc_escape(capitalised(row.feature) + options) + '\n';
    std::string text(row.reason);
    if (const std::string with = row.possible_with(); !with.empty()) text += ' ' + with + " can.";
    append_mdoc_text(out, text);
  }
  return out + ".El\n";
}

std::string list_paho_differences(Tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const client::PahoDifference& row : client::paho_differences()) {
    out += ".It " + mdoc_escape(row.what) + '\n';
    append_mdoc_text(out, row.how);
  }
  return out + ".El\n";
}

std::string list_properties(Tools) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const PropertyPacket& packet : property_packets()) {
    out += ".It " + std::string(packet.name) + '\n';
    std::string names;
    for (const protocol::PropertyRow& row : protocol::property_rows()) {
      if (!client_sets(row, packet.place)) continue;
      if (!names.empty()) names += ", ";
      names += row.flag_name;
    }
    append_mdoc_text(out, names + '.');
  }
  return out + ".El\n";
}

/// The options that are left behind when another broker is named.
std::string list_broker_bound(Tools) {
  std::string names;
  for (unsigned group = 0; group <= static_cast<unsigned>(Group::general); ++group)
    for (const Spec& spec : shared_specs(static_cast<Group>(group)))
      if (spec.broker_bound) names += (names.empty() ? "--" : ", --") + std::string(spec.name);
  std::string out;
  append_mdoc_text(out, names + '.');
  return out;
}

std::string list_see_also(Tools tools) {
  std::string out;
  for (std::size_t i = 0; i < tools.size(); ++i)
    out += ".Xr " + std::string(tools[i]->name) + " 1" + (i + 1 < tools.size() ? " ,\n" : "\n");
  return out;
}

std::string date(Tools) {
  return std::string(manual_date);
}

struct Marker {
  std::string_view name;
  std::string (*text)(Tools);
};

constexpr std::array<Marker, 10> markers{{
    {"@DATE@", date},
    {"@TOOLS@\n", list_tools},
    {"@EXIT_STATUS@\n", list_exit_codes},
    {"@EXIT_RANKS@\n", rank_exit_codes},
    {"@DIFFERENCES@\n", list_differences},
    {"@PROPERTIES@\n", list_properties},
    {"@PAHO_REFUSALS@\n", list_paho_refusals},
    {"@PAHO_DIFFERENCES@\n", list_paho_differences},
    {"@BROKER_BOUND@\n", list_broker_bound},
    {"@SEE_ALSO@\n", list_see_also},
}};

std::string list_results(std::span<const ListEntry> results) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const ListEntry& entry : results) {
    out += ".It " + mdoc_escape(entry.term) + '\n';
    append_mdoc_text(out, entry.text);
  }
  return out + ".El\n";
}

std::string as_source(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string out;
  for (std::string_view name : names) out += '"' + std::string(name) + "\",\n";
  return out;
}

}  // namespace

Result<std::string> manual_of_toolbox(std::string_view page_template, Tools tools,
                                      std::span<const ListEntry> results) {
  std::string page = replace_all(std::string(page_template), "@RESULTS@\n", list_results(results));
  for (const Marker& marker : markers) {
    if (page.find(marker.name) == std::string::npos)
      return fail(ExitCode::no, "the template lacks " + std::string(marker.name));
    page = replace_all(std::move(page), marker.name, marker.text(tools));
  }
  const std::size_t left = page.find("\n@");
  if (left != std::string::npos)
    return fail(ExitCode::no, "the template has an unknown marker" + page.substr(left, 20));
  return page;
}

std::string option_names_source(Tools tools) {
  std::vector<std::string_view> names;
  for (const Tool* tool : tools)
    for (const Spec& spec : tool->own) names.push_back(spec.name);
  return as_source(std::move(names));
}

std::string tool_names_source(Tools tools) {
  std::vector<std::string_view> names;
  for (const Tool* tool : tools) names.push_back(tool->name);
  return as_source(std::move(names));
}

}  // namespace mqtt_toolbox::options
