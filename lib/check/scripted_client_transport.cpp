#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "check/case_context.hpp"
#include "check/refusal.hpp"
#include "check/scripted_client.hpp"
#include "check/violation.hpp"
#include "protocol/codec.hpp"

// The client's way to the transport and back: every packet, in either direction, is cut out of its
// stream of bytes and passes the hook.

namespace mqtt_toolbox::check {

using protocol::PacketType;
using session::Direction;
using transport::Interest;
using transport::Io;

namespace {

constexpr std::size_t most_packets = 1u << 20;
constexpr std::size_t read_bytes = 64u << 10;
constexpr int reads_per_turn = 32;

protocol::PacketIdentifier identifier_of(const protocol::Frame& frame, protocol::Version version) {
  switch (frame.type()) {
    case PacketType::publish: {
      const auto publish = protocol::decode_publish(frame, version);
      return publish ? publish->packet_identifier : protocol::PacketIdentifier(0);
    }
    case PacketType::connect:
    case PacketType::connack:
    case PacketType::pingreq:
    case PacketType::pingresp:
    case PacketType::disconnect:
    case PacketType::auth: return 0;
    default: break;
  }
  if (frame.body.size() < 2) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(frame.body[at]); };
  return static_cast<protocol::PacketIdentifier>(byte(0) << 8 | byte(1));
}

/// What the broker makes a session write by sending.
bool is_answer(PacketType type) {
  return type == PacketType::puback || type == PacketType::pubrec || type == PacketType::pubrel ||
         type == PacketType::pubcomp;
}

/// PUBLISH above QoS 0.
bool is_to_be_answered(const protocol::Frame& frame) {
  return frame.type() == PacketType::publish && (frame.first & 0x06) != 0;
}

bool has_dup(const protocol::Frame& frame) {
  return frame.type() == PacketType::publish && (frame.first & 0x08) != 0;
}

/// The first answer to a message, also where the message was sent past the session or a script
/// takes the answer away.
void note_answer_to_publish(CaseContext& context, const protocol::Frame& frame,
                            protocol::Version version) {
  constexpr std::size_t packet_identifier = 2;  // bytes
  const bool is_first = frame.type() == PacketType::puback || frame.type() == PacketType::pubrec;
  // One without a reason code is a success.
  if (!is_first || frame.body.size() <= packet_identifier) return;
  const auto packet = protocol::decode(frame, version);
  if (!packet) return;
  if (const auto* puback = std::get_if<protocol::PubAck>(&*packet))
    context.note_answer_to_publish(puback->reason, puback->properties);
  else if (const auto* pubrec = std::get_if<protocol::PubRec>(&*packet))
    context.note_answer_to_publish(pubrec->reason, pubrec->properties);
}

}  // namespace

protocol::Version ScriptedClient::version() const {
  return plan_.version.value_or(context_.run().version());
}

bool ScriptedClient::open() {
  end_.reset();
  unreachable_.reset();
  connack_.reset();
  disconnect_reason_.reset();
  end_when_written_.reset();
  session_present_ = false;
  pings_sent_ = pings_answered_ = 0;
  published_ = answered_ = 0;
  connector_ = std::make_unique<transport::Connector>(context_.loop(), plan_.transport);
  connector_->start([this](Result<transport::Connection> connection) {
    if (connection)
      stream_ = std::move(connection->stream);
    else
      unreachable_ = connection.error();
    context_.changed();
  });
  const bool answered = context_.wait([this] { return stream_ || unreachable_; }, never);
  if (!answered) unreachable_ = Error{ExitCode::unreachable, "no connection in time"};
  connector_.reset();
  if (!stream_) return false;
  send_progress_.start();
  stream_->set_events(this);
  update_interest();
  return true;
}

bool ScriptedClient::handshake() {
  if (!session_) session_.emplace(plan_.session, static_cast<session::Handler&>(*this), output_);
  const std::optional<std::string> password = this->password();
  const session::Identity identity{plan_.client_identifier, plan_.username, password};
  const Status status = session_->transport_opened(version(), identity, context_.loop().now());
  if (status) {
    context_.note_connect(plan_, version());
    after_session();
    return true;
  }
  unreachable_ = status.error();
  finish(ConnectionEnd::Kind::here, status.error().text);
  return false;
}

