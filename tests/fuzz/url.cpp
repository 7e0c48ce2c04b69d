#include "options/url.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace mqtt_toolbox::options;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What was accepted is fit to be used: no NUL, a host or a socket, no line break for an HTTP
/// request.
void check(const Url& url) {
  require(url.host.empty() == (url.scheme == Scheme::unix_socket));
  require(!url.port || *url.port > 0);
  for (const std::string* text : {&url.host, &url.path})
    require(text->find('\0') == std::string::npos);
  require(url.host.find_first_of("\r\n ") == std::string::npos);
  if (url.scheme != Scheme::unix_socket)
    require(url.path.find_first_of("\r\n ") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto url = parse_url(text)) check(*url);
  if (auto proxy = parse_proxy_url(text)) require(!proxy->host.empty() && proxy->port > 0);
  const PasswordPlace place = find_password(text);
  require(place.position <= size && place.size <= size - place.position);
  require(find_password(mask_password(text)).size == (place.size > 0 ? 3 : 0));
  return 0;
}
