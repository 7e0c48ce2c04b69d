#include "pub/source.hpp"

#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "console/input.hpp"
#include "record/lines.hpp"

namespace mqtt_toolbox::pub {
namespace {

protocol::Publish message_with(const record::MessageDefaults& defaults, std::string_view payload) {
  protocol::Publish message;
  if (defaults.topic) message.topic = *defaults.topic;
  message.payload = payload;
  message.qos = defaults.qos;
  message.retain = defaults.retain;
  message.properties = defaults.properties.view();
  return message;
}

/// Payloads that are there as a whole: -m, -n, -f; all of them, as often as asked.
class WholeSource final : public Source {
 public:
  WholeSource(const Plan& plan, std::vector<console::FilePayload> files)
      : plan_(plan), files_(std::move(files)) {
    if (files_.empty()) payloads_.push_back(plan.message);
    for (const auto& file : files_) payloads_.push_back(file.bytes());
  }

  Pull next(Item& item) override {
    if (position_ == payloads_.size() * plan_.repeat || !is_next_whole()) return Pull::end;
    item.message = message_with(plan_.defaults, payloads_[position_ % payloads_.size()]);
    item.payload = client::Payload::borrowed;
    ++position_;
    return Pull::item;
  }

  Status check() const override {
    for (const auto& file : files_)
      if (auto whole = file.check(); !whole) return whole;
    return {};
  }

 private:
  bool is_next_whole() const {
    return files_.empty() || files_[position_ % files_.size()].check().has_value();
  }

  const Plan& plan_;
  std::vector<console::FilePayload> files_;
  std::vector<std::string_view> payloads_;
  std::uint64_t position_ = 0;
};

/// Each message of another source, to each topic in order.
class ManyTopicsSource final : public Source {
 public:
  ManyTopicsSource(const std::vector<std::string>& topics, std::unique_ptr<Source> messages)
      : topics_(topics), messages_(std::move(messages)), position_(topics.size()) {}

  Pull next(Item& item) override {
    if (position_ == topics_.size()) {
      const Pull pulled = messages_->next(item_);
      if (pulled != Pull::item) return pulled;
      position_ = 0;
    }
    item = item_;
    item.message.topic = topics_[position_++];
    return Pull::item;
  }

  void pause() override { messages_->pause(); }
  Status check() const override { return messages_->check(); }

 private:
  const std::vector<std::string>& topics_;
  std::unique_ptr<Source> messages_;
  Item item_;
  std::size_t position_;
};

/// No input: what waits in the store is all.
class NoSource final : public Source {
 public:
  Pull next(Item&) override { return Pull::end; }
};

/// Standard input as records: -l and --from-json.
class RecordSource : public Source {
 public:
  RecordSource(transport::Loop& loop, const Plan& plan, SourceListener listener)
      : plan_(plan),
        listener_(std::move(listener)),
        splitter_(plan.delimiter),
        input_(loop, STDIN_FILENO, "standard input", [this] { read(); }) {}

  Pull next(Item& item) override {
    while (!stopped_) {
      auto record = splitter_.next();
      if (!record) {
        report(record.error());
      } else if (!*record) {
        break;
      } else if (fill(**record, item)) {
        return Pull::item;
      }
    }
    if (ended_ || stopped_) return Pull::end;
    input_.want(true);
    return Pull::wait;
  }

  void pause() override { input_.want(false); }

 protected:
  /// False: the record is no message (it was reported, or is a blank line).
  virtual bool fill(std::string_view record, Item& item) = 0;

  /// `topic`: that of the record; empty: unknown.
  void report(const Error& error, std::string_view topic = {}) {
    if (plan_.strict) stop();
    record::ErrorLine line{&error, splitter_.number(), {}};
    if (!topic.empty()) line.topic = topic;
    listener_.failed(line);
  }

  const Plan& plan_;
  SourceListener listener_;
  record::LineSplitter splitter_;

 private:
  void read() {
    auto size = input_.read(splitter_.space());
    if (!size) {
      end();
      listener_.failed({&size.error(), {}, {}});
    } else if (*size == 0) {
      end();
    } else {
      splitter_.filled(*size);
    }
    listener_.more();
  }

  void end() {
    ended_ = true;
    splitter_.finish();
    input_.want(false);
  }

  void stop() {
    stopped_ = true;
    input_.want(false);
  }

  console::Input input_;
  bool ended_ = false;    ///< no more input
  bool stopped_ = false;  ///< nothing more is taken from the input
};

class LineSource final : public RecordSource {
 public:
  LineSource(transport::Loop& loop, const Plan& plan, SourceListener listener)
      : RecordSource(loop, plan, std::move(listener)), message_(message_with(plan.defaults, {})) {}