void ScriptedClient::update_interest() {
  if (!stream_) return;
  const auto read = paused_ ? Interest::none : Interest::read;
  const auto write = blocked_ ? Interest::write : Interest::none;
  stream_->want(read | write);
}

// Out.

void ScriptedClient::pass_output() {
  while (!output_.empty()) {
    std::array<std::string_view, 64> pieces;
    const std::size_t count = output_.gather(pieces);
    std::size_t size = 0;
    for (std::size_t i = 0; i < count; ++i) {
      gathering_ += pieces[i];
      size += pieces[i].size();
    }
    output_.consume(size);
  }
  std::size_t passed = 0;
  while (stream_) {
    const std::string_view rest = std::string_view(gathering_).substr(passed);
    const auto found = protocol::next_frame(rest);
    // What a session writes is whole packets.
    if (!found || !found->frame) break;
    passed += found->frame->size;
    if (!pass_out(*found->frame, rest.substr(0, found->frame->size))) break;
  }
  gathering_.clear();
  write();
}

bool ScriptedClient::pass_out(const protocol::Frame& frame, std::string_view bytes) {
  const Fate fate = fate_of(Direction::sent, frame);
  if (fate == Fate::pass || fate == Fate::cut_after) {
    outgoing_ += bytes;
    if (is_answer(frame.type())) answers_ += bytes.size();
  }
  if (fate == Fate::pass || fate == Fate::swallow) return true;
  end_when_written_ = ending_;
  cut_with_ = ending_;
  return false;
}

Fate ScriptedClient::fate_of(Direction direction, const protocol::Frame& frame) {
  if (context_.run().observe)
    context_.run().observe(context_.task().name(), direction, frame, version());
  const bool is_answered = frame.type() == PacketType::puback || frame.type() == PacketType::pubrec;
  answered_ += direction == Direction::received && is_answered;
  published_ += direction == Direction::sent && is_to_be_answered(frame);
  if (direction == Direction::received && is_stray(frame)) return Fate::pass;
  if (!counts_only_ && packets_.size() < most_packets)
    packets_.push_back({direction, frame.type(), identifier_of(frame, version()), has_dup(frame),
                        context_.loop().now()});
  return hook_ ? hook_(direction, frame) : Fate::pass;
}

/// Nothing that a script or its hook is to see: a message that it has not caused.
bool ScriptedClient::is_stray(const protocol::Frame& frame) const {
  if (frame.type() != PacketType::publish || counts_only_) return false;
  const auto publish = protocol::decode_publish(frame, version());
  return publish && !publish->topic.empty() && !is_expected(publish->topic);
}

void ScriptedClient::write() {
  while (stream_ && written_ < outgoing_.size()) {
    const std::string_view piece = std::string_view(outgoing_).substr(written_);
    const Io io = stream_->write({&piece, 1});
    if (io.kind == Io::Kind::would_block) {
      blocked_ = true;
      return update_interest();
    }
    if (io.kind != Io::Kind::done) return lose(stream_->error());
    written_ += io.size;
  }
  outgoing_.clear();
  if (outgoing_.capacity() > Allowance::large_packet) outgoing_.shrink_to_fit();
  written_ = answers_ = 0;
  if (std::exchange(blocked_, false)) update_interest();
  if (stream_ && end_when_written_) {
    cut_with_ = *end_when_written_;
    finish(ConnectionEnd::Kind::here, "cut");
  }
}

const session::SendProgress& ScriptedClient::send_progress() {
  if (stream_) {
    const transport::Transmission sent = stream_->transmission();
    const std::size_t waiting = outgoing_.size() - written_ + sent.waiting;
    send_progress_.look(sent.sent, waiting, context_.loop().now());
  }
  return send_progress_;
}

void ScriptedClient::on_writable() {
  write();
  context_.changed();
}

