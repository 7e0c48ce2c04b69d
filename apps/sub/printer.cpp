#include "sub/printer.hpp"

#include <utility>

#include "base/direction.hpp"

namespace mqtt_toolbox::sub {

namespace {

constexpr std::size_t large_payload = 1u << 20;

/// Room for a large message at once: where a string grows by doubling, its old and its new room
/// stand side by side. In hexadecimal a payload is twice as large; room that is not used costs
/// nothing.
void make_room(std::string& out, const protocol::Publish& message) {
  const std::size_t payload = message.payload.size();
  if (payload >= large_payload) out.reserve(out.size() + 2 * payload + large_payload);
}

}  // namespace

/// What --watch shows is escaped also in a pipe: control characters would move its rows.
Result<Printer> Printer::make(const Plan& plan, bool terminal) {
  Printer printer(plan);
  const bool escapes = terminal || plan.watch;
  printer.text_ = {plan.verbose || plan.watch, plan.newline, escapes, plan.payload};
  printer.is_bare_text_ = plan.show == Show::text && !escapes;
  if (plan.show != Show::format) return printer;
  return record::Format::compile(plan.format, {plan.pretty, escapes})
      .map([&](record::Format&& format) {
        printer.format_.emplace(std::move(format));
        return std::move(printer);
      });
}

Status Printer::append(std::string& out, const protocol::Publish& message, record::WallTime time) {
  const std::size_t start = out.size();
  make_room(out, message);
  if (is_bare_text_) {
    record::append_text(out, message, text_);
    return {};
  }
  auto appended = append_shown(out, message, time);
  if (text_.terminal) escape_direction_controls(out, start);
  return appended;
}

Status Printer::append_shown(std::string& out, const protocol::Publish& message,
                             record::WallTime time) {
  if (plan_->watch && plan_->show != Show::rate) start_row(out, message.topic);
  if (plan_->watch && plan_->show == Show::text) {
    append_text_row(out, message);
    return {};
  }
  return append_plain(out, message, time);
}

Status Printer::append_plain(std::string& out, const protocol::Publish& message,
                             record::WallTime time) {
  switch (plan_->show) {
    case Show::text: record::append_text(out, message, text_); break;
    case Show::json: append_json(out, message, time); break;
    case Show::rate: break;
    case Show::format: {
      auto formatted = format_->append(out, message, time);
      if (plan_->newline) out.push_back('\n');
      return formatted;
    }
  }
  return {};
}

void Printer::append_json(std::string& out, const protocol::Publish& message,
                          record::WallTime time) {
  if (!plan_->pretty) return json_.append(out, message, time);
  line_.clear();
  json_.append(line_, message, time);
  record::append_pretty_json(out, line_);
}

void Printer::start_row(std::string& out, protocol::Bytes topic) {
  auto [row, is_new] = rows_.try_emplace(std::string(topic), rows_.size() + 1);
  if (is_new && rows_.size() == 1) out.append("\033[2J");
  out.append("\033[").append(std::to_string(row->second)).append(";1H\033[K");
}

/// On one line, whatever newlines the message has.
void Printer::append_text_row(std::string& out, const protocol::Publish& message) {
  line_.clear();
  record::append_text(line_, message, text_);
  const bool ends_line = line_.ends_with('\n');
  if (ends_line) line_.pop_back();
  for (const char byte : line_) {
    if (byte == '\n') out += "\\n";
    if (byte != '\n') out += byte;
  }
  if (ends_line) out += '\n';
}

}  // namespace mqtt_toolbox::sub
