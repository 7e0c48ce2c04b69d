#include <array>
#include <cstdint>
#include <cstdlib>

#include "options/assign.hpp"
#include "options/configuration.hpp"

namespace {

using namespace mqtt_toolbox::options;

struct FuzzSettings : Settings {
  std::vector<std::string> topics;
};

constexpr Spec own[] = {{.name = "topic",
                         .letter = 't',
                         .kind = Kind::text,
                         .value_name = "TOPIC",
                         .group = Group::message,
                         .repeatable = true,
                         .help = "topic",
                         .assign = append_text<&FuzzSettings::topics>}};

constexpr std::array groups{Group::connection, Group::authentication, Group::tls,
                            Group::websocket,  Group::session,        Group::reconnect,
                            Group::will,       Group::properties,     Group::publish_properties,
                            Group::reporting,  Group::general};

constexpr Tool tool{.name = "mqtt-fuzz",
                    .summary = "fuzz",
                    .synopsis = "",
                    .description = "",
                    .groups = groups,
                    .own = own,
                    .examples = {}};

/// Nothing is there: files, commands and the terminal are not to be touched.
class Nowhere final : public Outside {
 public:
  bool exists(const std::string&) override { return true; }
  mqtt_toolbox::Result<std::string> read(const std::string&, std::size_t) override { return text; }
  bool readable_by_others(const std::string&) override { return true; }
  mqtt_toolbox::Result<std::string> output_of(const std::string&, std::size_t) override {
    return std::string();
  }
  mqtt_toolbox::Result<std::string> ask(std::string_view) override { return std::string(); }
  int process_id() override { return 1; }

  std::string text;
};

}  // namespace

/// The text is the configuration file: read, merged, assigned and checked, with the profile `p`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Nowhere outside;
  outside.text.assign(reinterpret_cast<const char*>(data), size);
  std::string name = "mqtt-fuzz";
  std::array<char*, 1> argv{name.data()};
  const Arguments arguments(1, argv.data(), tool);
  const std::array<const char*, 3> environment{"HOME=/h", "MQTT_TOOLBOX_PROFILE=p", nullptr};
  for (std::size_t first : {0, 1}) {
    FuzzSettings settings;
    const std::array<const char*, 2> no_profile{"HOME=/h", nullptr};
    const char* const* chosen = first == 0 ? environment.data() : no_profile.data();
    auto resolved = resolve(tool, settings, {arguments, chosen, outside});
    if (!resolved && resolved.error().text.empty()) std::abort();
  }
  return 0;
}
