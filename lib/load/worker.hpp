#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "load/desk.hpp"
#include "load/dialer.hpp"
#include "load/machine.hpp"
#include "load/publisher.hpp"
#include "load/subscriber.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::load {

class Worker;

/// Told by workers, each in its own thread.
class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  /// The outcome of the first attempt of every client is known.
  virtual void on_connected(Worker& worker) = 0;
  /// `report` is lent; it comes back through `take_back`.
  virtual void on_report(Worker& worker, Report* report) = 0;
  /// Nothing more will be sent: all of `messages`, or less where a publisher gave up.
  virtual void on_all_sent(Worker& worker, bool stopped_early) = 0;
  /// No client is connected, and none will be.
  virtual void on_all_dead(Worker& worker) = 0;
  /// Nothing more is sent; what is in flight is being waited for.
  virtual void on_draining(Worker& worker) = 0;
  virtual void on_done(Worker& worker) = 0;
};

/// One thread of a run: every `threads`-th client, with a loop of its own.
class Worker final : private ClientEvents, private PublisherEvents {
 public:
  Worker(const Prepared& run, std::uint32_t index, WorkerEvents& events);
  ~Worker() override;
  /// ExitCode::io when the system had no descriptors for it; then it must not be launched.
  const Status& made() const { return desk_.loop.made() ? inbox_.made() : desk_.loop.made(); }

  /// Starts the thread, which begins to connect. ExitCode::io when there can be no thread.
  Status launch();
  /// The thread ends with its connections as they are.
  void abandon();
  void join();

  /// From any thread.
  void start(Times times);
  void end_at(Time end);
  void close();
  void take_back(Report* report);

  /// From any thread, approximate while the worker runs.
  struct Progress {
    std::atomic<std::uint64_t> matched{0};
    std::atomic<std::uint64_t> in_flight{0};
  };
  const Progress& progress() const { return progress_; }

  /// After `join`, or where the events say so.
  std::uint32_t index() const { return index_; }
  const Desk& desk() const { return desk_; }
  Desk& desk() { return desk_; }
  const std::vector<std::unique_ptr<Publisher>>& publishers() const { return publishers_; }
  const std::vector<std::unique_ptr<Subscriber>>& subscribers() const { return subscribers_; }
  std::uint32_t connected_at_first() const { return connected_at_first_; }
  NeverConnected never_connected() const;

 private:
  enum class Phase : std::uint8_t { connecting, running, draining, closing, done };

  void work();
  void make_clients();

  void on_ready(Client& client) override;
  void on_offline(Client& client, bool was_online) override;
  void on_closed(Client& client) override;
  void on_turn_over(Publisher& publisher) override;
  void on_way_free(Publisher& publisher) override;
  void on_all_sent(Publisher& publisher) override;

  void attempted(Client& client);
  void attempt_failed(Client& client);
  void await_password(Client& client);
  void password_settled();
  bool is_hopeless(Client& client) const;
  void give_up(Client& client);
  void begin(Times times);
  void change_end(Time end);
  void take_turns();
  void queue_publisher(Publisher& publisher);
  void send_due();
  void send_until(Time now);
  void tick();
  void arm_tick(Time now);
  bool joins_next(Time boundary) const;
  bool divides(Time boundary) const;
  void make_report(Time end);
  void take_spare();
  void arm_send();
  void settle();
  void start_draining();
  void drain_tick();
  std::uint64_t unfinished_work();
  void begin_closing();
  void sweep();
  void churn();

  const Prepared& run_;
  std::uint32_t index_;
  WorkerEvents& events_;
  Desk desk_;
  transport::Inbox inbox_;
  Dialer dialer_;
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<std::unique_ptr<Client>> idle_;
  std::vector<Client*> clients_;
  std::vector<Client*> locked_out_;  ///< until the password has been renewed, or cannot be

  struct Due {
    Time at;
    Publisher* publisher;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  std::vector<Due> due_;           ///< a heap
  std::vector<Publisher*> turns_;  ///< closed loop: whose turn comes again
  std::vector<Publisher*> taking_;

  transport::Loop::Timer send_timer_;
  transport::Loop::Timer tick_timer_;
  transport::Loop::Timer sweep_timer_;
  transport::Loop::Timer drain_timer_;
  transport::Loop::Timer churn_timer_;
  transport::Loop::Timer closing_timer_;

  Progress progress_;
  std::vector<std::unique_ptr<Report>> reports_;  ///< all that there are
  std::vector<Report*> spare_;
  Time churn_started_{};
  Time settling_until_ = never;
  Phase phase_ = Phase::connecting;
  std::uint32_t unattempted_ = 0;
  std::uint32_t connected_at_first_ = 0;
  std::size_t alive_ = 0;
  std::size_t open_ = 0;
  std::size_t unfinished_ = 0;  ///< publishers
  bool stopped_early_ = false;  ///< a publisher gave up before it had sent everything
  std::size_t sweep_next_ = 0;
  std::size_t churn_next_ = 0;
  std::optional<Schedule> churn_;
  std::uint64_t due_counted_ = 0;
  double cpu_seen_ = 0;
  double run_queue_seen_ = 0;
  std::optional<RunQueue> run_queue_;  ///< of the thread
  std::jthread thread_;
};

}  // namespace mqtt_toolbox::load
