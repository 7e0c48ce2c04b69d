#include "retain/listing.hpp"

#include <map>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::retain {

namespace {

constexpr std::size_t batch_bytes = 64u << 10;

/// The whole of what stands at and below a level.
struct Node {
  std::uint64_t messages = 0;
  std::uint64_t payload_bytes = 0;
  std::map<std::string, Node, std::less<>> below;
};

void add(Node& root, const Found& found, std::size_t depth) {
  Node* node = &root;
  std::string_view rest = found.topic;
  for (std::size_t level = 0;; ++level) {
    ++node->messages;
    node->payload_bytes += found.payload_length;
    if (level == depth || rest.data() == nullptr) return;
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    auto at = node->below.find(name);
    if (at == node->below.end()) at = node->below.emplace(name, Node()).first;
    node = &at->second;
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
}

/// Calls `visit(node, topic, name, level)` in the order of the names.
template <typename Visit>
Status walk(const Node& node, std::string& topic, int level, const Visit& visit) {
  for (const auto& [name, child] : node.below) {
    const std::size_t length = topic.size();
    if (level != 0) topic += '/';
    topic += name;
    Status done = visit(child, topic, name, level);
    if (done) done = walk(child, topic, level + 1, visit);
    topic.resize(length);
    if (!done) return done;
  }
  return {};
}

}  // namespace

void Listing::append_topic(std::string_view topic) {
  if (output_.is_terminal())
    output_.buffer() += printable(topic, topic.size());
  else
    output_.buffer() += topic;
}

Status Listing::written() {
  return output_.buffer().size() < batch_bytes ? Status() : output_.finish(never);
}

Status Listing::finish() {
  return output_.finish(never);
}

Status Listing::list(const Topics& topics, record::WallTime now) {
  Status status;
  topics.each([&](const Found& found) {
    if (!status || output_.closed()) return;
    if (plan_.json) {
      writer_.append(output_.buffer(), record::Retained{found.topic, found.payload_length}, now);
    } else {
      fmt::format_to(std::back_inserter(output_.buffer()), "{:>9}  ", found.payload_length);
      append_topic(found.topic);
      output_.buffer() += '\n';
    }
    status = written();
  });
  return status;
}

Status Listing::tree(const Topics& topics, record::WallTime now) {
  Node root;
  topics.each([&](const Found& found) { add(root, found, plan_.depth); });
  std::string topic;
  return walk(root, topic, 0,
              [&](const Node& node, const std::string& path, const std::string& name, int level) {
                if (plan_.json) {
                  writer_.append(output_.buffer(),
                                 record::Subtree{path, node.messages, node.payload_bytes}, now);
                } else {
                  fmt::format_to(std::back_inserter(output_.buffer()), "{:>9} {:>11}  {:{}}",
                                 node.messages, node.payload_bytes, "", 2 * level);
                  append_topic(name);
                  output_.buffer() += '\n';
                }
                return written();
              });
}

Status Listing::remaining(const record::Remaining& message, record::WallTime now) {
  if (plan_.json) {
    writer_.append(output_.buffer(), message, now);
  } else {
    output_.buffer() += "remains: ";
    append_topic(message.topic);
    output_.buffer().append(": ").append(message.cause) += '\n';
  }
  return written();
}

Status Listing::difference(const record::Difference& difference, record::WallTime now) {
  if (plan_.json) {
    writer_.append(output_.buffer(), difference, now);
  } else {
    output_.buffer().append(difference.change) += ' ';
    append_topic(difference.topic);
    output_.buffer() += '\n';
  }
  return written();
}

Status Listing::summary(std::string_view text, const record::Summary& summary,
                        record::WallTime now) {
  if (plan_.json)
    writer_.append(output_.buffer(), summary, now);
  else
    output_.buffer().append(text) += '\n';
  return finish();
}

}  // namespace mqtt_toolbox::retain