/// What the broker said before it went may still be there to be read.
void ScriptedClient::lose(const Error& error) {
  if (std::exchange(losing_, true)) return;
  if (!paused_) on_readable();
  finish(ConnectionEnd::Kind::failed, error.text);
}

// In.

void ScriptedClient::on_readable() {
  std::array<char, read_bytes> buffer;
  for (int reads = 0; stream_ && !paused_ && !end_when_written_; ++reads) {
    // The context looks at its clock in between.
    if (reads == reads_per_turn) {
      context_.loop().defer(lifeline_.guard([this] { on_readable(); }));
      break;
    }
    const Io io = stream_->read(buffer);
    if (io.kind == Io::Kind::would_block) break;
    if (io.kind == Io::Kind::end) return finish(ConnectionEnd::Kind::closed, "the broker closed");
    if (io.kind == Io::Kind::failed)
      return finish(ConnectionEnd::Kind::failed, stream_->error().text);
    make_room(io.size);
    incoming_.append(buffer.data(), io.size);
    take_packets();
    if (stream_ && is_too_much()) {
      context_.abort(std::string(sends_without_end));
      return finish(ConnectionEnd::Kind::garbage, std::string(sends_without_end));
    }
  }
  after_session();
}

/// Looks at what is kept now.
bool ScriptedClient::is_too_much() {
  const bool is_large = needed_ >= Allowance::large_packet;
  const std::size_t unfinished = is_large ? 0 : incoming_.size();
  // Of answers that are not read the old and the new room stand side by side while it grows.
  const bool is_held = holding_.set(kept_bytes_ + unfinished + 2 * answers_ +
                                    packets_.size() * bytes_in_vector<PacketNote>);
  return !is_held || received_bytes_ > most_received_bytes || packets_.size() >= most_packets;
}

/// Room grows with what has come, and not beyond what the packet needs.
void ScriptedClient::make_room(std::size_t bytes) {
  const std::size_t wanted = incoming_.size() + bytes;
  if (wanted <= incoming_.capacity()) return;
  const std::size_t most = std::max(needed_ + read_bytes, wanted);
  incoming_.reserve(std::clamp(2 * incoming_.capacity(), wanted, most));
}

/// Whether a packet of that size that has begun is taken.
bool ScriptedClient::may_receive(std::size_t packet_bytes) {
  if (packet_bytes > plan_.session.largest_packet) return false;
  if (packet_bytes < Allowance::large_packet) {
    holding_.end_large_packet();
    return true;
  }
  return packet_bytes <= context_.run().largest_packet && holding_.begin_large_packet();
}

std::string ScriptedClient::why_not_received() const {
  if (needed_ <= plan_.session.largest_packet)
    return "the broker begins a packet of " + std::to_string(needed_) + " bytes";
  session::Failure failure;
  failure.packet = static_cast<PacketType>(static_cast<std::uint8_t>(incoming_[0]) >> 4);
  failure.oversize = {needed_, plan_.session.largest_packet, false};
  return describe(failure);
}

void ScriptedClient::take_packets() {
  if (incoming_.size() < needed_) return;
  needed_ = 0;
  // Packets are taken out of a string of their own, which nothing else changes meanwhile.
  std::string bytes = std::exchange(incoming_, {});
  std::size_t taken = 0;
  while (stream_ && !end_when_written_) {
    const std::string_view rest = std::string_view(bytes).substr(taken);
    const auto found = protocol::next_frame(rest);
    if (!found) return refuse(found.error(), rest);
    if (!found->frame) {
      needed_ = found->needed;
      break;
    }
    taken += found->frame->size;
    take_packet(*found->frame, rest.substr(0, found->frame->size));
  }
  // What is left of a connection that ended meanwhile must not come before the next one's packets.
  if (!stream_) return;
  incoming_.insert(0, bytes, taken);
  if (may_receive(needed_)) return;
  const std::string text = why_not_received();
  context_.abort(text);
  finish(ConnectionEnd::Kind::garbage, text);
}

