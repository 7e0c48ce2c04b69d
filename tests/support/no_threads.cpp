// Put before a program with LD_PRELOAD: of the threads that it asks for, the first
// THREADS_ALLOWED are made, and the others refused as by a limit on processes.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>
#include <pthread.h>

namespace {

int threads_allowed() {
  const char* text = std::getenv("THREADS_ALLOWED");
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*work)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  static std::atomic<int> left = threads_allowed();
  return left-- > 0 ? create(thread, attributes, work, argument) : EAGAIN;
}
