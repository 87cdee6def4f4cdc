// How fast training is on this machine, against the multiplications and additions it could do at most.
// The work is real (whole epochs with gathering, softmax and updates) on random images.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace downhill {

struct BenchRow {
  std::string work;
  double seconds = 0;
  double gigaflops = 0; ///< operations of the matrix products a second, over all the time; those by 0 count, done or not
  double share = 0;     ///< of the peak measured in the same run
};

/// `now_s` is a clock in seconds. The first row is the peak: independent 4-float multiplications and additions in registers.
/// Calls `report` as each row is done; takes about 0.4 s a row.
void run_bench(const std::function<double()>& now_s, const std::function<void(const BenchRow&)>& report);

/// A row as JSON: {"work", "seconds", "gigaflops", "share"}.
std::string bench_json(const BenchRow& row);
/// A row as one line of text.
std::string bench_line(const BenchRow& row);

} // namespace downhill
