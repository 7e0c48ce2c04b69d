#pragma once

#include <cstdint>
#include <optional>

#include "client/client.hpp"

namespace mqtt_toolbox::pub {

/// Looks for the stored message that the broker answers by ending the connection. After such an end
/// without any acknowledgement one message at a time is sent; one that was alone on its way in
/// three ends is suspected and left out, and is the culprit once another one was acknowledged.
class CulpritSearch {
 public:
  enum class Verdict : std::uint8_t {
    none,
    one_at_a_time,  ///< from now on
    suspected,      ///< the oldest is to be left out
    hopeless,       ///< another would be suspected: it is not the messages
  };

  void connected() { was_acknowledged_ = false; }
  /// The broker has ended the connection instead of acknowledging what had reached it. `oldest` is
  /// the first message without outcome, the suspect left out; `is_alone`: nothing else was on its
  /// way.
  Verdict connection_ended(client::Token oldest, bool is_alone);
  /// Another message has its outcome. The culprit, when that makes one of the suspect.
  std::optional<client::Token> acknowledged();
  /// Everything has its outcome: there is nothing left to look among.
  void finish() { is_one_at_a_time_ = false; }

  bool is_one_at_a_time() const { return is_one_at_a_time_; }
  std::optional<client::Token> suspect() const { return suspect_; }

 private:
  static constexpr int ends_of_a_suspect = 3;

  bool is_one_at_a_time_ = false;
  bool was_acknowledged_ = false;  ///< anything on this connection
  client::Token alone_ = 0;        ///< the message that `ends_` counts for
  int ends_ = 0;
  std::optional<client::Token> suspect_;
};

}  // namespace mqtt_toolbox::pub
