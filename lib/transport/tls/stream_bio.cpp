#include "transport/tls/stream_bio.hpp"

#include <string_view>

namespace mqtt_toolbox::transport::tls {

namespace {

LowerEnd& lower_of(BIO* bio) {
  return *static_cast<LowerEnd*>(BIO_get_data(bio));
}

int outcome(BIO* bio, LowerEnd& lower, const Io& io, std::size_t& size, int retry) {
  BIO_clear_retry_flags(bio);
  size = io.size;
  switch (io.kind) {
    case Io::Kind::done: return 1;
    case Io::Kind::would_block: BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY); return 0;
    case Io::Kind::end: lower.ended = true; return 0;
    case Io::Kind::failed: lower.failed = true; return 0;
  }
  return 0;
}

int read_bio(BIO* bio, char* into, std::size_t room, std::size_t* size) {
  LowerEnd& lower = lower_of(bio);
  if (lower.reads_left == 0) {
    return outcome(bio, lower, {Io::Kind::would_block}, *size, BIO_FLAGS_READ);
  }
  --lower.reads_left;
  Io io = lower.stream->read({into, room});
  lower.drained = io.drained;
  return outcome(bio, lower, io, *size, BIO_FLAGS_READ);
}

int write_bio(BIO* bio, const char* from, std::size_t length, std::size_t* size) {
  LowerEnd& lower = lower_of(bio);
  std::string_view piece(from, length);
  return outcome(bio, lower, lower.stream->write({&piece, 1}), *size, BIO_FLAGS_WRITE);
}

long control_bio(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return lower_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

OwnedBioMethod stream_bio_method() {
  OwnedBioMethod method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "stream"));
  if (!method) return method;
  BIO_meth_set_read_ex(method.get(), read_bio);
  BIO_meth_set_write_ex(method.get(), write_bio);
  BIO_meth_set_ctrl(method.get(), control_bio);
  return method;
}

OwnedBio stream_bio(const BIO_METHOD* method, LowerEnd& lower) {
  OwnedBio bio(BIO_new(method));
  if (!bio) return bio;
  BIO_set_data(bio.get(), &lower);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace mqtt_toolbox::transport::tls
