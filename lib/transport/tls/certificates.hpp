#pragma once

#include "base/result.hpp"
#include "transport/plugin.hpp"

namespace mqtt_toolbox::transport::tls {

/// As transport::make_certificates says; ExitCode::io, and ExitCode::usage for a bad name.
Status make_certificates(const CertificateRequest& request);

}  // namespace mqtt_toolbox::transport::tls