 private:
  bool fill(std::string_view record, Item& item) override {
    item.message = message_;
    item.message.payload = record;
    item.payload = client::Payload::copied;
    item.line = splitter_.number();
    return true;
  }

  const protocol::Publish message_;  ///< all but the payload
};

class JsonSource final : public RecordSource {
 public:
  using RecordSource::RecordSource;

 private:
  bool fill(std::string_view record, Item& item) override {
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) return false;
    auto parsed = record::parse_message(record, plan_.defaults);
    if (!parsed) return refuse(parsed.error().text, parsed.error().topic);
    if (!plan_.store.empty() && parsed->qos == protocol::Qos::at_most_once)
      return refuse(
          "qos: a message of QoS 0 is never acknowledged, so that --store cannot say when it is "
          "done; 1 or 2",
          parsed->topic);
    message_ = std::move(*parsed);
    item.message = message_.publish();
    item.payload = client::Payload::copied;
    item.line = splitter_.number();
    item.id = message_.id ? std::string_view(*message_.id) : std::string_view();
    return true;
  }

  bool refuse(const std::string& cause, std::string_view topic) {
    report({ExitCode::io, "line " + std::to_string(splitter_.number()) + ": " + cause}, topic);
    return false;
  }

  record::InputMessage message_;
};

/// All of standard input as one payload: -s.
class WholeInputSource final : public Source {
 public:
  WholeInputSource(transport::Loop& loop, const Plan& plan, SourceListener listener)
      : plan_(plan),
        listener_(std::move(listener)),
        input_(loop, STDIN_FILENO, "standard input", [this] { read(); }) {}

  Pull next(Item& item) override {
    if (!complete_ && !failed_) {
      input_.want(true);
      return Pull::wait;
    }
    if (failed_ || given_ == plan_.repeat) return Pull::end;
    item.message = message_with(plan_.defaults, payload_);
    item.payload = client::Payload::borrowed;
    ++given_;
    return Pull::item;
  }

 private:
  void read() {
    std::size_t used = payload_.size();
    payload_.resize(used + block);
    auto size = input_.read({payload_.data() + used, block});
    payload_.resize(used + size.value_or(0));
    if (!size) fail_with(size.error());
    if (payload_.size() > protocol::maximum_remaining_length)
      fail_with({ExitCode::io, "standard input is larger than the " +
                                   std::to_string(protocol::maximum_remaining_length) +
                                   " bytes that MQTT can carry"});
    if (size && *size > 0 && !failed_) return;
    if (payload_.empty() && !failed_)
      fail_with({ExitCode::io, "standard input is empty; -n publishes an empty message"});
    complete_ = true;
    input_.want(false);
    listener_.more();
  }

  void fail_with(const Error& error) {
    failed_ = true;
    listener_.failed({&error, {}, {}});
  }

  static constexpr std::size_t block = 65536;

  const Plan& plan_;
  SourceListener listener_;
  console::Input input_;
  std::string payload_;
  std::uint64_t given_ = 0;
  bool complete_ = false;
  bool failed_ = false;
};

Result<std::vector<console::FilePayload>> open_files(const std::vector<std::string>& paths,
                                                     console::FileUse use) {
  std::vector<console::FilePayload> files;
  for (const auto& path : paths) {
    auto file = console::FilePayload::open(path, use);
    if (!file) return tl::unexpected<Error>(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

Result<std::unique_ptr<Source>> make_message_source(transport::Loop& loop, const Plan& plan,
                                                    SourceListener listener) {
  switch (plan.input) {
    case InputKind::lines: return std::make_unique<LineSource>(loop, plan, std::move(listener));
    case InputKind::json: return std::make_unique<JsonSource>(loop, plan, std::move(listener));
    case InputKind::standard_input:
      return std::make_unique<WholeInputSource>(loop, plan, std::move(listener));
    case InputKind::none: return std::make_unique<NoSource>();
    default: break;
  }
  return open_files(plan.files, plan.file_use).map([&](std::vector<console::FilePayload>&& files) {
    return std::unique_ptr<Source>(std::make_unique<WholeSource>(plan, std::move(files)));
  });
}

}  // namespace

Result<std::unique_ptr<Source>> make_source(transport::Loop& loop, const Plan& plan,
                                            SourceListener listener) {
  auto source = make_message_source(loop, plan, std::move(listener));
  if (!source || plan.topics.size() < 2) return source;
  return std::make_unique<ManyTopicsSource>(plan.topics, std::move(*source));
}

}  // namespace mqtt_toolbox::pub
