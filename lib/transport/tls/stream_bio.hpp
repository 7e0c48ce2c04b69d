#pragma once

#include "transport/stream.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

/// A stream as OpenSSL sees it, and what the last calls of OpenSSL came to below.
///
/// A peer can send records without end that bring no application data, such as session tickets, and
/// OpenSSL reads on for as long as there are any. So each turn of the loop has a number of reads.
struct LowerEnd {
  /// Each brings about a record: 64 KiB of application data take some five.
  static constexpr int reads_per_turn = 16;

  Stream* stream = nullptr;
  int reads_left = reads_per_turn;
  bool drained = true;  ///< the last read found nothing more
  bool ended = false;
  bool failed = false;
};

OwnedBioMethod stream_bio_method();

/// A BIO over `lower`, which must outlive it. Null when memory is short.
OwnedBio stream_bio(const BIO_METHOD* method, LowerEnd& lower);

}  // namespace mqtt_toolbox::transport::tls
