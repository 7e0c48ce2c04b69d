#pragma once

#include <memory>

#include "bench/engine_client.hpp"
#include "bench/runner.hpp"

namespace mqtt_toolbox::bench {

/// A run of few clients through client::Client, all in one thread's loop: what an application on
/// that engine would see, not what a broker can bear.
class EngineBench final : public Runner, private EngineClientEvents {
 public:
  /// ExitCode::usage for what the plan or the engine cannot do, ExitCode::unreachable when the name
  /// is not known.
  static Result<std::unique_ptr<Runner>> prepare(const load::Plan& plan,
                                                 client::Surroundings surroundings,
                                                 client::Engine engine);

  Result<load::Measurement> run(transport::Loop& loop, const OnInterval& on_interval) override;
  void stop() override;

 private:
  enum class Phase : std::uint8_t { connecting, running, draining, closing, done };

  EngineBench(std::unique_ptr<load::Prepared> prepared, client::Surroundings surroundings);
  Status open_clients(client::Engine engine);

  void on_attempted(EngineClient& client) override;
  void on_all_sent(EngineClient& client) override;
  void on_gone(EngineClient& client) override;

  void begin();
  void end_at(Time end);
  void tick();
  void arm_tick(Time now);
  void close_interval(Time end);
  void start_draining();
  std::uint64_t publishers_with_messages() const;
  void settle();
  void watch_drain();
  bool is_complete();
  void close_all();
  load::Measurement result();
  std::vector<std::uint64_t> sent_by_stream() const;

  std::unique_ptr<load::Prepared> prepared_;
  client::Surroundings surroundings_;
  EngineAccount account_;
  std::vector<std::unique_ptr<EngineClient>> clients_;
  const OnInterval* on_interval_ = nullptr;
  transport::Loop::Timer tick_timer_;
  transport::Loop::Timer drain_timer_;
  Time drain_deadline_ = never;
  std::uint64_t due_counted_ = 0;
  double cpu_seen_ = 0;
  std::size_t attempted_ = 0;
  std::size_t all_sent_ = 0;
  std::size_t gone_ = 0;
  Phase phase_ = Phase::connecting;
  bool incomplete_ = false;
  bool interrupted_ = false;
};

}  // namespace mqtt_toolbox::bench
