#include <exception>
#include <memory>

#include "transport/plugin.hpp"
#include "transport/tls/certificate_text.hpp"
#include "transport/tls/certificates.hpp"
#include "transport/tls/context.hpp"
#include "transport/tls/tls_layer.hpp"

namespace {

using mqtt_toolbox::Error;
using mqtt_toolbox::ExitCode;
using mqtt_toolbox::Status;
using namespace mqtt_toolbox::transport;

/// 0, or 1 with the reason in `error`; nothing is thrown.
template <typename Work>
int guarded(Error* error, ExitCode code, Work&& work) noexcept {
  try {
    Status status = work();
    if (!status) *error = status.error();
    return status ? 0 : 1;
  } catch (const std::exception& exception) {
    *error = {code, exception.what()};
  } catch (...) {
    *error = {code, "unknown failure"};
  }
  return 1;
}

}  // namespace

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_open_tls(const TlsSettings* settings,
                                                      const std::string* host, Stream* lower,
                                                      Layer** layer, Error* error) noexcept {
  return guarded(error, ExitCode::tls, [&] {
    return tls::TlsLayer::open(*settings, *host, lower)
        .map([&](std::unique_ptr<tls::TlsLayer> opened) { *layer = opened.release(); });
  });
}

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_check_tls(const TlsSettings* settings,
                                                       Error* error) noexcept {
  return guarded(error, ExitCode::tls, [&] { return tls::check_settings(*settings); });
}

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_describe_certificate(const std::string* pem,
                                                                  CertificateFacts* facts,
                                                                  Error* error) noexcept {
  return guarded(error, ExitCode::tls, [&]() -> Status {
    auto described = tls::describe(*pem);
    if (!described) return tl::unexpected(described.error());
    *facts = std::move(*described);
    return {};
  });
}

extern "C" MQTT_TOOLBOX_API int mqtt_toolbox_make_certificates(const CertificateRequest* request,
                                                               Error* error) noexcept {
  return guarded(error, ExitCode::io, [&] { return tls::make_certificates(*request); });
}
