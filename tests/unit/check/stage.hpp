#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "check/case_context.hpp"
#include "support/scripted_broker.hpp"

namespace mqtt_toolbox::check {

inline Finding play_nothing(CaseContext&) {
  return pass("nothing");
}
inline constexpr Case any_case{"any", "1", "nothing is promised", play_nothing};

/// A context whose broker follows a script, in the context's own loop.
struct Stage {
  explicit Stage(std::string_view script, protocol::Version version = protocol::Version::v5,
                 Duration limit = std::chrono::seconds(10)) {
    run.plan.version = version;
    run.plan.transport.host = "127.0.0.1";
    run.topic_prefix = "prefix/run";
    context = std::make_unique<CaseContext>(run, Task{&any_case, only_variant}, limit);
    auto started = support::ScriptedBroker::start(context->loop(), script);
    REQUIRE(started);
    broker = std::move(*started);
    broker->on_finished = [this] { context->changed(); };
    run.plan.transport.port = broker->port();
  }

  /// The broker's failures once its script has ended, joined; empty when it was met.
  std::string failures() {
    (void)context->wait([&] { return broker->finished(); }, std::chrono::seconds(5));
    std::string text;
    for (const std::string& failure : broker->failures()) text += failure + '\n';
    return text;
  }

  RunContext run;
  std::unique_ptr<CaseContext> context;
  std::unique_ptr<support::ScriptedBroker> broker;
};

}  // namespace mqtt_toolbox::check
