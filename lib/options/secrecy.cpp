#include "options/secrecy.hpp"

#include "base/utf8.hpp"
#include "options/property_value.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {

bool holds_secret(const Spec& spec, const std::vector<std::string>& values) {
  if (spec.kind == Kind::property) return values.size() > 1 && is_secret_property(values[1]);
  if (spec.kind == Kind::url) return !find_secrets(values[0]).empty();
  return spec.secret;
}

void warn_of_readers(Outside& outside, const std::string& path, Settings& settings) {
  if (!outside.readable_by_others(path)) return;
  settings.warnings.push_back(printable(path, 200) +
                              " holds a secret and others may read it; chmod 600 mends that");
}

}  // namespace mqtt_toolbox::options
