#pragma once

namespace mqtt_toolbox::bench {

/// Whether a launcher of MPI has started this process as one of several.
bool is_ranked(char** environment);

}  // namespace mqtt_toolbox::bench
