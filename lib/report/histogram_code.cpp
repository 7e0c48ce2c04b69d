#include "report/histogram_code.hpp"

#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>
#include <zlib.h>

#include "base/base64.hpp"

namespace mqtt_toolbox::report {
namespace {

using load::Histogram;

/// Of HdrHistogram's AbstractHistogram: V2 base with the word size (1, for LEB128) in its place.
constexpr std::uint32_t plain_cookie = 0x1c849303 | 0x10;
constexpr std::uint32_t compressed_cookie = 0x1c849304 | 0x10;
constexpr std::uint32_t significant_digits = 3;
constexpr std::size_t header_bytes = 40;
constexpr std::size_t maximum_unpacked = 1 << 20;

/// The counts of the cells in use, in order.
using Cells = std::vector<std::pair<std::size_t, std::uint64_t>>;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xFF);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

/// ZigZag, then LEB128 of at most nine bytes, the last of which has eight bits.
void append_number(std::string& out, std::int64_t number) {
  auto rest = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (int i = 0; i < 8 && rest >= 0x80; ++i, rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}

std::optional<std::int64_t> take_number(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int i = 0; !bytes.empty(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    const bool last = i == 8;
    value |= static_cast<std::uint64_t>(last ? byte : byte & 0x7F) << (7 * i);
    if (last || byte < 0x80)
      return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  return std::nullopt;
}

/// Runs of two and more empty cells are one negative number.
std::string counts_of(const Histogram& histogram) {
  const std::size_t end = Histogram::cell_of(histogram.maximum()) + 1;
  std::string counts;
  for (std::size_t cell = 0; cell < end;) {
    std::size_t next = cell;
    while (next < end && histogram.cell_count(next) == 0) ++next;
    if (next - cell > 1) {
      append_number(counts, -static_cast<std::int64_t>(next - cell));
      cell = next;
    } else {
      append_number(counts, static_cast<std::int64_t>(histogram.cell_count(cell++)));
    }
  }
  return counts;
}

std::string plain_encoding(const Histogram& histogram) {
  const std::string counts = counts_of(histogram);
  std::string plain;
  append_big_endian(plain, plain_cookie, 4);
  append_big_endian(plain, counts.size(), 4);
  append_big_endian(plain, 0, 4);  // normalizing index offset
  append_big_endian(plain, significant_digits, 4);
  append_big_endian(plain, 1, 8);  // lowest discernible value
  append_big_endian(plain, Histogram::highest, 8);
  append_big_endian(plain, std::bit_cast<std::uint64_t>(1.0), 8);  // integer to double ratio
  return plain + counts;
}

tl::unexpected<Error> damaged(std::string_view how) {
  return fail(ExitCode::io, "the histogram " + std::string(how));
}

Result<std::string> unpack(std::string_view text) {
  const auto packed = decode_base64(text);
  if (!packed) return damaged("is not base64");
  if (packed->size() < 8 || big_endian(packed->substr(0, 4)) != compressed_cookie)
    return damaged("is not in HdrHistogram's V2 compressed encoding");
  if (big_endian(std::string_view(*packed).substr(4, 4)) != packed->size() - 8)
    return damaged("is cut");
  std::string plain(maximum_unpacked, '\0');
  uLongf size = plain.size();
  if (::uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                   reinterpret_cast<const Bytef*>(packed->data() + 8), packed->size() - 8) != Z_OK)
    return damaged("does not unpack");
  plain.resize(size);
  return plain;
}

Status check_layout(std::string_view plain) {
  if (plain.size() < header_bytes || big_endian(plain.substr(0, 4)) != plain_cookie ||
      big_endian(plain.substr(4, 4)) != plain.size() - header_bytes)
    return damaged("is damaged");
  if (big_endian(plain.substr(8, 4)) != 0 ||
      big_endian(plain.substr(12, 4)) != significant_digits || big_endian(plain.substr(16, 8)) != 1)
    return damaged("has another layout than 1 ns with three digits");
  return {};
}

Result<Cells> cells_from(std::string_view counts) {
  Cells cells;
  std::uint64_t cell = 0, sum = 0;
  while (!counts.empty()) {
    const auto number = take_number(counts);
    if (!number) return damaged("is damaged");
    if (*number < 0) {
      cell += -static_cast<std::uint64_t>(*number);
    } else {
      if (*number > 0 && cell < Histogram::cells())
        cells.emplace_back(cell, static_cast<std::uint64_t>(*number));
      sum += static_cast<std::uint64_t>(*number);
      ++cell;
    }
    if (cell > Histogram::cells()) return damaged("has values beyond an hour");
    if (sum > INT64_MAX) return damaged("has counts beyond any run");
  }
  return cells;
}

Result<Cells> decode(std::string_view text) {
  return unpack(text).and_then([](const std::string& plain) -> Result<Cells> {
    if (const auto status = check_layout(plain); !status) return tl::unexpected(status.error());
    return cells_from(std::string_view(plain).substr(header_bytes));
  });
}

}  // namespace

void append_encoded(std::string& out, const Histogram& histogram) {
  const std::string plain = plain_encoding(histogram);
  uLongf size = ::compressBound(plain.size());
  std::string packed(8 + size, '\0');
  ::compress2(reinterpret_cast<Bytef*>(packed.data() + 8), &size,
              reinterpret_cast<const Bytef*>(plain.data()), plain.size(), Z_DEFAULT_COMPRESSION);
  packed.resize(8 + size);
  std::string head;
  append_big_endian(head, compressed_cookie, 4);
  append_big_endian(head, size, 4);
  packed.replace(0, 8, head);
  append_base64(out, packed);
}

Status decode_into(Histogram& histogram, std::string_view text) {
  return decode(text).map([&](const Cells& cells) {
    for (const auto& [cell, count] : cells) histogram.add_to_cell(cell, count);
  });
}

Status decode_into(Histogram& histogram, std::string_view text, std::uint64_t minimum,
                   std::uint64_t maximum) {
  return decode(text).and_then([&](const Cells& cells) -> Status {
    if (cells.empty()) return {};
    if (minimum > maximum || Histogram::cell_of(minimum) != cells.front().first ||
        Histogram::cell_of(maximum) != cells.back().first)
      return damaged("disagrees with its minimum and maximum");
    const bool one_cell = cells.size() == 1;
    if (one_cell && cells.front().second == 1 && minimum != maximum)
      return damaged("disagrees with its minimum and maximum");
    histogram.record(minimum, one_cell ? 1 : cells.front().second);
    for (std::size_t i = 1; i + 1 < cells.size(); ++i)
      histogram.record(Histogram::lowest_in(cells[i].first), cells[i].second);
    if (!one_cell || cells.front().second > 1)
      histogram.record(maximum, one_cell ? cells.front().second - 1 : cells.back().second);
    return {};
  });
}

}  // namespace mqtt_toolbox::report
