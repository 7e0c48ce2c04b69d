#pragma once

#include "transport/stream.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

/// A stream as OpenSSL sees it, and what the last calls of OpenSSL came to below.
struct LowerEnd {
  Stream* stream = nullptr;
  bool drained = true;  ///< the last read found nothing more
  bool ended = false;
  bool failed = false;
};

OwnedBioMethod stream_bio_method();

/// A BIO over `lower`, which must outlive it. Null when memory is short.
OwnedBio stream_bio(const BIO_METHOD* method, LowerEnd& lower);

}  // namespace mqtt_toolbox::transport::tls
