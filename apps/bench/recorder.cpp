#include "bench/recorder.hpp"

#include "bench/files.hpp"
#include "report/hdr_log.hpp"

namespace mqtt_toolbox::bench {

Result<Recorder> Recorder::create(const Outlets& outlets) {
  Recorder recorder;
  const auto open = [](std::optional<Spool>& spool, const std::string& path) {
    return Spool::create(folder_of(path)).map([&](Spool&& made) {
      spool.emplace(std::move(made));
    });
  };
  if (!outlets.file.empty() || outlets.json) {
    if (auto opened = open(recorder.document_, outlets.file); !opened)
      return tl::unexpected<Error>(opened.error());
  }
  if (!outlets.hdr_log.empty()) {
    if (auto opened = open(recorder.hdr_log_, outlets.hdr_log); !opened)
      return tl::unexpected<Error>(opened.error());
  }
  return recorder;
}

void Recorder::add(const load::Interval& interval, Duration length) {
  if (!measured_start_ && !interval.warmup) measured_start_ = interval.end - length;
  if (document_) {
    entry_ = document_->is_empty() ? "" : ",";
    report::append_interval(entry_, interval, length);
    document_->append(entry_);
  }
  if (hdr_log_) {
    entry_.clear();
    report::append_hdr_interval(entry_, interval, length);
    hdr_log_->append(entry_);
  }
}

Status Recorder::write_document(const report::RunResult& result, const TextSink& sink) const {
  std::string front;
  report::append_json_open(front, result);
  return sink(front)
      .and_then([&] { return document_ ? document_->copy_to(sink) : Status(); })
      .and_then([&] { return sink(report::json_close); })
      .and_then([&] { return document_ ? document_->status() : Status(); });
}

Status Recorder::write_hdr_log(const report::RunResult& result, const TextSink& sink) const {
  std::string front, back;
  report::append_hdr_head(front, result);
  report::append_hdr_totals(back, result, measured_start_.value_or(Duration{}));
  return sink(front)
      .and_then([&] { return hdr_log_ ? hdr_log_->copy_to(sink) : Status(); })
      .and_then([&] { return sink(back); })
      .and_then([&] { return hdr_log_ ? hdr_log_->status() : Status(); });
}

}  // namespace mqtt_toolbox::bench
