#include <csignal>
#include <exception>
#include <list>

#include <climits>
#include <fmt/format.h>

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include "load/ranks.hpp"

namespace {

using mqtt_toolbox::Error;
using mqtt_toolbox::ExitCode;
using mqtt_toolbox::fail;
using mqtt_toolbox::Result;
using mqtt_toolbox::Status;
using mqtt_toolbox::load::RankMessage;
using mqtt_toolbox::load::Ranks;
using mqtt_toolbox::load::RankWord;

Status checked(int code, const char* call) {
  if (code == MPI_SUCCESS) return {};
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return fail(ExitCode::io, fmt::format("{}: {}", call, text));
}

/// What `work` returns; what it throws as an error.
template <typename Value, typename Work>
Result<Value> guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::exception& exception) {
    return fail(ExitCode::io, exception.what());
  } catch (...) {
    return fail(ExitCode::io, "unknown failure");
  }
}

/// Blocks all signals: MPI's own threads must not take those that the tool waits for.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

/// Point to point but for the start barrier: collective operations end badly when a rank dies. No
/// call blocks, since a blocked one of Open MPI takes a whole core.
class MpiRanks final : public Ranks {
 public:
  Status join() {
    return initialize()
        .and_then([] {
          return checked(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN),
                         "MPI_Comm_set_errhandler");
        })
        .and_then([&] { return checked(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank"); })
        .and_then([&] { return checked(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size"); })
        .and_then([&] { return count_neighbours(); });
  }

  std::uint32_t rank() const noexcept override { return static_cast<std::uint32_t>(rank_); }
  std::uint32_t size() const noexcept override { return static_cast<std::uint32_t>(size_); }
  std::uint32_t on_this_machine() const noexcept override {
    return static_cast<std::uint32_t>(neighbours_);
  }

  Result<bool> all_here() noexcept override {
    return guarded<bool>([&] { return test_barrier(); });
  }
  Status send(RankWord word, const std::string& text) noexcept override {
    return guarded<void>([&] { return start_sending(word, text); });
  }
  Result<bool> all_sent() noexcept override {
    return guarded<bool>([&] { return test_sends(); });
  }
  Result<std::optional<RankMessage>> poll() noexcept override {
    return guarded<std::optional<RankMessage>>(
        [&] { return look_for_message().and_then([&] { return take_arrived(); }); });
  }
  void leave() noexcept override { MPI_Finalize(); }

 private:
  struct Sending {
    std::string text;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  struct Arriving {
    RankMessage message;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  static Status initialize() {
    const WithoutSignals held;
    int provided = 0;
    return checked(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided),
                   "MPI_Init_thread");
  }

  Status count_neighbours() {
    MPI_Comm machine = MPI_COMM_NULL;
    return checked(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                                       &machine),
                   "MPI_Comm_split_type")
        .and_then([&] { return checked(MPI_Comm_size(machine, &neighbours_), "MPI_Comm_size"); })
        .and_then([&] { return checked(MPI_Comm_free(&machine), "MPI_Comm_free"); });
  }

  Result<bool> test_barrier() {
    if (!entered_) {
      const auto status = checked(MPI_Ibarrier(MPI_COMM_WORLD, &barrier_), "MPI_Ibarrier");
      if (!status) return tl::unexpected(status.error());
      entered_ = true;
    }
    return test(barrier_);
  }

  static Result<bool> test(MPI_Request& request) {
    int done = 0;
    return checked(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test").map([&] {
      return done != 0;
    });
  }

  Status start_sending(RankWord word, const std::string& text) {
    if (text.size() > INT_MAX) return fail(ExitCode::io, "a result of over 2 GiB cannot be sent");
    Sending& sending = sending_.emplace_back();
    sending.text = text;
    return checked(MPI_Isend(sending.text.data(), static_cast<int>(text.size()), MPI_BYTE, 0,
                             static_cast<int>(word), MPI_COMM_WORLD, &sending.request),
                   "MPI_Isend");
  }

  Result<bool> test_sends() {
    for (auto each = sending_.begin(); each != sending_.end();) {
      auto done = test(each->request);
      if (!done) return done;
      each = *done ? sending_.erase(each) : std::next(each);
    }
    return sending_.empty();
  }

  Status look_for_message() {
    int found = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status about{};
    auto status =
        checked(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &handle, &about),
                "MPI_Improbe");
    if (!status || found == 0) return status;
    int size = 0;
    MPI_Get_count(&about, MPI_BYTE, &size);
    Arriving& arriving = arriving_.emplace_back();
    arriving.message.rank = static_cast<std::uint32_t>(about.MPI_SOURCE);
    arriving.message.word = static_cast<RankWord>(about.MPI_TAG);
    arriving.message.text.resize(static_cast<std::size_t>(size));
    return checked(
        MPI_Imrecv(arriving.message.text.data(), size, MPI_BYTE, &handle, &arriving.request),
        "MPI_Imrecv");
  }

  Result<std::optional<RankMessage>> take_arrived() {
    for (auto each = arriving_.begin(); each != arriving_.end(); ++each) {
      auto done = test(each->request);
      if (!done) return tl::unexpected(done.error());
      if (!*done) continue;
      std::optional<RankMessage> message(std::move(each->message));
      arriving_.erase(each);
      return message;
    }
    return std::optional<RankMessage>();
  }

  int rank_ = 0;
  int size_ = 1;
  int neighbours_ = 1;
  bool entered_ = false;
  MPI_Request barrier_ = MPI_REQUEST_NULL;
  std::list<Sending> sending_;  // their buffers stay where they are
  std::list<Arriving> arriving_;
};

}  // namespace

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_open_ranks(Ranks** ranks, Error* error) noexcept {
  const auto opened = guarded<Ranks*>([]() -> Result<Ranks*> {
    auto made = std::make_unique<MpiRanks>();
    return made->join().map([&]() -> Ranks* { return made.release(); });
  });
  if (opened)
    *ranks = *opened;
  else
    *error = opened.error();
  return opened ? 0 : 1;
}
