#include "protocol/topic.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace mqtt_toolbox::protocol {
namespace {

constexpr std::uint64_t every_byte(std::uint8_t byte) {
  return 0x0101010101010101U * byte;
}

std::uint64_t load_word(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The high bit of a byte set if any byte is 0 (not exact about which one).
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - every_byte(0x01)) & ~word & every_byte(0x80);
}

// '#' is 0x23 and '+' 0x2B: they differ in one bit, so one comparison finds both.
constexpr std::uint8_t wildcard_bit = '#' ^ '+';
static_assert(wildcard_bit == 0x08 && ('#' | wildcard_bit) == '+');

constexpr bool is_special(char c) {
  return static_cast<signed char>(c) <= 0 || c == '+' || c == '#';
}

/// Whether one of eight bytes is not ASCII, a NUL or a wildcard.
constexpr bool has_special(std::uint64_t word) {
  const std::uint64_t wildcards = (word | every_byte(wildcard_bit)) ^ every_byte('+');
  return ((word & every_byte(0x80)) | zero_bytes(word) | zero_bytes(wildcards)) != 0;
}

/// ASCII without NUL and wildcards, as nearly every topic name is: no closer look is needed.
bool is_plain(Bytes text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8)
    if (has_special(load_word(text.data() + at))) return false;
  for (; at < text.size(); ++at)
    if (is_special(text[at])) return false;
  return true;
}

bool is_wildcard(char c) {
  return c == '+' || c == '#';
}

/// Wildcards alone in their level, # in the last one.
bool wildcards_stand_alone(Bytes filter) {
  for (std::size_t at = 0; at < filter.size(); ++at) {
    if (!is_wildcard(filter[at])) continue;
    if (at > 0 && filter[at - 1] != '/') return false;
    if (at + 1 == filter.size()) continue;
    if (filter[at] == '#' || filter[at + 1] != '/') return false;
  }
  return true;
}

constexpr Bytes share_prefix = "$share/";

}  // namespace

tl::expected<void, Fault> check_string(Bytes text) {
  if (text.size() > maximum_string_bytes) return tl::unexpected(Fault::string_too_long);
  if (is_plain(text)) return {};
  if (text.find('\0') != Bytes::npos) return tl::unexpected(Fault::string_contains_nul);
  if (!is_utf8(text)) return tl::unexpected(Fault::string_not_utf8);
  return {};
}

tl::expected<void, Fault> check_topic_name(Bytes topic) {
  if (topic.empty()) return tl::unexpected(Fault::topic_name_empty);
  if (topic.size() <= maximum_string_bytes && is_plain(topic)) return {};
  if (const auto checked = check_string(topic); !checked) return checked;
  if (has_wildcard(topic)) return tl::unexpected(Fault::topic_name_has_wildcard);
  return {};
}

tl::expected<void, Fault> check_topic_filter(Bytes filter, Version version) {
  if (filter.empty()) return tl::unexpected(Fault::topic_filter_empty);
  if (const auto checked = check_string(filter); !checked) return checked;
  if (version == Version::v5 && filter.starts_with(share_prefix)) {
    const auto shared = shared_subscription(filter);
    if (!shared) return tl::unexpected(Fault::shared_subscription_malformed);
    filter = shared->filter;
  }
  if (!wildcards_stand_alone(filter)) return tl::unexpected(Fault::topic_filter_wildcard_misplaced);
  return {};
}

std::optional<SharedSubscription> shared_subscription(Bytes filter) {
  if (!filter.starts_with(share_prefix)) return std::nullopt;
  const Bytes rest = filter.substr(share_prefix.size());
  const auto slash = rest.find('/');
  if (slash == Bytes::npos) return std::nullopt;
  const SharedSubscription shared{rest.substr(0, slash), rest.substr(slash + 1)};
  const bool is_sound =
      !shared.share_name.empty() && !has_wildcard(shared.share_name) && !shared.filter.empty();
  return is_sound ? std::optional(shared) : std::nullopt;
}

bool matches(Bytes filter, Bytes topic) {
  if (topic.starts_with('$') && !filter.empty() && is_wildcard(filter[0])) return false;
  std::size_t f = 0;
  std::size_t t = 0;
  while (true) {
    if (f < filter.size() && filter[f] == '#') return true;
    if (f < filter.size() && filter[f] == '+') {
      ++f;
      while (t < topic.size() && topic[t] != '/') ++t;
    }
    while (f < filter.size() && t < topic.size() && filter[f] == topic[t] && topic[t] != '/')
      ++f, ++t;
    // Both stand at the end of a level, or the levels differ.
    if (t == topic.size()) return f == filter.size() || filter.substr(f) == "/#";
    if (f == filter.size() || filter[f] != '/' || topic[t] != '/') return false;
    ++f, ++t;
  }
}

bool has_wildcard(Bytes filter) {
  return filter.find_first_of("+#") != Bytes::npos;
}

}  // namespace mqtt_toolbox::protocol
