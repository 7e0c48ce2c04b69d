#include "options/settings.hpp"

#include "options/spec.hpp"

namespace mqtt_toolbox::options {

const Given* Settings::find(std::string_view name) const {
  for (const Given& given : record)
    if (given.spec->name == name) return &given;
  return nullptr;
}

}  // namespace mqtt_toolbox::options
