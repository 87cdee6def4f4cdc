#include "cli/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <pthread.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace downhill {

std::size_t cores() { return std::max<std::size_t>(1, std::thread::hardware_concurrency()); }

namespace {
struct Work {
  std::size_t count;
  const std::function<void(std::size_t)>& run;
  const std::function<bool(std::size_t)>& tell;
  std::mutex mutex = {};
  std::size_t begun = 0, told = 0;
  std::vector<bool> ended = std::vector<bool>(count);
  bool stopped = false;

  void take_part() {
    std::unique_lock lock(mutex);
    while (!stopped && begun < count) {
      const std::size_t i = begun++;
      lock.unlock();
      run(i);
      lock.lock();
      ended[i] = true;
      for (; !stopped && told < count && ended[told]; ++told) stopped = !tell(told);
    }
  }
};
} // namespace

void side_by_side(std::size_t count, std::size_t jobs, const std::function<void(std::size_t)>& run, const std::function<bool(std::size_t)>& tell) {
  Work work{.count = count, .run = run, .tell = tell};
  // pthread_create, since std::thread can't say that there is no thread to be had; a run needs little of a stack
  constexpr std::size_t kStackBytes = 1 << 20;
  std::vector<pthread_t> threads;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  for (std::size_t i = 1; i < std::min(jobs, count); ++i) {
    pthread_t thread;
    const auto begin = [](void* shared) -> void* {
      static_cast<Work*>(shared)->take_part();
      return nullptr;
    };
    if (pthread_create(&thread, &attributes, begin, &work) != 0) break;
    threads.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
  work.take_part();
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

struct RowsInTurn::Inside {
  std::mutex mutex = {};
  Stream file;
  std::vector<File> waiting; // of the runs whose turn has not come; null before they write
  std::size_t turn = 0;
  int reason = 0; // why something could not be kept in a file without a name

  Result<bool> kept() const {
    if (reason != 0) return UserError{"file_unwritable", P_tmpdir, {std::strerror(reason)}};
    return true;
  }
};

RowsInTurn::RowsInTurn(Stream file, std::size_t runs) : inside_(new Inside{.file = std::move(file), .waiting = {}}) {
  inside_->waiting.resize(runs);
}
RowsInTurn::RowsInTurn(RowsInTurn&&) noexcept = default;
RowsInTurn::~RowsInTurn() = default;

void RowsInTurn::write(std::size_t run, std::string_view rows) {
  const std::lock_guard lock(inside_->mutex);
  if (run == inside_->turn) return inside_->file.write(rows);
  File& file = inside_->waiting[run];
  if (!file) file.reset(std::tmpfile());
  if ((!file || std::fwrite(rows.data(), 1, rows.size(), file.get()) != rows.size()) && inside_->reason == 0) inside_->reason = errno;
}

Result<bool> RowsInTurn::flush(std::size_t run) {
  const std::lock_guard lock(inside_->mutex);
  if (run == inside_->turn) return inside_->file.flush();
  return inside_->kept();
}

Result<bool> RowsInTurn::next() {
  const std::lock_guard lock(inside_->mutex);
  if (++inside_->turn < inside_->waiting.size()) {
    if (const File file = std::move(inside_->waiting[inside_->turn])) {
      std::rewind(file.get());
      char piece[1 << 14];
      while (const std::size_t size = std::fread(piece, 1, sizeof piece, file.get())) inside_->file.write({piece, size});
      if (std::ferror(file.get()) && inside_->reason == 0) inside_->reason = errno;
    }
  }
  if (auto kept = inside_->kept(); !kept) return kept;
  return inside_->file.flush();
}

namespace {
// Emscripten's isatty takes every standard stream for a terminal, but knows what kind of file it is.
bool on_terminal() {
  struct stat info;
  return isatty(STDERR_FILENO) == 1 && fstat(STDERR_FILENO, &info) == 0 && S_ISCHR(info.st_mode);
}
} // namespace

struct Progress::Inside {
  std::size_t runs;
  double work, begun_s;
  double (*now_s)();
  bool terminal = on_terminal();
  std::mutex mutex = {};
  std::size_t ended = 0;
  double done = 0, drawn_s = 0;
  bool shown = false;
};

Progress::Progress(std::size_t runs, double work, double (*now_s)())
    : inside_(new Inside{.runs = runs, .work = std::max(work, 1.0), .begun_s = now_s(), .now_s = now_s}) {
  inside_->drawn_s = inside_->begun_s;
}
Progress::~Progress() { clear(); }

void Progress::add(double work) {
  if (!inside_->terminal) return;
  const std::lock_guard lock(inside_->mutex);
  inside_->done += work;
  constexpr double kEvery_s = 0.2;
  const double now = inside_->now_s();
  if (now - inside_->drawn_s < kEvery_s) return;
  inside_->drawn_s = now;
  inside_->shown = true;
  const double share = std::min(1.0, inside_->done / inside_->work);
  const auto left_s = static_cast<long long>((now - inside_->begun_s) * (1 - share) / std::max(share, 1e-6));
  std::fprintf(stderr, "\r%zu of %zu runs ended, %.0f%%, about %lld:%02lld left\033[K", inside_->ended, inside_->runs, 100 * share, left_s / 60, left_s % 60);
}

void Progress::run_ended() {
  const std::lock_guard lock(inside_->mutex);
  ++inside_->ended;
}

void Progress::clear() {
  const std::lock_guard lock(inside_->mutex);
  if (inside_->shown) std::fputs("\r\033[K", stderr);
  inside_->shown = false;
}

} // namespace downhill
