// The trainer module: TrainerHost behind four C functions, for a worker or for the page's own thread.
// The JavaScript side (web/page/trainer.ts) moves bytes in and out and asks for slices of work.
#include "bench/bench.hpp"
#include "worker/trainer_host.hpp"

#include <emscripten.h>

EM_JS(void, trainer_post, (const std::uint8_t* bytes, std::size_t size), { Module["post"](HEAPU8.slice(bytes, bytes + size)); });

EM_JS(void, trainer_bench_row, (const char* json), { Module["bench_row"](UTF8ToString(json)); });

namespace {

downhill::TrainerHost& host() {
  static downhill::TrainerHost the_host([] { return emscripten_get_now() / 1000; },
                                        [](const downhill::protocol::ToApp& message) {
                                          const auto bytes = downhill::protocol::encode(message);
                                          trainer_post(bytes.data(), bytes.size());
                                        });
  return the_host;
}

} // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void trainer_receive(const std::uint8_t* bytes, std::size_t size) { host().receive({bytes, size}); }

EMSCRIPTEN_KEEPALIVE void trainer_open_pack(const std::uint8_t* bytes, std::size_t size, const char* id, const char* hash) {
  host().open_pack(id, {bytes, size}, hash);
}

// for bench.html, which has no app to read messages
EMSCRIPTEN_KEEPALIVE void trainer_bench() {
  downhill::run_bench([] { return emscripten_get_now() / 1000; }, [](const downhill::BenchRow& row) { trainer_bench_row(downhill::bench_json(row).c_str()); });
}

EMSCRIPTEN_KEEPALIVE int trainer_work(double budget_ms) { return host().work(budget_ms / 1000) ? 1 : 0; }
}
