#pragma once

#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/histogram.hpp"

namespace mqtt_toolbox::report {

/// Appends the histogram in HdrHistogram's V2 compressed encoding, in base64: "HISTFAAA...".
MQTT_TOOLBOX_API void append_encoded(std::string& out, const load::Histogram& histogram);

/// Adds what `text` encodes to `histogram`. Counts are exact; the extremes become the lowest and
/// the highest value of their cells, because the encoding does not hold them. ExitCode::io when
/// `text` is not V2 compressed base64, of another layout, or damaged; at most 1 MiB is unpacked.
MQTT_TOOLBOX_API Status decode_into(load::Histogram& histogram, std::string_view text);

/// The same with the extremes, which have to lie in the lowest and the highest cell in use: nothing
/// is lost then.
Status decode_into(load::Histogram& histogram, std::string_view text, std::uint64_t minimum,
                   std::uint64_t maximum);

}  // namespace mqtt_toolbox::report
