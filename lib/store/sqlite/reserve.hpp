#pragma once

#include <cstddef>
#include <string>

namespace mqtt_toolbox::store {

/// Space on the disk of a store, taken while there is some, so that what becomes of its messages
/// can be written down when the disk is full. Where files may not grow so large (RLIMIT_FSIZE), and
/// where the file system cannot take space beforehand, there is none and nothing is refused for
/// that.
class Reserve {
 public:
  Reserve() = default;
  explicit Reserve(std::string directory);

  /// Whether this many bytes of messages can be added without need of the reserve, which is taken
  /// first if it is not there. What was granted is counted until `forget_grants`.
  bool grants(std::size_t bytes);
  void forget_grants() { granted_ = 0; }
  /// Whether the disk has hardly anything left.
  bool is_disk_full() const;
  /// Gives the space to whoever writes next.
  void release();

 private:
  bool take();

  std::string directory_;
  bool is_taken_ = false;
  std::size_t granted_ = 0;  ///< bytes that may be added without another look at the disk
};

}  // namespace mqtt_toolbox::store
