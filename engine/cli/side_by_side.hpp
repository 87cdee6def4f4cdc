// Runs side by side on several threads, told one after the other. Threads are the command line's alone.
#pragma once
#include "cli/files.hpp"

#include <atomic>
#include <functional>

namespace downhill {

/// How many threads this machine runs at once, at least 1.
std::size_t cores();

/// run(0) … run(count − 1), begun in this order on `jobs` threads, this one among them, or on as many as there are to be had (in
/// WebAssembly one). tell(i) comes after run(i) and tell(i − 1), never two at a time; once it says false no run begins, and
/// none is told any more.
void side_by_side(std::size_t count, std::size_t jobs, const std::function<void(std::size_t)>& run, const std::function<bool(std::size_t)>& tell);

/// Up to which run there is still something to do: an output that fails ends its run and those after it. For every thread.
class LastRun {
public:
  explicit LastRun(std::size_t last) : last_(last) {}
  void at_most(std::size_t run) {
    for (std::size_t last = last_; run < last && !last_.compare_exchange_weak(last, run);) {
    }
  }
  bool is_before(std::size_t run) const { return last_ < run; }

private:
  std::atomic<std::size_t> last_;
};

/// A file of rows in the order of the runs, whichever comes first: the run whose turn it is writes to the file itself, later
/// ones to files without a name, beside it or where temporary files are, until then. Every run may be on a thread of its own.
class RowsInTurn {
public:
  /// `path` is that of `file`.
  RowsInTurn(Stream file, const std::string& path, std::size_t runs);
  RowsInTurn(RowsInTurn&&) noexcept;
  ~RowsInTurn();
  void write(std::size_t run, std::string_view rows);
  /// Hands on what a run wrote. Error, also of earlier writes: file_unwritable.
  Result<bool> flush(std::size_t run);
  /// The run whose turn it was has ended: the next one's rows follow. Error: file_unwritable.
  Result<bool> next();

private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// How far all runs are, in one line on a terminal at standard error; where that is none, nothing. For every thread.
class Progress {
public:
  /// `work` is the sum of what the runs have to do, in any unit.
  Progress(std::size_t runs, double work, double (*now_s)());
  ~Progress();
  /// A run did so much more; draws the line if it is time to.
  void add(double work);
  /// It ended, with so much left undone.
  void run_ended(double work);
  /// Takes the line away and lets something else be printed before there is another.
  void aside(const std::function<void()>& print);

private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

} // namespace downhill
