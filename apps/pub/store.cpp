#include "pub/store.hpp"

#include <unistd.h>
#include <utility>

#include "base/utf8.hpp"
#include "client/session_use.hpp"
#include "console/output.hpp"
#include "record/results.hpp"

namespace mqtt_toolbox::pub {
namespace {

store::Instant instant_of(record::WallTime time) {
  return time.nanoseconds / 1000;
}

std::string counted(std::uint64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// What binds the messages in flight to the connection that they were sent on.
Status bind_version(client::ConnectPlan& plan, protocol::Version version, std::uint64_t count) {
  if (plan.version && *plan.version != version)
    return fail(ExitCode::usage,
                counted(count, "message") + " in the store " + (count == 1 ? "was" : "were") +
                    " sent in MQTT " + std::string(protocol::name(version)) +
                    " and can only be finished in it; run once without input and without what "
                    "asks for MQTT " +
                    std::string(protocol::name(*plan.version)));
  plan.version = version;
  return {};
}

/// The identifier given with --id, else the one of before, else a new one.
Status bind_identifier(Settings& settings, store::Queue& queue, bool is_in_flight, Random& random) {
  std::string& identifier = settings.plan.client_identifier;
  auto before = queue.client_identifier();
  if (!before) return tl::unexpected(std::move(before.error()));
  const bool is_said = settings.given("id") && !identifier.empty();
  if (is_said && is_in_flight && identifier != *before)
    return fail(ExitCode::usage, "messages in the store were sent as client \"" +
                                     printable(*before) +
                                     "\" and can only be finished so; leave out --id");
  if (!is_said && !before->empty()) identifier = *before;
  if (identifier.empty()) identifier = client::make_identifier(random);
  if (identifier == *before) return {};
  return queue.set_client_identifier(identifier);
}

Status bind(Settings& settings, store::Queue& queue, console::World& world) {
  const auto count = queue.count();
  if (!count) return tl::unexpected(count.error());
  if (const auto version = queue.version()) {
    if (auto bound = bind_version(settings.plan, *version, count->sent); !bound) return bound;
  }
  if (auto bound = bind_identifier(settings, queue, count->sent != 0, world.random); !bound)
    return bound;
  return queue.commit();
}

Status forget(const Plan& plan, store::Queue& queue, console::World& world) {
  if (!plan.store_forget) return {};
  const auto now = instant_of(world.wall_clock.now());
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(*plan.store_forget);
  return queue.forget_ids(now - age.count()).and_then([&](std::uint64_t) {
    return queue.commit();
  });
}

record::Waiting as_result(const store::Kept& kept) {
  record::Waiting result;
  result.number = kept.number;
  result.message = kept.message;
  result.id = kept.id;
  result.packet_identifier = kept.packet_identifier;
  result.released = kept.released;
  result.may_be_duplicate = kept.may_be_duplicate;
  result.set_aside = kept.set_aside;
  return result;
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(text.size() < width ? width - text.size() : 0, ' ');
  out += "  ";
}

constexpr std::size_t number_width = 8, state_width = 9, payload_shown = 40;

/// Columns of fixed width first; what can be long comes last, escaped.
void append_row(std::string& out, record::UtcTimeText& clock, const store::Kept& kept) {
  append_padded(out, std::to_string(kept.number), number_width);
  clock.append(out, {kept.accepted * 1000});
  out += "  ";
  append_padded(out, as_result(kept).state(), state_width);
  out += static_cast<char>('0' + static_cast<int>(kept.message.qos));
  out += "    " + printable(kept.message.topic);
  if (!kept.id.empty()) out += "  id=" + printable(kept.id);
  out += "  " + printable(kept.message.payload, payload_shown);
  if (!kept.set_aside.empty()) out += "  (" + printable(kept.set_aside) + ")";
  out += '\n';
}

void append_heading(std::string& out) {
  append_padded(out, "NUMBER", number_width);
  append_padded(out, "ACCEPTED", record::UtcTimeText::size);
  append_padded(out, "STATE", state_width);
  out += "QOS  TOPIC AND PAYLOAD\n";
}

std::string waiting_text(store::Count count, const std::string& directory) {
  std::string text = counted(count.messages, "message") +
                     (count.messages == 1 ? " waits in " : " wait in ") + printable(directory);
  if (count.sent != 0)
    text += ", " + std::to_string(count.sent) + " of them sent without an acknowledgement";
  return text + "; the next run with --store goes on with " + (count.messages == 1 ? "it" : "them");
}

Status print_list(const Plan& plan, store::Queue& queue, console::Output& output) {
  constexpr std::size_t batch = 64u << 10;
  record::ResultWriter writer;
  record::UtcTimeText clock;
  bool is_first = true;
  auto status = queue.each(store::Selection::all, [&](const store::Kept& kept) -> Status {
    std::string& out = output.buffer();
    if (std::exchange(is_first, false) && !plan.json) append_heading(out);
    if (plan.json)
      writer.append(out, as_result(kept), {kept.accepted * 1000});
    else
      append_row(out, clock, kept);
    return out.size() < batch ? Status() : output.finish(never);
  });
  return status.and_then([&] { return output.finish(never); });
}

/// --store-retry.
Status take_back(const Plan& plan, store::Queue& queue) {
  if (!plan.store_retry) return {};
  return queue.take_back().and_then([&](std::uint64_t) { return queue.commit(); });
}

}  // namespace

Result<std::unique_ptr<store::Queue>> open_store(Settings& settings, console::World& world) {
  auto queue = store::open_queue(settings.work.store, store::Access::exclusive);
  if (!queue) return queue;
  auto status = bind(settings, **queue, world)
                    .and_then([&] { return forget(settings.work, **queue, world); })
                    .and_then([&] { return take_back(settings.work, **queue); });
  if (!status) return tl::unexpected(std::move(status.error()));
  return queue;
}

console::Ended list_store(const Plan& plan, console::World& world) {
  auto queue = store::open_queue(plan.store, store::Access::listing);
  const Status status = [&]() -> Status {
    if (!queue) return tl::unexpected(queue.error());
    console::Output output(
        world.loop, STDOUT_FILENO, [] {}, [](const Error&) {});
    return print_list(plan, **queue, output);
  }();
  if (status) return {};
  world.reporter.error(status.error().text);
  return {status.error().code, 0};
}

console::Ended drop_from_store(const Plan& plan, console::World& world) {
  auto queue = store::open_queue(plan.store, store::Access::exclusive);
  ExitCode code = ExitCode::done;
  const Status status = [&]() -> Status {
    if (!queue) return tl::unexpected(queue.error());
    for (const std::uint64_t number : plan.store_drop) {
      const auto is_dropped = (*queue)->drop(number);
      if (!is_dropped) return tl::unexpected(is_dropped.error());
      if (*is_dropped) continue;
      code = ExitCode::no;
      world.reporter.error("there is no message " + std::to_string(number) + " in " +
                           printable(plan.store));
    }
    return (*queue)->commit();
  }();
  if (status) return {code, 0};
  world.reporter.error(status.error().text);
  return {status.error().code, 0};
}

Result<Left> what_is_left(store::Queue& queue, const std::string& directory) {
  return queue.count().map([&](store::Count count) {
    Left left;
    if (count.messages != 0) {
      left.code = ExitCode::lost;
      left.text = waiting_text(count, directory);
    }
    if (count.set_aside == 0) return left;
    left.code = worse(left.code, ExitCode::rejected);
    left.text += left.text.empty() ? "" : "; ";
    left.text += counted(count.set_aside, "message") +
                 (count.set_aside == 1 ? " is set aside in " : " are set aside in ") +
                 printable(directory) + "; see --store-list, --store-retry and --store-drop";
    return left;
  });
}

}  // namespace mqtt_toolbox::pub
