#pragma once

#include "base/result.hpp"
#include "store/queue.hpp"
#include "store/sqlite/database.hpp"

namespace mqtt_toolbox::store {

/// Makes sure that the file is ours and of a version that we know, makes its tables when it is
/// empty, and sets the connection so that COMMIT lasts through a power failure.
Status prepare_schema(Database& database, Access access);

}  // namespace mqtt_toolbox::store
