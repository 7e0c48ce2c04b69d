#pragma once

#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// A roundtrip of three seconds, the first of them warm-up, with something in every field; made of
/// `seed`, always the same.
RunResult some_result(std::uint64_t seed = 1);

/// With `latency` nanoseconds (times 1 to 1.1) for 1000 messages a second over two seconds.
RunResult plain_result(std::uint64_t latency, std::uint64_t seed = 1);

bool same(const load::Histogram& a, const load::Histogram& b);
bool same(const load::Counters& a, const load::Counters& b);

}  // namespace mqtt_toolbox::report
