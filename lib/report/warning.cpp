#include "report/warning.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "load/lateness.hpp"

namespace mqtt_toolbox::report {

const WarningMeaning& meaning(load::Warning warning) {
  const auto found = std::find_if(warning_meanings.begin(), warning_meanings.end(),
                                  [&](const auto& entry) { return entry.warning == warning; });
  return found == warning_meanings.end() ? warning_meanings.back() : *found;
}

namespace {

constexpr std::size_t longest_identifier = 100;

struct LateMeaning {
  load::LateCause cause;
  std::string_view words;  ///< behind a share in per cent
  std::string_view mend;
};

constexpr std::array<LateMeaning, 4> late_meanings{{
    {load::LateCause::generator, "of that because the generator was at work",
     "Lower --rate, add --threads, or use more machines."},
    {load::LateCause::broker,
     "of that because the broker took no more (full in-flight window or socket, no connection)",
     "Lower --rate, add --clients, or widen the window with --inflight."},
    {load::LateCause::machine, "of that because other programs had the core",
     "End what else runs on this machine, or give the generator cores of its own (taskset)."},
    {load::LateCause::host,
     "of that because the host of this virtual machine gave its time to others",
     "Measure from a machine that has its cores for itself."},
}};

WarningText late_text(const load::Measurement& measurement) {
  const load::MainCause main = load::main_cause(measurement);
  const LateMeaning& entry = late_meanings.at(static_cast<std::size_t>(main.cause));
  return {
      fmt::format("Messages were sent later than due, {:.0f} % {}.", 100 * main.share, entry.words),
      std::string(entry.mend)};
}

WarningText few_clients_text(const load::NeverConnected& clients) {
  const WarningMeaning& entry = meaning(load::Warning::client_limits);
  return {fmt::format("{} {} never did, the first is {}.", entry.cause, clients.clients,
                      printable(clients.first, longest_identifier)),
          std::string(entry.mend)};
}

}  // namespace

WarningText text_of(load::Warning warning, const load::Measurement& measurement) {
  if (warning == load::Warning::sends_late && measurement.late.all > 0)
    return late_text(measurement);
  if (warning == load::Warning::client_limits && measurement.never_connected.clients != 0)
    return few_clients_text(measurement.never_connected);
  const WarningMeaning& entry = meaning(warning);
  return {std::string(entry.cause), std::string(entry.mend)};
}

std::optional<load::Warning> warning_named(std::string_view name) {
  for (const WarningMeaning& entry : warning_meanings)
    if (entry.name == name) return entry.warning;
  return std::nullopt;
}

}  // namespace mqtt_toolbox::report
