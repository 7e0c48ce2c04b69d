#include "support/scripted_broker.hpp"

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include "protocol/codec.hpp"
#include "support/listener.hpp"

namespace mqtt_toolbox::support {

using transport::Interest;
using Kind = Step::Kind;

namespace {

protocol::PacketIdentifier identifier_of(const PacketText& text) {
  for (const Field& field : text.fields) {
    if (field.name != "id") continue;
    return static_cast<protocol::PacketIdentifier>(number_from(field.value).value_or(0));
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<ScriptedBroker>> ScriptedBroker::start(transport::Loop& loop,
                                                              std::string_view script) {
  auto steps = parse_script(script);
  if (!steps) return tl::unexpected(steps.error());
  return support::listen_anywhere().map([&](FileDescriptor listener) {
    return std::make_unique<ScriptedBroker>(loop, std::move(listener), std::move(*steps));
  });
}

ScriptedBroker::ScriptedBroker(transport::Loop& loop, FileDescriptor listener,
                               std::vector<Step> steps)
    : loop_(loop),
      listener_(std::move(listener)),
      listener_watch_(std::make_unique<transport::Loop::Watch>(loop, listener_.get(),
                                                               [this](Interest) { accept_one(); })),
      timer_(loop, [this] { run(); }),
      steps_(std::move(steps)) {
  run();
}

std::uint16_t ScriptedBroker::port() const {
  return support::port_of(listener_);
}

void ScriptedBroker::accept_one() {
  FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return;
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  listener_watch_->want(Interest::none);
  watch_.reset();
  socket_ = std::move(socket);
  watch_ = std::make_unique<transport::Loop::Watch>(loop_, socket_.get(),
                                                    [this](Interest ready) { on_ready(ready); });
  client_closed_ = false;
  input_.clear();
  output_.clear();
  packets_.clear();
  ++next_step_;
  update_interest();
  run();
}

void ScriptedBroker::update_interest() {
  if (!watch_) return;
  const auto read = reading_ && !client_closed_ ? Interest::read : Interest::none;
  watch_->want(read | (output_.empty() ? Interest::none : Interest::write));
}

void ScriptedBroker::on_ready(Interest ready) {
  if ((ready & Interest::write) != Interest::none) write_some();
  const bool readable = (ready & Interest::read) != Interest::none;
  if (readable && is_connected() && !client_closed_) read_some();
  run();
}

void ScriptedBroker::read_some() {
  std::array<char, 64 << 10> buffer;
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    client_closed_ = true;
    return update_interest();
  }
  input_.append(buffer.data(), static_cast<std::size_t>(size));
  cut_packets();
}

void ScriptedBroker::cut_packets() {
  std::size_t taken = 0;
  while (taken < input_.size()) {
    const auto found = protocol::next_frame(protocol::Bytes(input_).substr(taken));
    if (!found) return fail_step(describe(found.error()));
    if (!found->frame) break;
    const auto packet = protocol::decode(*found->frame, version_);
    if (!packet) return fail_step(describe(packet.error()));
    if (const auto* connect = std::get_if<protocol::Connect>(&*packet)) version_ = connect->version;
    PacketText text = describe_packet(*packet);
    received_.push_back(show(text));
    if (on_line) on_line(received_.back());
    packets_.push_back({input_.substr(taken, found->frame->size), std::move(text)});
    taken += found->frame->size;
  }
  input_.erase(0, taken);
}

void ScriptedBroker::queue(std::string bytes) {
  output_ += bytes;
  write_some();
}

void ScriptedBroker::write_some() {
  while (!output_.empty() && is_connected()) {
    const ssize_t size = send(socket_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (size < 0) {
      // Like real brokers: who cannot be written to is not read from either.
      client_closed_ = true;
      output_.clear();
      break;
    }
    output_.erase(0, static_cast<std::size_t>(size));
  }
  update_interest();
}

void ScriptedBroker::close_connection(bool reset) {
  if (!is_connected()) return;
  if (reset) {
    const linger abort{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }
  watch_.reset();
  socket_.reset();
}

void ScriptedBroker::run() {
  while (!finished_ && next_step_ < steps_.size()) {
    const std::size_t step = next_step_;
    if (!run_step(steps_[step])) return;
    next_step_ = step + 1;
    counted_ = 0;
  }
  if (finished_) return;
  listener_watch_.reset();
  listener_.reset();
  if (run_silence()) finish();
}

bool ScriptedBroker::run_step(const Step& step) {
  switch (step.kind) {
    case Kind::accept: listener_watch_->want(Interest::read); return false;
    case Kind::expect: return run_expect(step);
    case Kind::expect_close: return run_expect_close(step);
    case Kind::send: return run_send(step);
    case Kind::send_raw: queue(step.bytes); return true;
    case Kind::flood: return run_flood(step);
    case Kind::close:
    case Kind::reset:
      if (step.kind == Kind::close && !output_.empty()) return false;
      close_connection(step.kind == Kind::reset);
      return true;
    case Kind::silence: return run_silence();
    case Kind::wait: return run_wait(step);
    case Kind::automatic: return run_automatic(step);
    case Kind::forget: answers_.forget(); return true;
    case Kind::stop_reading:
    case Kind::start_reading:
      reading_ = step.kind == Kind::start_reading;
      update_interest();
      return true;
  }
  return true;
}

std::optional<ScriptedBroker::Received> ScriptedBroker::next_packet() {
  if (packets_.empty()) return std::nullopt;
  Received packet = std::move(packets_.front());
  packets_.pop_front();
  if (const auto id = identifier_of(packet.text); id != 0) last_id_ = id;
  return packet;
}

bool ScriptedBroker::run_expect(const Step& step) {
  if (is_over()) fail_step("the end of the connection");
  const auto packet = next_packet();
  if (!packet) return false;
  if (has_fields(packet->text, step.packet)) return true;
  fail_step(show(packet->text));
  return false;
}

bool ScriptedBroker::run_expect_close(const Step&) {
  if (const auto packet = next_packet()) fail_step(show(packet->text));
  if (!is_over()) return false;
  close_connection(false);
  return true;
}

bool ScriptedBroker::run_silence() {
  while (next_packet()) continue;
  if (!is_over()) return false;
  close_connection(false);
  return true;
}

bool ScriptedBroker::run_flood(const Step& step) {
  while (next_packet()) continue;
  while (output_.empty() && !is_over()) queue(step.bytes);
  if (!is_over()) return false;
  close_connection(false);
  return true;
}

bool ScriptedBroker::run_send(const Step& step) {
  PacketText text = step.packet;
  for (std::uint64_t i = 0; i < step.count; ++i) {
    auto bytes = encode_text(text, step.as.value_or(version_), last_id_);
    if (!bytes) {
      fail_step(bytes.error().text);
      return false;
    }
    output_ += *bytes;
    // The packets of a row have packet identifiers in a row.
    for (Field& field : text.fields) {
      const auto id = field.name == "id" ? number_from(field.value) : std::nullopt;
      if (id) field.value = std::to_string(*id + 1);
    }
  }
  write_some();
  return true;
}

bool ScriptedBroker::run_wait(const Step& step) {
  if (!waits_until_) {
    waits_until_ = loop_.now() + step.wait;
    timer_.arm(*waits_until_);
  }
  if (loop_.now() < *waits_until_) return false;
  waits_until_.reset();
  return true;
}

bool ScriptedBroker::run_automatic(const Step& step) {
  while (const auto packet = next_packet()) {
    const bool counts = step.count != 0 && packet->text.type == step.packet.type;
    const bool last = counts && ++counted_ == step.count;
    if (last && !step.answered) return true;
    const auto frame = protocol::next_frame(packet->bytes);
    const auto decoded = protocol::decode(*frame->frame, version_);
    queue(answers_.answer(*decoded, version_));
    if (last) return true;
  }
  if (!is_over()) return false;
  if (step.count != 0) {
    fail_step("the end of the connection");
    return false;
  }
  close_connection(false);
  return true;
}

void ScriptedBroker::fail_step(const std::string& found) {
  const bool in_script = next_step_ < steps_.size();
  failures_.push_back("at \"" + (in_script ? steps_[next_step_].line : "the end") + "\": " + found);
  close_connection(true);
  finish();
}

void ScriptedBroker::finish() {
  if (std::exchange(finished_, true)) return;
  listener_watch_.reset();
  listener_.reset();
  timer_.disarm();
  if (on_finished) on_finished();
}

}  // namespace mqtt_toolbox::support
