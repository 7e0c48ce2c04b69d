#include "protocol/packet.hpp"
#include "protocol/reader.hpp"
#include "protocol/subscription_options.hpp"
#include "protocol/writer.hpp"

namespace mqtt_toolbox::protocol {
namespace {

std::uint8_t options_of(const Subscription& subscription) {
  unsigned options = static_cast<unsigned>(subscription.qos);
  if (subscription.no_local) options |= options_no_local;
  if (subscription.retain_as_published) options |= options_retain_as_published;
  options |= static_cast<unsigned>(subscription.retain_handling) << options_retain_handling_shift;
  return static_cast<std::uint8_t>(options);
}

Subscription subscription_of(Bytes filter, std::uint8_t options) {
  const unsigned handling = (options & options_retain_handling) >> options_retain_handling_shift;
  return {.filter = filter,
          .qos = static_cast<Qos>(options & options_qos),
          .no_local = (options & options_no_local) != 0,
          .retain_as_published = (options & options_retain_as_published) != 0,
          .retain_handling = static_cast<RetainHandling>(handling)};
}

}  // namespace

void append_subscription(std::string& entries, const Subscription& subscription) {
  append_filter(entries, subscription.filter);
  entries.push_back(static_cast<char>(options_of(subscription)));
}

void append_filter(std::string& entries, Bytes filter) {
  Appender(entries).string(filter);
}

std::optional<Subscription> next_subscription(Bytes& entries) {
  Reader reader(entries);
  const Bytes filter = reader.binary();
  const std::uint8_t options = reader.byte();
  if (reader.failed()) return std::nullopt;
  entries = reader.remainder();
  return subscription_of(filter, options);
}

std::optional<Bytes> next_filter(Bytes& entries) {
  Reader reader(entries);
  const Bytes filter = reader.binary();
  if (reader.failed()) return std::nullopt;
  entries = reader.remainder();
  return filter;
}

}  // namespace mqtt_toolbox::protocol
