// An OpenSSL engine that does nothing: the least that a program can be asked to use.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>

namespace {

int name(ENGINE* engine, const char* /*wanted*/) {
  return ENGINE_set_id(engine, "idle") & ENGINE_set_name(engine, "does nothing");
}

}  // namespace

extern "C" {
IMPLEMENT_DYNAMIC_BIND_FN(name)
IMPLEMENT_DYNAMIC_CHECK_FN()
}
