#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "pub/source.hpp"
#include "record/results.hpp"
#include "record/wall_time.hpp"
#include "store/queue.hpp"

namespace mqtt_toolbox::pub {

/// What a stored source tells, and asks.
struct StoredListener {
  /// Something may be taken from the store now, or never again.
  std::function<void()> more;
  /// A bad line; see SourceListener.
  std::function<void(const record::ErrorLine&)> failed;
  /// Accepted: it is on the disk. Views live until the call returns.
  std::function<void(const record::Stored&)> stored;
  /// After the last `stored` of a batch.
  std::function<void()> batch_stored;
  /// Whether one more batch can be told.
  std::function<bool()> has_room;
  /// The disk is too full for more: the input ends, and what is in the store goes on.
  std::function<void()> full;
  /// The store has failed; nothing comes any more.
  std::function<void(const Error&)> broken;
};

/// The store as a source. All input goes into it, as fast as it comes and whether there is a
/// connection or not, in batches that are committed as one with whatever the session has to write
/// down at that moment; messages come out of it in order, those of earlier processes first.
class StoredSource final : public Source {
 public:
  /// `queue` must outlive it. Call `use` before anything else.
  StoredSource(transport::Loop& loop, store::Queue& queue, record::WallClock& clock,
               StoredListener listener);

  /// Where the messages come from that are to be stored; made with `input_listener`.
  void use(std::unique_ptr<Source> input) { input_ = std::move(input); }
  SourceListener input_listener();

  Pull next(Item& item) override;

  /// Takes what the input has; goes on by itself. To be called at the start, and when there is room
  /// again.
  void take_input();
  /// No more input.
  void stop();
  bool input_ended() const { return ended_; }

 private:
  void take_batch();
  bool keep(const Item& item);
  bool commit();
  void break_off(const Error& error);

  transport::Loop& loop_;
  store::Queue& queue_;
  record::WallClock& clock_;
  StoredListener listener_;
  std::unique_ptr<Source> input_;
  session::Token given_ = 0;  ///< the last message that `next` gave

  /// One message of the batch, told when it is committed.
  struct Accepted {
    session::Token number = 0;
    protocol::Qos qos = protocol::Qos::at_most_once;
    bool is_known = false;
    std::string topic;
    std::string id;
  };
  std::vector<Accepted> batch_;
  std::size_t batch_size_ = 0;   ///< of `batch_`; the rest is kept for its memory
  std::size_t batch_bytes_ = 0;  ///< of payload
  bool is_taking_ = false;
  bool ended_ = false;
  bool is_broken_ = false;
};

}  // namespace mqtt_toolbox::pub
