#include "options/tool_options.hpp"

#include <algorithm>
#include <iterator>

namespace mqtt_toolbox::options {
namespace {

constexpr std::string_view option_table[] = {
#include "options/tool_options.inc"
};

constexpr std::string_view name_table[] = {
#include "options/tool_names.inc"
};

}  // namespace

bool is_tool_option(std::string_view long_name) {
  return std::binary_search(std::begin(option_table), std::end(option_table), long_name);
}

bool is_tool_name(std::string_view name) {
  return std::binary_search(std::begin(name_table), std::end(name_table), name);
}

std::span<const std::string_view> tool_names() {
  return name_table;
}

}  // namespace mqtt_toolbox::options
