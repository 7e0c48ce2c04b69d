#include "record/format.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

#include "base/utf8.hpp"
#include "record/digits.hpp"
#include "record/format_json.hpp"
#include "record/format_template.hpp"
#include "record/text.hpp"
#include "record/time_text.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::PropertyId;

/// What the conversions write to and read from.
struct Context {
  std::string& out;
  const protocol::Publish& message;
  WallTime time;
  FormatJson& json;
  TimeText& iso_time;
  const Format::Options& options;
  std::optional<Error> fault;

  void report(std::string text) {
    if (!fault) fault = Error{ExitCode::io, std::move(text)};
  }
};

void append_shown(Context& context, std::string_view bytes) {
  if (context.options.terminal) {
    append_for_terminal(context.out, bytes);
  } else {
    context.out += bytes;
  }
}

std::size_t missing(const FormatPiece& piece, std::size_t size) {
  return piece.width > size ? piece.width - size : 0;
}

void append_padded(Context& context, const FormatPiece& piece, std::string_view bytes, char pad) {
  const std::size_t padding = missing(piece, bytes.size());
  if (!piece.left) context.out.append(padding, pad);
  append_shown(context, bytes);
  if (piece.left) context.out.append(padding, ' ');
}

void append_number(Context& context, const FormatPiece& piece, std::uint64_t number) {
  std::string digits;
  append_digits(digits, number);
  append_padded(context, piece, digits, piece.pad);
}

/// A string of a property or the topic: the flag 0 does not count, the precision cuts.
void append_string(Context& context, const FormatPiece& piece, std::string_view text) {
  if (piece.precision >= 0) text = text.substr(0, static_cast<std::size_t>(piece.precision));
  append_padded(context, piece, text, ' ');
}

template <PropertyId Id>
void number_property(Context& context, const FormatPiece& piece) {
  if (const auto number = context.message.properties.number(Id)) {
    append_number(context, piece, *number);
  } else {
    context.out.append(piece.width, piece.pad);
  }
}

void content_type(Context& context, const FormatPiece& piece) {
  const auto text = context.message.properties.text(PropertyId::content_type);
  append_string(context, piece, text.value_or(""));
}

/// Nothing at all when there is none, not even the width: so mosquitto_sub does.
void response_topic(Context& context, const FormatPiece& piece) {
  const auto text = context.message.properties.text(PropertyId::response_topic);
  if (text) append_string(context, piece, *text);
}

void correlation_data(Context& context, const FormatPiece&) {
  const auto bytes = context.message.properties.text(PropertyId::correlation_data);
  append_shown(context, bytes.value_or(""));
}

void user_properties(Context& context, const FormatPiece&) {
  std::string text;
  for (const protocol::Property& property : context.message.properties) {
    if (property.id != PropertyId::user_property) continue;
    if (!text.empty()) text += ' ';
    text += property.key;
    text += ':';
    text += property.text;
  }
  append_shown(context, text);
}

void iso_time(Context& context, const FormatPiece& piece) {
  append_string(context, piece, context.iso_time.at(split(context.time).second));
}

void append_nanosecond(std::string& out, WallTime time) {
  const std::uint32_t nanosecond = split(time).nanosecond;
  char digits[9];
  write_six_digits(digits, nanosecond / 1000);
  digits[6] = static_cast<char>('0' + nanosecond / 100 % 10);
  write_two_digits(digits + 7, nanosecond % 100);
  out.append(digits, sizeof digits);
}

void unix_time(Context& context, const FormatPiece&) {
  context.out += std::to_string(split(context.time).second);
  context.out += '.';
  append_nanosecond(context.out, context.time);
}

void length(Context& context, const FormatPiece& piece) {
  append_number(context, piece, context.message.payload.size());
}

void packet_identifier(Context& context, const FormatPiece& piece) {
  append_number(context, piece, context.message.packet_identifier);
}

void qos(Context& context, const FormatPiece&) {
  context.out += static_cast<char>('0' + static_cast<int>(context.message.qos));
}

void retain(Context& context, const FormatPiece&) {
  context.out += context.message.retain ? '1' : '0';
}

void topic(Context& context, const FormatPiece& piece) {
  append_string(context, piece, context.message.topic);
}

/// The width also cuts the payload, unlike that of any other conversion.
std::string_view cut_payload(const Context& context, const FormatPiece& piece) {
  const std::string_view payload = context.message.payload;
  return piece.width > 0 ? payload.substr(0, piece.width) : payload;
}

void payload(Context& context, const FormatPiece& piece) {
  append_padded(context, piece, cut_payload(context, piece), piece.pad);
}

/// Hexadecimal digits with a separator after each `precision` of them, padding counted as digits.
class HexWriter {
 public:
  HexWriter(std::string& out, const FormatPiece& piece) : out_(out), piece_(piece) {}

  void add(char digit, bool is_last) {
    out_ += digit;
    if (piece_.precision <= 0 || ++in_group_ != piece_.precision) return;
    in_group_ = 0;
    if (!is_last) out_ += piece_.separator;
  }

 private:
  std::string& out_;
  const FormatPiece& piece_;
  int in_group_ = 0;
};

void append_hex(Context& context, const FormatPiece& piece, const char* digits) {
  const std::string_view bytes = cut_payload(context, piece);
  const std::size_t padding = missing(piece, 2 * bytes.size());
  HexWriter writer(context.out, piece);
  for (std::size_t i = 0; !piece.left && i < padding; ++i) writer.add(piece.pad, false);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    writer.add(digits[byte >> 4], false);
    writer.add(digits[byte & 15], i + 1 == bytes.size());
  }
  if (piece.left) context.out.append(padding, ' ');
}

