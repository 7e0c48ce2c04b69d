#include "options/show.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "options/property_value.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

struct Row {
  std::string option;
  std::string value;
  std::string origin;
};

std::string show_occurrence(const Spec& spec, const std::vector<std::string>& values) {
  if (spec.secret) return "***";
  if (spec.kind == Kind::url) return mask_password(values[0]);
  if (spec.kind == Kind::mark && values.empty()) return std::string(spec.fallback);
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ' ';
    const bool hidden = spec.kind == Kind::property && i == 2 && is_secret_property(values[1]);
    text += hidden ? "***" : values[i];
  }
  return text;
}

std::string show_switch(const Spec& spec, const std::string& value) {
  if (spec.takes_value() || spec.kind == Kind::mark) return value;
  return value == "true" ? "on" : "off";
}

std::string show_origin(const Origin& origin) {
  std::string text;
  switch (origin.layer) {
    case Layer::flag: text = "flag "; break;
    case Layer::environment: text = "environment "; break;
    default: text = "configuration "; break;
  }
  if (origin.from_url) text += "URL in ";
  return text + origin.where;
}

Row show_given(const Given& given) {
  return {std::string(given.spec->name), shown_value(given), show_origin(given.origin)};
}

std::string default_value(const Spec& spec) {
  if (spec.kind == Kind::flag || spec.kind == Kind::mark) return "off";
  return spec.fallback.empty() ? "-" : std::string(spec.fallback);
}

std::vector<Row> collect(const Tool& tool, const Settings& settings) {
  std::vector<Row> rows;
  each_spec(tool, [&](const Spec& spec) {
    if (spec.argv_only || !spec.refusal.empty()) return;
    if (const Given* given = settings.find(spec.name))
      rows.push_back(show_given(*given));
    else
      rows.push_back({std::string(spec.name), default_value(spec), "default"});
  });
  return rows;
}

/// The width on a terminal, but for characters of double width: UTF-8 sequences count once.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(columns(text) < width ? width - columns(text) + 2 : 2, ' ');
}

std::string as_table(const std::vector<Row>& rows) {
  std::size_t option_width = 0;
  std::size_t value_width = 0;
  for (const Row& row : rows) {
    option_width = std::max(option_width, columns(row.option));
    value_width = std::max(value_width, std::min<std::size_t>(columns(row.value), 44));
  }
  std::string out;
  for (const Row& row : rows) {
    append_padded(out, row.option, option_width);
    append_padded(out, row.value, value_width);
    out += row.origin + '\n';
  }
  return out;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (char byte : text) {
    if (byte == '"' || byte == '\\') out += '\\';
    out += byte;
  }
  out += '"';
}

/// The texts are printable already, so that quotes and backslashes are all there is to escape.
std::string as_json(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) {
    out += R"({"type":"setting","option":)";
    append_string(out, row.option);
    out += R"(,"value":)";
    append_string(out, row.value);
    out += R"(,"origin":)";
    append_string(out, printable(row.origin));
    out += "}\n";
  }
  return out;
}

}  // namespace

std::string shown_value(const Given& given) {
  std::string value;
  for (const auto& occurrence : given.occurrences) {
    if (!value.empty()) value += ", ";
    value += show_switch(*given.spec, show_occurrence(*given.spec, occurrence));
  }
  return printable(value);
}

std::string show_settings(const Tool& tool, const Settings& settings) {
  const std::vector<Row> rows = collect(tool, settings);
  return settings.json ? as_json(rows) : as_table(rows);
}

}  // namespace mqtt_toolbox::options
