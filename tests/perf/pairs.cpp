// pairs: runs two shell commands in turn, A B A B ..., and prints the medians of wall time, CPU
// time and peak memory of each, and the median of the ratios pair by pair. Timings on a busy
// machine drift; the ratio of neighbours does not. A pair is run first and not counted, but for 0
// RUNS: then there is one pair in all, for what can be done once.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Sample {
  double wall = 0;  // seconds
  double cpu = 0;   // seconds, user and system
  double peak = 0;  // KiB
  int status = 0;
};

double seconds(const timeval& value) {
  return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) * 1e-6;
}

/// One run of `exec COMMAND` by the shell, so that the process measured is the command's own.
Sample run(const std::string& command) {
  std::string line = "exec " + command;
  auto start = std::chrono::steady_clock::now();
  pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss), WIFEXITED(status) ? WEXITSTATUS(status) : 255};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template <typename Get>
double median_of(const std::vector<Sample>& samples, Get get) {
  std::vector<double> values;
  for (const auto& sample : samples) values.push_back(get(sample));
  return median(values);
}

double ratio_of(const std::vector<Sample>& a, const std::vector<Sample>& b,
                double Sample::*figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i].*figure / b[i].*figure);
  return median(ratios);
}

void print(const char* label, const std::vector<Sample>& samples) {
  std::printf("  %-34.34s wall %9.3f ms   cpu %8.4f s   peak %7.0f KiB   exit %d\n", label,
              median_of(samples, [](const Sample& s) { return s.wall * 1e3; }),
              median_of(samples, [](const Sample& s) { return s.cpu; }),
              median_of(samples, [](const Sample& s) { return s.peak; }), samples.back().status);
}

}  // namespace

/// pairs RUNS LABEL_A COMMAND_A LABEL_B COMMAND_B
int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: pairs RUNS LABEL_A COMMAND_A LABEL_B COMMAND_B\n");
    return 2;
  }
  int runs = std::max(1, std::atoi(argv[1]));
  if (std::atoi(argv[1]) > 0) {
    run(argv[3]);
    run(argv[5]);
  }
  std::vector<Sample> a;
  std::vector<Sample> b;
  for (int i = 0; i < runs; ++i) {
    a.push_back(run(argv[3]));
    b.push_back(run(argv[5]));
  }
  print(argv[2], a);
  print(argv[4], b);
  std::printf("  ratio: wall %.2f   cpu %.2f   peak %.2f   (median of %d pairs)\n",
              ratio_of(a, b, &Sample::wall), ratio_of(a, b, &Sample::cpu),
              ratio_of(a, b, &Sample::peak), runs);
}
