#include "base/mapped_file.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/system.hpp"

namespace mqtt_toolbox {

struct MappedFile::Region {
  char* begin;
  std::size_t size;
  std::string path;
  dev_t device;
  ino_t inode;
  Region* next = nullptr;

  bool holds(const char* address) const { return address >= begin && address < begin + size; }
};

namespace {

// A signal handler is told nothing but the address, so that what is mapped has to stand somewhere
// for all.
std::atomic<void*> first_region{nullptr};
std::atomic<bool> zeros_read{false};

/// Puts zeros where the bytes are gone, from the page of `address` to the end of the mapping.
bool fill_with_zeros(char* address, char* end) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  char* const from = address - reinterpret_cast<std::uintptr_t>(address) % page;
  const auto size = static_cast<std::size_t>(end - from);
  return mmap(from, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

template <typename Region>
void on_bus_error(int, siginfo_t* information, void*) {
  const int kept_errno = errno;
  auto* address = static_cast<char*>(information->si_addr);
  auto* region = static_cast<Region*>(first_region.load());
  while (region != nullptr && !region->holds(address)) region = region->next;
  if (region != nullptr && fill_with_zeros(address, region->begin + region->size)) {
    zeros_read = true;
  } else {
    // The access is repeated, and ends the process as it would have without this handler.
    std::signal(SIGBUS, SIG_DFL);
  }
  errno = kept_errno;
}

template <typename Region>
void handle_bus_errors() {
  struct sigaction action {};
  action.sa_sigaction = &on_bus_error<Region>;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

Result<MappedFile> MappedFile::map(int descriptor, const std::string& path, std::size_t size) {
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0) return fail(ExitCode::io, system_text(errno));
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (mapped == MAP_FAILED) return fail(ExitCode::io, system_text(errno));
  auto region = std::make_unique<Region>(
      Region{static_cast<char*>(mapped), size, path, facts.st_dev, facts.st_ino});
  region->next = static_cast<Region*>(first_region.load());
  first_region = region.get();
  handle_bus_errors<Region>();
  return MappedFile(std::move(region));
}

MappedFile::MappedFile(std::unique_ptr<Region> region) : region_(std::move(region)) {}

MappedFile::MappedFile(MappedFile&& other) noexcept = default;

MappedFile::~MappedFile() {
  if (!region_) return;
  auto* at = static_cast<Region*>(first_region.load());
  if (at == region_.get()) {
    first_region = region_->next;
  } else {
    while (at->next != region_.get()) at = at->next;
    at->next = region_->next;
  }
  munmap(region_->begin, region_->size);
}

std::string_view MappedFile::bytes() const {
  return {region_->begin, region_->size};
}

bool MappedFile::is_cut() const {
  struct stat facts {};
  if (stat(region_->path.c_str(), &facts) != 0) return false;
  const bool is_the_same = facts.st_dev == region_->device && facts.st_ino == region_->inode;
  return is_the_same && static_cast<std::size_t>(facts.st_size) < region_->size;
}

bool MappedFile::has_read_zeros() {
  return zeros_read;
}

}  // namespace mqtt_toolbox
