#include "record/format_template.hpp"

#include <optional>

#include "base/utf8.hpp"

namespace mqtt_toolbox::record {
namespace {

constexpr std::size_t maximum_number = 65'535;

/// The bytes that mosquitto_sub takes as separator of hexadecimal digits.
constexpr std::string_view separators = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

struct Escape {
  char letter;
  char byte;
};
constexpr Escape escapes[] = {{'\\', '\\'}, {'0', '\0'}, {'a', '\a'}, {'e', '\x1B'},
                              {'n', '\n'},  {'r', '\r'}, {'t', '\t'}, {'v', '\v'}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view letters) : text_(text), letters_(letters) {}

  Result<std::vector<FormatPiece>> parse() {
    while (at_ < text_.size()) {
      start_ = at_;
      const Status status = parse_piece(text_[at_++]);
      if (!status) return tl::unexpected<Error>(status.error());
    }
    return std::move(pieces_);
  }

 private:
  Status parse_piece(char first) {
    switch (first) {
      case '%': return parse_conversion();
      case '@': return parse_time();
      case '\\': return parse_escape();
      default: add_literal(first); return {};
    }
  }

  Status parse_conversion() {
    FormatPiece piece{.kind = FormatPiece::Kind::conversion};
    parse_flags(piece);
    if (!parse_number(piece.width)) return too_large();
    if (Status precision = parse_precision(piece); !precision) return precision;
    if (at_ < text_.size() && separators.find(text_[at_]) != separators.npos)
      piece.separator = text_[at_++];
    if (at_ == text_.size()) return incomplete();
    piece.letter = text_[at_++];
    if (piece.letter == '%') {
      add_literal('%');
    } else if (letters_.find(piece.letter) == letters_.npos) {
      return invalid("format specifier");
    } else {
      pieces_.push_back(std::move(piece));
    }
    return {};
  }

  void parse_flags(FormatPiece& piece) {
    if (at_ < text_.size() && text_[at_] == '-') {
      piece.left = true;
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '0') {
      if (!piece.left) piece.pad = '0';
      ++at_;
    }
  }

  Status parse_precision(FormatPiece& piece) {
    if (at_ == text_.size() || text_[at_] != '.') return {};
    ++at_;
    std::size_t precision = 0;
    if (!parse_number(precision)) return too_large();
    piece.precision = static_cast<int>(precision);
    return {};
  }

  bool parse_number(std::size_t& number) {
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      number = number * 10 + static_cast<std::size_t>(text_[at_] - '0');
      if (number > maximum_number) return false;
    }
    return true;
  }

  Status parse_time() {
    if (at_ == text_.size()) return incomplete();
    const char letter = text_[at_++];
    if (letter == '@') {
      add_literal('@');
    } else if (letter == 'N') {
      pieces_.push_back({.kind = FormatPiece::Kind::nanosecond});
    } else {
      pieces_.push_back({.kind = FormatPiece::Kind::time, .text = {'%', letter}});
    }
    return {};
  }

  Status parse_escape() {
    if (at_ == text_.size()) return incomplete();
    const char letter = text_[at_++];
    for (const Escape& escape : escapes)
      if (escape.letter == letter) {
        add_literal(escape.byte);
        return {};
      }
    return invalid("escape");
  }

  void add_literal(char byte) {
    if (pieces_.empty() || pieces_.back().kind != FormatPiece::Kind::literal)
      pieces_.emplace_back();
    pieces_.back().text += byte;
  }

  std::string place() const { return " at column " + std::to_string(start_ + 1); }

  tl::unexpected<Error> too_large() const {
    return fail(ExitCode::usage, "number over " + std::to_string(maximum_number) +
                                     " in the format specifier" + place());
  }

  tl::unexpected<Error> incomplete() const {
    return fail(ExitCode::usage,
                "incomplete format specifier " + printable(text_.substr(start_)) + place());
  }

  tl::unexpected<Error> invalid(std::string_view what) const {
    std::string text = "invalid ";
    text += what;
    text += ' ';
    text += printable(text_.substr(start_, at_ - start_));
    return fail(ExitCode::usage, text + place());
  }

  std::string_view text_;
  std::string_view letters_;
  std::vector<FormatPiece> pieces_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
};

}  // namespace

Result<std::vector<FormatPiece>> parse_format(std::string_view text, std::string_view letters) {
  return Parser(text, letters).parse();
}

}  // namespace mqtt_toolbox::record
