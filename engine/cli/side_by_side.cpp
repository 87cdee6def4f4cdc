#include "cli/side_by_side.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
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
  // The rows of a run whose turn has not come.
  struct Waiting {
    File file;
    int reason = 0; // why they could not be kept
  };
  std::mutex mutex = {};
  Stream file;
  std::string path;
  std::vector<Waiting> waiting;
  std::size_t turn = 0;

  Result<bool> kept(std::size_t run) const {
    if (const int reason = waiting[run].reason) return UserError{"file_unwritable", path, {std::strerror(reason)}};
    return true;
  }
  File nameless(std::size_t run) const {
    const std::string beside = path + ".waiting" + std::to_string(run);
    const int opened = open(beside.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (opened < 0) return File(std::tmpfile());
    unlink(beside.c_str());
    return File(fdopen(opened, "w+b"));
  }
};

RowsInTurn::RowsInTurn(Stream file, const std::string& path, std::size_t runs)
    : inside_(new Inside{.file = std::move(file), .path = path, .waiting = std::vector<Inside::Waiting>(runs)}) {}
RowsInTurn::RowsInTurn(RowsInTurn&&) noexcept = default;
RowsInTurn::~RowsInTurn() = default;

void RowsInTurn::write(std::size_t run, std::string_view rows) {
  const std::lock_guard lock(inside_->mutex);
  if (run == inside_->turn) return inside_->file.write(rows);
  auto& [file, reason] = inside_->waiting[run];
  if (reason != 0) return;
  if (!file) file = inside_->nameless(run);
  if (!file || std::fwrite(rows.data(), 1, rows.size(), file.get()) != rows.size()) reason = errno;
}

Result<bool> RowsInTurn::flush(std::size_t run) {
  const std::lock_guard lock(inside_->mutex);
  return run == inside_->turn ? inside_->file.flush() : inside_->kept(run);
}

Result<bool> RowsInTurn::next() {
  const std::lock_guard lock(inside_->mutex);
  if (++inside_->turn < inside_->waiting.size()) {
    auto& [file, reason] = inside_->waiting[inside_->turn];
    if (const File rows = std::move(file); rows && reason == 0) {
      if (std::fflush(rows.get()) != 0 || std::fseek(rows.get(), 0, SEEK_SET) != 0) reason = errno; // rewind would not tell
      char piece[1 << 14];
      while (const std::size_t size = reason == 0 ? std::fread(piece, 1, sizeof piece, rows.get()) : 0) inside_->file.write({piece, size});
      if (std::ferror(rows.get()) && reason == 0) reason = errno;
    }
  }
  return inside_->file.flush(); // what became of the next run's rows is that run's to tell
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
Progress::~Progress() {
  aside([] {});
}

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

void Progress::run_ended(double work) {
  const std::lock_guard lock(inside_->mutex);
  ++inside_->ended;
  inside_->done += work;
}

void Progress::aside(const std::function<void()>& print) {
  const std::lock_guard lock(inside_->mutex);
  if (inside_->shown) std::fputs("\r\033[K", stderr);
  inside_->shown = false;
  print();
}

} // namespace downhill