/// The session says what is wrong with what begins there.
void ScriptedClient::refuse(protocol::Fault fault, std::string_view bytes) {
  if (session_) session_->receive(bytes, context_.loop().now());
  note_failure();
  finish(ConnectionEnd::Kind::garbage, describe(fault));
}

void ScriptedClient::take_packet(const protocol::Frame& frame, std::string_view bytes) {
  context_.changed();
  note_answer_to_publish(context_, frame, version());
  const Fate fate = fate_of(Direction::received, frame);
  cut_with_ = ending_;
  if (fate == Fate::cut_before) return finish(ConnectionEnd::Kind::here, "cut");
  if (fate != Fate::swallow) deliver(frame, bytes);
  if (fate == Fate::cut_after) finish(ConnectionEnd::Kind::here, "cut");
}

void ScriptedClient::deliver(const protocol::Frame& frame, std::string_view bytes) {
  received_bytes_ += bytes.size();
  if (frame.type() == PacketType::pingresp && pings_answered_ < pings_sent_) {
    ++pings_answered_;
    return;
  }
  if (session_) {
    session_->receive(bytes, context_.loop().now());
    return note_failure();
  }
  // Opened for bytes of the script's own.
  const auto packet = protocol::decode(frame, version());
  if (!packet) return;
  if (const auto* connack = std::get_if<protocol::ConnAck>(&*packet)) note_connack(*connack);
  if (const auto* end = std::get_if<protocol::Disconnect>(&*packet)) on_disconnect(*end);
}

void ScriptedClient::note_failure() {
  if (!stream_ || !session_) return;
  if (disconnect_reason_) return finish(ConnectionEnd::Kind::closed, {});
  const auto& failure = session_->failure();
  if (!failure || session_->phase() != session::Phase::closing) return;
  const std::string text = describe(*failure);
  // It is this side's user who wants no larger ones.
  if (failure->oversize && !failure->oversize->is_announced) context_.abort(text);
  if (auto finding = finding_of(*failure)) context_.abort(std::move(*finding));
  finish(ConnectionEnd::Kind::garbage, text);
}

void ScriptedClient::advance() {
  if (!session_) return;
  session_->advance(context_.loop().now(), send_progress());
  after_session();
  if (stream_) note_failure();
}

void ScriptedClient::after_session() {
  if (!stream_) return;
  pass_output();
  if (stream_ && session_)
    timer_.arm(send_progress_.next_look(session_->deadline(), context_.loop().now()));
}

/// With what the broker said of it, and how far it had come.
std::string ScriptedClient::how_broker_ended(std::string text) const {
  if (disconnect_reason_)
    text =
        "DISCONNECT " + reason_text(*disconnect_reason_, PacketType::disconnect) + disconnect_said_;
  if (answered_ < published_)
    text += fmt::format(", with {} of {} messages answered", answered_, published_);
  return text;
}

void ScriptedClient::finish(ConnectionEnd::Kind kind, std::string text) {
  if (!stream_) return;
  // Before the end: the broker may be quicker than this thread.
  const Time now = SystemClock().now();
  const auto ending = kind == ConnectionEnd::Kind::here ? cut_with_ : transport::Ending::fin;
  stream_->set_events(nullptr);
  stream_->end(ending);
  if (kind != ConnectionEnd::Kind::here) {
    std::string told = how_broker_ended(text);
    if (told != text) ended_by_broker_ = told;
    text = std::move(told);
  }
  end_ = ConnectionEnd{kind, std::move(text), disconnect_reason_, now};
  retire(ending);
  timer_.disarm();
  output_.clear();
  incoming_ = std::string();
  outgoing_ = std::string();
  gathering_.clear();
  holding_.end_large_packet();
  written_ = needed_ = answers_ = 0;
  blocked_ = losing_ = false;
  if (session_) session_->transport_closed();
  context_.changed();
}

void ScriptedClient::retire(transport::Ending ending) {
  if (ending == transport::Ending::freeze) return frozen_.push_back(std::move(stream_));
  retired_.push_back(std::move(stream_));
  context_.loop().defer(lifeline_.guard([this] { retired_.clear(); }));
}

}  // namespace mqtt_toolbox::check
