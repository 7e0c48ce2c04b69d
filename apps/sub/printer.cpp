#include "sub/printer.hpp"

#include <utility>

#include "base/direction.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::sub {

Result<Printer> Printer::make(const Plan& plan, bool terminal) {
  Printer printer(plan);
  printer.text_ = {plan.verbose || plan.show == Show::watch, plan.newline, terminal, plan.payload};
  if (plan.show != Show::format) return printer;
  return record::Format::compile(plan.format, {plan.pretty, terminal})
      .map([&](record::Format&& format) {
        printer.format_.emplace(std::move(format));
        return std::move(printer);
      });
}

Status Printer::append(std::string& out, const protocol::Publish& message, record::WallTime time) {
  const std::size_t start = out.size();
  auto appended = append_shown(out, message, time);
  if (text_.terminal) escape_direction_controls(out, start);
  return appended;
}

Status Printer::append_shown(std::string& out, const protocol::Publish& message,
                             record::WallTime time) {
  switch (plan_->show) {
    case Show::text: record::append_text(out, message, text_); break;
    case Show::json: append_json(out, message, time); break;
    case Show::watch: append_in_place(out, message); break;
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

void Printer::append_in_place(std::string& out, const protocol::Publish& message) {
  auto [row, is_new] = rows_.try_emplace(std::string(message.topic), rows_.size() + 1);
  if (is_new && rows_.size() == 1) out.append("\033[2J");
  out.append("\033[").append(std::to_string(row->second)).append(";1H\033[K");
  out.append(printable(message.topic)).append(" ").append(printable(message.payload));
  out.push_back('\n');
}

}  // namespace mqtt_toolbox::sub
