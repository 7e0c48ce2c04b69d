#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// A short deterministic walk around each input, so that the ordinary suite does more than repeat.
void run_mutations(const std::string& input, std::mt19937_64& random) {
  for (int round = 0; round < 200 && !input.empty(); ++round) {
    std::string mutated = input;
    for (auto flips = random() % 4 + 1; flips > 0; --flips)
      mutated[random() % mutated.size()] = static_cast<char>(random());
    if (random() % 4 == 0) mutated.resize(random() % mutated.size() + 1);
    run(mutated);
  }
}

}  // namespace

/// Runs every file of the folders named through the fuzz target, and mutations of each.
int main(int argc, char** argv) {
  std::mt19937_64 random(1);
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::string input{std::istreambuf_iterator<char>(file), {}};
      run(input);
      run_mutations(input, random);
      ++count;
    }
  std::printf("%zu inputs\n", count);
  return count == 0 ? 1 : 0;
}
