#include "transport/plugin.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <climits>
#include <fmt/format.h>

namespace mqtt_toolbox::transport {

namespace {

std::string folder_of(const std::string& path) {
  char resolved[PATH_MAX];
  if (realpath(path.c_str(), resolved) == nullptr) return {};
  std::string folder = resolved;
  return folder.substr(0, folder.rfind('/'));
}

/// Of the library; of the program when the library is linked into it, whose path the dynamic linker
/// only knows as it was typed.
std::vector<std::string> own_folders() {
  std::vector<std::string> folders{folder_of("/proc/self/exe")};
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&plugin_symbol), &info) != 0 && info.dli_fname != nullptr) {
    std::string folder = folder_of(info.dli_fname);
    if (!folder.empty()) folders.insert(folders.begin(), folder);
  }
  return folders;
}

Result<std::string> find(const std::string& module) {
  auto folders = own_folders();
  for (const std::string& folder : folders) {
    for (const char* way : {"/", "/../lib/", "/../../lib/"}) {
      std::string path = fmt::format("{}{}mqtt-toolbox/{}.so", folder, way, module);
      if (access(path.c_str(), R_OK) == 0) return path;
    }
  }
  return fail(ExitCode::io, fmt::format("the module mqtt-toolbox/{}.so is not beside {}; install "
                                        "the package mqtt-toolbox again",
                                        module, folders.front()));
}

}  // namespace

Result<void*> plugin_symbol(const std::string& module, const char* symbol) {
  auto path = find(module);
  if (!path) return tl::unexpected(path.error());
  void* handle = dlopen(path->c_str(), RTLD_LAZY | RTLD_LOCAL);
  void* found = handle != nullptr ? dlsym(handle, symbol) : nullptr;
  if (found != nullptr) return found;
  return fail(ExitCode::io, fmt::format("cannot load a module: {}; install the package "
                                        "mqtt-toolbox again",
                                        dlerror()));
}

Result<CertificateFacts> describe_certificate(const std::string& pem) {
  auto symbol = plugin_symbol("tls", describe_certificate_symbol);
  if (!symbol) return tl::unexpected(symbol.error());
  CertificateFacts facts;
  Error error;
  if (reinterpret_cast<DescribeCertificate>(*symbol)(&pem, &facts, &error) == 0) return facts;
  return tl::unexpected(std::move(error));
}

Status check_tls(const TlsSettings& settings) {
  auto symbol = plugin_symbol("tls", check_tls_symbol);
  if (!symbol) return tl::unexpected(symbol.error());
  Error error;
  if (reinterpret_cast<CheckTls>(*symbol)(&settings, &error) == 0) return {};
  return tl::unexpected(std::move(error));
}

Status make_certificates(const CertificateRequest& request) {
  auto symbol = plugin_symbol("tls", make_certificates_symbol);
  if (!symbol) return tl::unexpected(symbol.error());
  Error error;
  if (reinterpret_cast<MakeCertificates>(*symbol)(&request, &error) == 0) return {};
  return tl::unexpected(std::move(error));
}

}  // namespace mqtt_toolbox::transport