void lower_hex(Context& context, const FormatPiece& piece) {
  append_hex(context, piece, "0123456789abcdef");
}

void upper_hex(Context& context, const FormatPiece& piece) {
  append_hex(context, piece, "0123456789ABCDEF");
}

void append_real(std::string& out, const FormatPiece& piece, double value) {
  const char* pattern = piece.left ? "%-*.*f" : piece.pad == '0' ? "%0*.*f" : "%*.*f";
  const int width = static_cast<int>(piece.width);
  const int size = std::snprintf(nullptr, 0, pattern, width, piece.precision, value);
  if (size < 0) return;
  const std::size_t start = out.size();
  out.resize(start + static_cast<std::size_t>(size) + 1);
  std::snprintf(&out[start], static_cast<std::size_t>(size) + 1, pattern, width, piece.precision,
                value);
  out.pop_back();
}

/// The payload as the machine's own IEEE 754 number, as mosquitto_sub 2.1 takes it.
template <typename Number>
void real(Context& context, const FormatPiece& piece) {
  const std::string_view bytes = context.message.payload;
  if (bytes.size() != sizeof(Number))
    return context.report("the payload on topic " + printable(context.message.topic) + " is not " +
                          std::to_string(sizeof(Number)) + " bytes long, as %" + piece.letter +
                          " needs it");
  Number number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  append_real(context.out, piece, static_cast<double>(number));
}

void append_maybe_pretty(Context& context, std::size_t start) {
  if (!context.options.pretty) return;
  const std::string compact = context.out.substr(start);
  context.out.resize(start);
  append_pretty_json(context.out, compact);
}

void json_escaped(Context& context, const FormatPiece&) {
  const std::size_t start = context.out.size();
  context.json.append_escaped(context.out, context.message, context.time);
  append_maybe_pretty(context, start);
}

void json_value(Context& context, const FormatPiece&) {
  const std::size_t start = context.out.size();
  if (!context.json.append_value(context.out, context.message, context.time))
    return context.report("the payload on topic " + printable(context.message.topic) +
                          " is not valid JSON");
  append_maybe_pretty(context, start);
}

struct Conversion {
  char letter;
  void (*append)(Context&, const FormatPiece&);
};

/// All conversions; %% is the grammar's.
constexpr std::array conversions = {
    Conversion{'A', number_property<PropertyId::topic_alias>},
    Conversion{'C', content_type},
    Conversion{'D', correlation_data},
    Conversion{'E', number_property<PropertyId::message_expiry_interval>},
    Conversion{'F', number_property<PropertyId::payload_format_indicator>},
    Conversion{'I', iso_time},
    Conversion{'J', json_value},
    Conversion{'P', user_properties},
    Conversion{'R', response_topic},
    Conversion{'S', number_property<PropertyId::subscription_identifier>},
    Conversion{'U', unix_time},
    Conversion{'X', upper_hex},
    Conversion{'d', real<double>},
    Conversion{'f', real<float>},
    Conversion{'j', json_escaped},
    Conversion{'l', length},
    Conversion{'m', packet_identifier},
    Conversion{'p', payload},
    Conversion{'q', qos},
    Conversion{'r', retain},
    Conversion{'t', topic},
    Conversion{'x', lower_hex},
};

constexpr auto conversion_letters() {
  std::array<char, conversions.size()> letters{};
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = conversions[i].letter;
  return letters;
}

constexpr auto letters = conversion_letters();

const Conversion& conversion_for(char letter) {
  std::size_t i = 0;
  while (conversions[i].letter != letter) ++i;
  return conversions[i];
}

}  // namespace

/// A piece with what is looked up or kept for it.
struct Step {
  FormatPiece piece;
  const Conversion* conversion = nullptr;
  TimeText time;
};

struct Format::Program {
  Options options;
  std::vector<Step> steps;
  FormatJson json;
  TimeText iso_time{"%Y-%m-%dT%H:%M:%S%z"};
};

Format::Format(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Format::Format(Format&&) noexcept = default;
Format& Format::operator=(Format&&) noexcept = default;
Format::~Format() = default;

Result<Format> Format::compile(std::string_view text, Options options) {
  return parse_format(text, {letters.data(), letters.size()})
      .map([options](std::vector<FormatPiece> pieces) {
        auto program = std::make_unique<Program>();
        program->options = options;
        for (FormatPiece& piece : pieces) {
          const bool converts = piece.kind == FormatPiece::Kind::conversion;
          TimeText time(piece.text);
          program->steps.push_back({std::move(piece), nullptr, std::move(time)});
          Step& step = program->steps.back();
          if (converts) step.conversion = &conversion_for(step.piece.letter);
        }
        return Format(std::move(program));
      });
}

Status Format::append(std::string& out, const protocol::Publish& message, WallTime time) {
  Context context{out,         message, time, program_->json, program_->iso_time, program_->options,
                  std::nullopt};
  for (Step& step : program_->steps) {
    switch (step.piece.kind) {
      case FormatPiece::Kind::literal: out += step.piece.text; break;
      case FormatPiece::Kind::conversion: step.conversion->append(context, step.piece); break;
      case FormatPiece::Kind::time: out += step.time.at(split(time).second); break;
      case FormatPiece::Kind::nanosecond: append_nanosecond(out, time); break;
    }
  }
  if (context.fault) return tl::unexpected<Error>(std::move(*context.fault));
  return {};
}

}  // namespace mqtt_toolbox::record
