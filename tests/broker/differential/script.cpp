#include "script.hpp"

#include <array>
#include <random>

namespace mqtt_toolbox::differential {

using protocol::PropertyId;
using protocol::Qos;
using protocol::Version;
using Kind = Operation::Kind;

namespace {

constexpr std::array<std::string_view, 6> topics{"a", "a/b", "a/b/c", "b", "b/\xC3\xA4", "b//c"};
constexpr std::array<std::string_view, 7> filters{"a", "a/#", "+/b", "b/+", "#", "b//+", "a/b/c"};

class Writer {
 public:
  Writer(std::uint64_t seed, Version version) : random_(seed), version_(version) {}

  Operation connect() {
    Operation operation = of(Kind::connect);
    operation.clean_start = one_in(3);
    if (one_in(2)) operation.will = will();
    return operation;
  }

  Operation next() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2: return with_filters(Kind::subscribe);
      case 3: return with_filters(Kind::unsubscribe);
      case 4: return of(Kind::disconnect);
      case 5: return of(Kind::cut);
      case 6:
      case 7:
      case 8: return with_messages(Kind::other_publish);
      default: return with_messages(Kind::publish);
    }
  }

  Operation with_messages(Kind kind) {
    Operation operation = of(kind);
    for (std::size_t left = 1 + below(8); left != 0; --left)
      operation.messages.push_back(message());
    return operation;
  }

 private:
  static Operation of(Kind kind) {
    Operation operation;
    operation.kind = kind;
    return operation;
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t size>
  std::string any_of(const std::array<std::string_view, size>& words) {
    return std::string(words[below(size)]);
  }
  Qos qos() { return static_cast<Qos>(below(3)); }

  std::string payload() {
    std::string bytes(one_in(10) ? below(100'000) : below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(below(256));
    return bytes;
  }

  Message message() {
    Message message;
    message.topic = any_of(topics);
    message.payload = payload();
    message.qos = qos();
    message.retain = one_in(5);
    if (version_ == Version::v5) add_properties(message.properties);
    return message;
  }

  session::WillSettings will() {
    session::WillSettings will;
    will.topic = "will/" + any_of(topics);
    will.payload = payload().substr(0, 65'535);
    will.qos = qos();
    will.retain = one_in(3);
    if (version_ == Version::v5) add_properties(will.properties);
    return will;
  }

  void add_properties(protocol::PropertyList& to) {
    if (one_in(3)) (void)to.add(PropertyId::content_type, "text/\xC3\xA4");
    if (one_in(3)) (void)to.add(PropertyId::response_topic, "answer/here");
    if (one_in(3)) (void)to.add(PropertyId::correlation_data, std::string_view("\0\xFF\n", 3));
    if (one_in(4)) (void)to.add(PropertyId::message_expiry_interval, 100'000u);
    for (std::size_t left = below(4); left != 0; --left)
      (void)to.add_user_property(one_in(2) ? "name" : "", "value " + std::to_string(left));
  }

  Operation with_filters(Kind kind) {
    Operation operation = of(kind);
    const std::size_t first = below(filters.size());
    for (std::size_t i = 0; i < 1 + below(3); ++i)
      operation.filters.push_back(filter(filters[(first + i) % filters.size()]));
    return operation;
  }

  Filter filter(std::string_view text) {
    Filter filter;
    filter.filter = text;
    filter.qos = qos();
    if (version_ != Version::v5) return filter;
    filter.no_local = one_in(4);
    filter.retain_as_published = one_in(3);
    filter.retain_handling = static_cast<protocol::RetainHandling>(below(3));
    return filter;
  }

  std::mt19937_64 random_;
  Version version_;
};

bool is_end(Kind kind) {
  return kind == Kind::disconnect || kind == Kind::cut;
}

}  // namespace

std::vector<Operation> make_script(std::uint64_t seed, std::size_t operations, Version version) {
  Writer writer(seed, version);
  std::vector<Operation> script{writer.connect()};
  while (script.size() + 1 < operations) {
    script.push_back(writer.next());
    if (!is_end(script.back().kind)) continue;
    script.push_back(writer.with_messages(Kind::other_publish));
    script.push_back(writer.connect());
  }
  script.emplace_back().kind = Kind::disconnect;
  return script;
}

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::connect: return "connect";
    case Kind::publish: return "publish";
    case Kind::other_publish: return "publish by another";
    case Kind::subscribe: return "subscribe";
    case Kind::unsubscribe: return "unsubscribe";
    case Kind::disconnect: return "disconnect";
    case Kind::cut: return "cut";
  }
  return "";
}

}  // namespace mqtt_toolbox::differential
