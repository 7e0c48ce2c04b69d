#include "options/arguments.hpp"

#include <cstring>

#include "options/property_value.hpp"
#include "options/tool.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

/// Nothing of the secret stays, not even its length.
void erase(char* secret, std::size_t size) {
  if (size == 0) return;
  std::memset(secret, '\0', size);
  secret[0] = '*';
}

void erase_url_secrets(char* url) {
  for (const PasswordPlace& place : find_secrets(url)) erase(url + place.position, place.size);
}

/// Overwrites the secret in the value of an option, wherever the value starts.
void erase_value(const Spec& spec, char* value) {
  if (spec.secret) erase(value, std::strlen(value));
  if (spec.kind == Kind::url) erase_url_secrets(value);
}

/// The options that an argument may name, and where a value within the same argument starts; null
/// when the value is the next argument. Arguments that are values but look like options are taken
/// for options: the worst of it is a `*` too many in a listing of processes.
struct Named {
  const Spec* spec = nullptr;
  char* value = nullptr;
};

Named find_long(const Tool& tool, char* text) {
  char* equals = std::strchr(text, '=');
  const std::string_view name(
      text, equals == nullptr ? std::strlen(text) : static_cast<std::size_t>(equals - text));
  return {find_spec(tool, name), equals == nullptr ? nullptr : equals + 1};
}

/// The first letter of a cluster that takes a value ends it.
Named find_in_cluster(const Tool& tool, char* letters) {
  for (; *letters != '\0'; ++letters) {
    const Spec* spec = find_spec(tool, *letters);
    if (spec == nullptr) return {};
    if (spec->takes_value()) return {spec, letters[1] == '\0' ? nullptr : letters + 1};
  }
  return {};
}

/// PACKET, then NAME, then VALUE; `packet` is the index of the first.
void erase_property(int argc, char** argv, int packet) {
  if (packet + 2 < argc && is_secret_property(argv[packet + 1]))
    erase(argv[packet + 2], std::strlen(argv[packet + 2]));
}

void scrub(int argc, char** argv, const Tool& tool) {
  for (int i = 1; i < argc; ++i) {
    char* text = argv[i];
    if (text[0] != '-' || text[1] == '\0') continue;
    const Named named =
        text[1] == '-' ? find_long(tool, text + 2) : find_in_cluster(tool, text + 1);
    if (named.spec == nullptr) continue;
    if (named.spec->kind == Kind::property)
      erase_property(argc, argv, named.value == nullptr ? i + 1 : i);
    else if (named.value != nullptr)
      erase_value(*named.spec, named.value);
    else if (named.spec->takes_value() && i + 1 < argc)
      erase_value(*named.spec, argv[i + 1]);
  }
}

}  // namespace

Arguments::Arguments(int argc, char** argv, const Tool& tool) {
  if (argc > 1) values_.assign(argv + 1, argv + argc);
  scrub(argc, argv, tool);
}

}  // namespace mqtt_toolbox::options
