// The trainer module: TrainerHost behind four C functions, for a worker or for the page's own thread.
// The JavaScript side (web/page/trainer.ts) moves bytes in and out and asks for slices of work.
#include "bench/bench.hpp"
#include "worker/trainer_host.hpp"

#include <cstdlib>
#include <emscripten.h>
#include <new>
#include <utility>

EM_JS(void, trainer_post, (const std::uint8_t* bytes, std::size_t size), { Module["post"](HEAPU8.slice(bytes, bytes + size)); });

EM_JS(void, trainer_bench_row, (const char* json), { Module["bench_row"](UTF8ToString(json)); });

EM_JS(void, trainer_end, (), { throw new Error("out of memory"); });

namespace {

// A failed allocation comes here, since the engine knows no exceptions: what is put by lets the last words out, then the
// trainer ends by a JavaScript error, and whoever runs it makes another.
constexpr std::size_t kPutBy_bytes = 256U << 10;
void* put_by = std::malloc(kPutBy_bytes);

downhill::TrainerHost& host() {
  static downhill::TrainerHost the_host([] { return emscripten_get_now() / 1000; },
                                        [](const downhill::protocol::ToApp& message) {
                                          const auto bytes = downhill::protocol::encode(message);
                                          trainer_post(bytes.data(), bytes.size());
                                        });
  return the_host;
}

void without_memory() {
  if (put_by) {
    std::free(std::exchange(put_by, nullptr));
    host().out_of_memory();
  }
  trainer_end();
}
[[maybe_unused]] const auto former_handler = std::set_new_handler(without_memory);

} // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void trainer_receive(const std::uint8_t* bytes, std::size_t size) { host().receive({bytes, size}); }

EMSCRIPTEN_KEEPALIVE void trainer_open_files(const std::uint8_t* train_images, std::size_t a, const std::uint8_t* train_labels, std::size_t b,
                                             const std::uint8_t* test_images, std::size_t c, const std::uint8_t* test_labels, std::size_t d, const char* id,
                                             const char* hash) {
  host().open_files(id, {{train_images, a}, {train_labels, b}, {test_images, c}, {test_labels, d}}, hash);
}

EMSCRIPTEN_KEEPALIVE void trainer_open_pack(const std::uint8_t* bytes, std::size_t size, const char* id, const char* hash) {
  host().open_pack(id, {bytes, size}, hash);
}

EMSCRIPTEN_KEEPALIVE void trainer_open_own(const std::uint8_t* bytes, std::size_t size, const char* hash) { host().open_own(hash, {bytes, size}); }

// for bench.html, which has no app to read messages
EMSCRIPTEN_KEEPALIVE void trainer_bench() {
  downhill::run_bench([] { return emscripten_get_now() / 1000; }, [](const downhill::BenchRow& row) { trainer_bench_row(downhill::bench_json(row).c_str()); });
}

EMSCRIPTEN_KEEPALIVE int trainer_work(double budget_ms) { return host().work(budget_ms / 1000) ? 1 : 0; }
}
