#include "bench/bench.hpp"

#include "kernels/float4.hpp"
#include "trainer/trainer.hpp"

#include <algorithm>
#include <cstdio>

namespace downhill {
namespace {

constexpr double kRowSeconds = 0.4;

// 12 chains of x ← x·a + b hide the latency of both units (Zen 5 needs 12 where Zen 3 was content with 10) and still fit
// 16 registers. They are twelve variables and no array, so that every compiler keeps them in registers; the result is
// used, so nothing is left out. A function of its own, called often: browsers optimize a WebAssembly function only from
// its next call on. (Hence the pointer below: Binaryen would inline it whatever is said here.)
constexpr int kChains = 12;
[[gnu::noinline]] float multiply_and_add(float seed, int turns) {
  Float4 x0 = splat4(seed), x1 = x0 + 1, x2 = x0 + 2, x3 = x0 + 3, x4 = x0 + 4, x5 = x0 + 5;
  Float4 x6 = x0 + 6, x7 = x0 + 7, x8 = x0 + 8, x9 = x0 + 9, x10 = x0 + 10, x11 = x0 + 11;
  const Float4 a = splat4(seed * 1.9F), b = splat4(seed * 0.1F);
  for (int turn = 0; turn < turns; ++turn) {
    x0 = x0 * a + b;
    x1 = x1 * a + b;
    x2 = x2 * a + b;
    x3 = x3 * a + b;
    x4 = x4 * a + b;
    x5 = x5 * a + b;
    x6 = x6 * a + b;
    x7 = x7 * a + b;
    x8 = x8 * a + b;
    x9 = x9 * a + b;
    x10 = x10 * a + b;
    x11 = x11 * a + b;
  }
  const Float4 sum = x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;
  return sum[0];
}

double peak_gigaflops(const std::function<double()>& now_s) {
  double best = 0;
  float (*volatile run)(float, int) = multiply_and_add;
  volatile float seed = 0.5F; // else equal calls would be made once
  for (int round = 0; round < 12; ++round) {
    constexpr int kTurns = 4'000'000; // some ms, since browsers' clocks tick in tenths of one
    const double start = now_s();
    seed = std::clamp(run(seed, kTurns), 0.4F, 0.5F);
    best = std::max(best, kChains * 8.0 * kTurns / (now_s() - start) / 1e9);
  }
  return best;
}

DataSettings data_settings(std::int64_t train, std::int64_t test) {
  DataSettings data;
  data.source = "fashion-mnist";
  data.train = train;
  data.test = test;
  return data;
}

std::shared_ptr<const Subset> random_images(std::int64_t train, std::int64_t test) {
  auto source = std::make_shared<Source>();
  source->classes = 10;
  PhiloxStream stream({1, 2});
  const auto fill = [&](Examples& examples, std::int64_t count) {
    examples.features = 784;
    examples.labels.resize(static_cast<std::size_t>(count));
    examples.pixels.resize(static_cast<std::size_t>(count * 784));
    for (std::size_t i = 0; i < examples.labels.size(); ++i) examples.labels[i] = static_cast<std::uint8_t>(i % 10);
    // as in Fashion-MNIST about half of the pixels are 0, in runs
    std::uint64_t dark = 0;
    for (std::size_t i = 0; i < examples.pixels.size(); ++i) {
      if (i % 14 == 0) dark = stream.next_word() & 1U;
      examples.pixels[i] = dark != 0 ? 0 : static_cast<std::uint8_t>(1 + stream.next_word() % 255);
    }
  };
  fill(source->train, train);
  fill(source->test, test);
  return std::make_shared<Subset>(*draw_subset(source, data_settings(train, test)));
}

LaneSettings settings_for(const std::vector<std::int64_t>& hidden, std::int64_t batch, const OptimizerEntry& rule) {
  LaneSettings s;
  s.data = data_settings(2000, 1000);
  for (const std::int64_t units : hidden) s.network.hidden.push_back({units, {"relu", {}}, 0});
  s.network.init = {"pytorch", {}};
  s.loss = {"cross_entropy", {}};
  s.optimizer = {std::string(rule.id), standard_values(rule)};
  s.optimizer.values[0] = 0.001;
  s.schedule = {"constant", {0}};
  s.batch = batch;
  s.epochs = 1'000'000;
  s.evaluate = {Interval::Unit::steps, 1'000'000'000};
  return s;
}

// operations of the products for one training example: forward, dW, and d of the layers above the first
double training_flops(const std::vector<std::int64_t>& hidden) {
  double flops = 0;
  std::int64_t inputs = 784;
  for (std::size_t l = 0; l <= hidden.size(); ++l) {
    const std::int64_t outputs = l < hidden.size() ? hidden[l] : 10;
    flops += (l == 0 ? 2 : 3) * product_flops(1, inputs, outputs);
    inputs = outputs;
  }
  return flops;
}

} // namespace

void run_bench(const std::function<double()>& now_s, const std::function<void(const BenchRow&)>& report) {
  const double peak = peak_gigaflops(now_s);
  report({"peak, 4-float mul+add", 0, peak, 1});
  const auto data = random_images(2000, 1000);

  const auto train = [&](const std::vector<std::int64_t>& hidden, std::int64_t batch, const OptimizerEntry& rule) {
    Trainer trainer(settings_for(hidden, batch, rule), data);
    while (!trainer.between_steps()) trainer.advance();
    for (int warm = 0; warm < 3; ++warm)
      while (trainer.advance() != Trainer::Piece::step) {
      }
    const double start = now_s();
    const std::int64_t before = trainer.examples();
    double seconds = 0;
    while ((seconds = now_s() - start) < kRowSeconds)
      while (trainer.advance() != Trainer::Piece::step) {
      }
    const double rate = training_flops(hidden) * static_cast<double>(trainer.examples() - before) / seconds / 1e9;
    std::string work = "train 784-";
    for (const std::int64_t units : hidden) work += std::to_string(units) + "-";
    work += "10 " + std::string(rule.id) + " batch " + (batch == 0 ? "full" : std::to_string(batch));
    report({work, seconds, rate, rate / peak});
  };
  for (const std::int64_t batch : {64, 1, 0}) {
    train({128}, batch, entry_of(optimizers(), "sgd"));
    train({256, 128}, batch, entry_of(optimizers(), "adam"));
  }
  for (const OptimizerEntry& rule : optimizers())
    if (rule.id != "sgd") train({128}, 64, rule);

  // an evaluation of the 2,000 training images and of 8,000 test images, 10,000 in all
  Trainer trainer(settings_for({128}, 64, entry_of(optimizers(), "sgd")), random_images(2000, 8000));
  const double start = now_s();
  while (trainer.advance() != Trainer::Piece::evaluation) {
  }
  const double seconds = now_s() - start, rate = 10000 * trainer.network().flops_per_row() / seconds / 1e9;
  report({"evaluate 10,000, 784-128-10", seconds, rate, rate / peak});
}

std::string bench_json(const BenchRow& row) {
  char text[240];
  std::snprintf(text, sizeof text, R"({"work":"%s","seconds":%.6f,"gigaflops":%.3f,"share":%.4f})", row.work.c_str(), row.seconds, row.gigaflops, row.share);
  return text;
}

std::string bench_line(const BenchRow& row) {
  char text[160];
  std::snprintf(text, sizeof text, "%-44s %7.3f s %7.1f GF/s %5.0f %% of peak", row.work.c_str(), row.seconds, row.gigaflops, 100 * row.share);
  return text;
}

} // namespace downhill
