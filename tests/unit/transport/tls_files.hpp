#pragma once

#include <stdexcept>
#include <string>

#include "transport/plugin.hpp"
#include "unit/transport/socket_fixture.hpp"

namespace transport_test {

/// Throw-away certificates in a folder of their own, for localhost, 127.0.0.1 and ::1.
class TlsFiles {
 public:
  TlsFiles() {
    auto status = make_certificates({folder_.path(), {"localhost", "127.0.0.1", "::1"}});
    if (!status) throw std::runtime_error(status.error().text);
  }
  std::string operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

}  // namespace transport_test
