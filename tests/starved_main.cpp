// The command line short of memory: each of its allocations fails in turn, and every time it must end with the sentence
// about memory and exit code 3, until N is so large that all succeed. Usage: downhill_starved WORD… (as downhill's)
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <sys/wait.h>
#include <unistd.h>

namespace {
long allocations_left = -1; // −1: no end
bool fails() {
  if (allocations_left < 0) return false;
  --allocations_left;
  return allocations_left < 0;
}
} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's --wrap gives these names
extern "C" void* __real_malloc(std::size_t size);
extern "C" void* __wrap_malloc(std::size_t size) { return fails() ? nullptr : __real_malloc(size); }
// NOLINTEND(bugprone-reserved-identifier)

void* operator new(std::size_t size) {
  for (;;) {
    void* memory = fails() || size > (std::size_t{1} << 40) ? nullptr : __real_malloc(size == 0 ? 1 : size);
    if (memory) return memory;
    if (const auto handler = std::get_new_handler())
      handler();
    else
      std::abort();
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int downhill_main(int count, char** words);

int main(int count, char** words) {
  int told = 0;
  for (long n = 0;; ++n) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) return 1;
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      dup2(pipe_ends[1], 2);
      dup2(open("/dev/null", O_WRONLY), 1);
      allocations_left = n;
      const int status = downhill_main(count, words);
      allocations_left = -1;
      _exit(status);
    }
    close(pipe_ends[1]);
    char text[4096] = {};
    std::size_t size = 0;
    for (ssize_t got = 0; size + 1 < sizeof text && (got = read(pipe_ends[0], text + size, sizeof text - 1 - size)) > 0;) size += static_cast<std::size_t>(got);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    const bool sentence = __builtin_strstr(text, "out of memory") != nullptr;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 3 || !sentence) {
      std::printf("allocation %ld failed, and this came of it: status %x, \"%s\"\n", n, static_cast<unsigned>(status), text);
      return 1;
    }
    ++told;
  }
  std::printf("%d allocations failed in turn, each was told\n", told);
  return told > 100 ? 0 : 1;
}
