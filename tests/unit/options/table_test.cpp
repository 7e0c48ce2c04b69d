#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "options/compatibility.hpp"
#include "options/property_value.hpp"
#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

template <typename Visit>
void each_shared(Visit visit) {
  for (unsigned group = 0; group <= static_cast<unsigned>(Group::general); ++group)
    for (const Spec& spec : shared_specs(static_cast<Group>(group))) {
      INFO(spec.name);
      visit(spec, static_cast<Group>(group));
    }
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  });
}

}  // namespace

TEST_CASE("every option stands in the table of its group") {
  each_shared([](const Spec& spec, Group group) { CHECK(spec.group == group); });
}

TEST_CASE("names, aliases and letters are unique in a tool that takes everything") {
  std::set<std::string_view> names;
  std::set<char> letters;
  each_spec(probe_tool, [&](const Spec& spec) {
    INFO(spec.name);
    CHECK(is_name(spec.name));
    CHECK(names.insert(spec.name).second);
    if (!spec.alias.empty()) CHECK(names.insert(spec.alias).second);
    if (spec.letter != '\0') CHECK(letters.insert(spec.letter).second);
  });
}

TEST_CASE("the negation of a switch is no other option's name") {
  std::set<std::string> names;
  each_spec(probe_tool, [&](const Spec& spec) { names.emplace(spec.name); });
  each_spec(probe_tool, [&](const Spec& spec) {
    if (spec.kind != Kind::toggle) return;
    INFO(spec.name);
    CHECK(names.count("no-" + std::string(spec.name)) == 0);
  });
}

TEST_CASE("help is one clause: a small letter first, no full stop, fits a line with its value") {
  each_shared([](const Spec& spec, Group) {
    CHECK_FALSE(spec.help.empty());
    CHECK_FALSE(spec.help.ends_with('.'));
    CHECK(spec.help.find('\n') == std::string_view::npos);
    CHECK(spec.help.size() <= 80);
    const bool small = spec.help[0] >= 'a' && spec.help[0] <= 'z';
    const bool name = spec.help[0] >= '0' && spec.help[0] <= '9';
    const bool acronym = spec.help.size() > 1 && spec.help[1] >= 'A' && spec.help[1] <= 'Z';
    const bool proper = acronym || spec.help.starts_with("OpenSSL") || spec.help.starts_with("QoS");
    CHECK((small || name || proper));
  });
}

TEST_CASE("manual text is sentences") {
  each_shared([](const Spec& spec, Group) {
    if (!spec.manual.empty()) CHECK(spec.manual.ends_with('.'));
  });
}

TEST_CASE("a value name says that there is a value") {
  each_shared([](const Spec& spec, Group) {
    const bool named = !spec.value_name.empty();
    CHECK(named == (spec.takes_value() || spec.kind == Kind::mark));
  });
}

TEST_CASE("choices: there for the kind, without repetition") {
  each_shared([](const Spec& spec, Group) {
    if (spec.kind == Kind::choice) CHECK_FALSE(spec.choices.empty());
    const std::set<std::string_view> unique(spec.choices.begin(), spec.choices.end());
    CHECK(unique.size() == spec.choices.size());
  });
}

TEST_CASE("every option is assigned or refused") {
  each_shared(
      [](const Spec& spec, Group) { CHECK((spec.assign != nullptr) == spec.refusal.empty()); });
}

TEST_CASE("every property that a client sets has a flag of its own, named by its place") {
  using protocol::PropertyId;
  using protocol::PropertyPlace;
  for (const PropertyPacket& packet : property_packets())
    for (const protocol::PropertyRow& row : protocol::property_rows()) {
      if (!client_sets(row, packet.place)) continue;
      std::string name(row.flag_name);
      const bool pair = row.id == PropertyId::user_property;
      const bool prefixed = packet.place == PropertyPlace::will ||
                            packet.place == PropertyPlace::disconnect ||
                            (pair && packet.place != PropertyPlace::publish);
      if (prefixed && !name.starts_with(packet.name)) name = std::string(packet.name) + "-" + name;
      INFO(name);
      const Spec* spec = find_spec(probe_tool, name);
      REQUIRE(spec != nullptr);
      CHECK(spec->v5);
      CHECK(spec->repeatable == pair);
    }
}

TEST_CASE("mosquitto's letters have mosquitto's meaning") {
  const std::map<char, std::string_view> wanted{
      {'A', "bind-address"},
      {'c', "disable-clean-session"},
      {'d', "debug"},
      {'D', "property"},
      {'h', "host"},
      {'i', "id"},
      {'I', "id-prefix"},
      {'k', "keepalive"},
      {'L', "url"},
      {'M', "inflight"},
      {'o', "options-file"},
      {'p', "port"},
      {'P', "password"},
      {'u', "username"},
      {'V', "protocol-version"},
      {'x', "session-expiry-interval"},
  };
  for (const auto& [letter, name] : wanted) {
    const Spec* spec = find_spec(probe_tool, letter);
    REQUIRE(spec != nullptr);
    CHECK(spec->name == name);
  }
  for (std::string_view name : {"host",
                                "port",
                                "unix",
                                "url",
                                "keepalive",
                                "id",
                                "id-prefix",
                                "protocol-version",
                                "nodelay",
                                "ws",
                                "proxy",
                                "username",
                                "pw",
                                "cafile",
                                "capath",
                                "cert",
                                "key",
                                "keyform",
                                "ciphers",
                                "tls-version",
                                "tls-alpn",
                                "tls-engine",
                                "tls-engine-kpass-sha1",
                                "tls-use-os-certs",
                                "insecure",
                                "psk",
                                "psk-identity",
                                "tls-keylog",
                                "disable-clean-session",
                                "session-expiry-interval",
                                "will-topic",
                                "will-payload",
                                "will-qos",
                                "will-retain",
                                "property",
                                "quiet",
                                "help",
                                "version"}) {
    INFO(name);
    CHECK(find_spec(probe_tool, name) != nullptr);
  }
}

TEST_CASE("a difference to mosquitto has a reason in sentences") {
  for (const Difference& row : differences()) {
    INFO(row.what);
    CHECK(row.reason.ends_with('.'));
  }
}
