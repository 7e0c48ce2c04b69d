#pragma once

#include <string>

#include "base/result.hpp"
#include "base/system.hpp"
#include "store/queue.hpp"

namespace mqtt_toolbox::store {

/// The directory of a store, held by this process when opened so.
struct Directory {
  FileDescriptor lock;
  std::string file;  ///< path of the database, which is there, perhaps empty
};

/// Makes what is missing, readable for its owner only and lasting through a power failure.
Result<Directory> open_directory(const std::string& path, Access access);

}  // namespace mqtt_toolbox::store
