#include "engine/fixtures.hpp"
#include "engine/pinned_hashes.hpp"
#include "network/initializer.hpp"
#include "network/safetensors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

using namespace downhill;

using namespace downhill::fixtures;

TEST_CASE("every rule, activation and initialiser learns the bars, and its weights have the pinned hash") {
  const auto data = bars(100, 40);
  std::vector<std::pair<std::string, Json>> runs;
  for (const OptimizerEntry& rule : optimizers())
    runs.push_back({std::string(rule.id),
                    {{"optimizer",
                      {{"name", rule.id},
                       {"lr", rule.id == "adadelta"                               ? 1.0
                              : rule.id.starts_with("ad") || rule.id == "rmsprop" ? 0.01
                                                                                  : 0.1}}}}});
  for (const ActivationEntry& entry : activations())
    runs.push_back({std::string(entry.id), {{"network", {{"hidden", {{{"units", 12}, {"activation", entry.id}}}}}}}});
  for (const InitializerEntry& entry : initializers()) {
    Json init = {{"name", entry.id}};
    if (entry.id == "normal") init["std"] = 0.2; // the defaults are too wide to learn from in eight epochs
    if (entry.id == "uniform") init["a"] = -0.2, init["b"] = 0.2;
    runs.push_back({"init " + std::string(entry.id), {{"network", {{"init", init}}}}});
  }
  for (const LossEntry& entry : losses())
    if (!entry.one_logit) runs.push_back({std::string(entry.id), {{"loss", entry.id}, {"optimizer", {{"lr", 0.3}}}}});
  for (const ScheduleEntry& entry : schedules()) runs.push_back({"schedule " + std::string(entry.id), {{"schedule", {{"name", entry.id}, {"warmup", 5}}}}});
  runs.push_back({"batch full", {{"batch", "full"}, {"epochs", 40}}});
  runs.push_back({"batch 1", {{"batch", 1}, {"epochs", 1}}});
  runs.push_back({"dropout", {{"network", {{"hidden", {{{"units", 12}, {"dropout", 0.3}}, {{"units", 9}, {"dropout", 0.1}}}}}}}});
  runs.push_back({"no hidden", {{"network", {{"hidden", Json::array()}}}}});
  runs.push_back({"decay", {{"regularization", {{"l1", 0.001}, {"l2", 0.01}}}}});
  for (const auto& [name, patch] : runs) {
    CAPTURE(name);
    LaneSettings settings = lane(patch);
    if (settings.epochs == 2) settings.epochs = 8;
    const Trainer trainer = finished(settings, data);
    CHECK(trainer.verdict() == Verdict::finished);
    const bool can_learn = name != "init constant"; // units that start equal stay equal: the lesson of that initialiser
    CHECK((trainer.last_evaluation().test_accuracy > 0.5) == can_learn);
    CHECK(hex16(trainer.hash()) == pinned_hash(name, trainer.hash()));
  }
}

TEST_CASE("gradient and update in one pass, where the batch is one example, are those apart, to the bit") {
  const auto data = bars(60, 20);
  const Json networks[] = {{{"hidden", Json::array()}},
                           {{"hidden", {{{"units", 12}}, {{"units", 9}, {"activation", "tanh"}}}}},
                           {{"hidden", {{{"units", 7}, {"activation", "crelu"}, {"dropout", 0.4}}, {{"units", 6}, {"dropout", 0.2}}}}}};
  const Json decays[] = {{{"l1", 0}, {"l2", 0}}, {{"l1", 0.001}, {"l2", 0}}, {{"l1", 0}, {"l2", 0.01}}, {{"l1", 0.001}, {"l2", 0.01}}};
  for (const OptimizerEntry& rule : optimizers())
    for (const Json& network : networks)
      for (const Json& decay : decays)
        for (const bool no_eps : {false, true})
          for (const std::int64_t batch : {1, 59}) { // 59 leaves an epoch's last batch of one
            CAPTURE(std::string(rule.id));
            CAPTURE(network.dump());
            CAPTURE(decay.dump());
            CAPTURE(batch);
            Json optimizer = {{"name", rule.id}, {"lr", rule.id == "adadelta" ? 1.0 : 0.01}};
            if (no_eps) {
              const bool has_eps = std::any_of(rule.parameters.begin(), rule.parameters.end(), [](const ParameterSpec& p) { return p.name == "eps"; });
              if (!has_eps) continue;
              optimizer["eps"] = 0; // a gradient of 0 then gives 0/0
            }
            const LaneSettings settings = lane({{"optimizer", optimizer},
                                                {"network", network},
                                                {"regularization", decay},
                                                {"batch", batch},
                                                {"epochs", batch == 1 ? 2 : 20},
                                                {"evaluate", {{"every", 7}}}});
            Trainer one_pass(settings, data), apart(settings, data);
            apart.keep_gradient();
            const std::int64_t step_of_one = batch == 1 ? 1 : 2;
            for (Trainer* trainer : {&one_pass, &apart}) {
              Vector before;
              while (trainer->step() < step_of_one && trainer->verdict() == Verdict::running) {
                before.assign(trainer->network().gradient().begin(), trainer->network().gradient().end());
                trainer->advance();
              }
              if (no_eps) continue; // may have diverged
              CHECK(std::equal(before.begin(), before.end(), trainer->network().gradient().begin()) == (trainer == &one_pass));
            }
            Trainer restored(settings, data);
            CHECK(restored.restore(one_pass.save()).ok());
            for (Trainer* trainer : {&one_pass, &apart, &restored}) finish(*trainer);
            CHECK(restored.hash() == one_pass.hash());
            CHECK(one_pass.step() == apart.step());
            CHECK(one_pass.hash() == apart.hash());
            const auto same = [](std::span<const float> a, std::span<const float> b) {
              return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) { return x == y || (x != x && y != y); });
            };
            CHECK(same(one_pass.state0(), apart.state0()));
            CHECK(same(one_pass.state1(), apart.state1()));
          }
}

TEST_CASE("in one pass or apart: weights and errors that are not finite spread the same way") {
  for (const OptimizerEntry& rule : optimizers())
    for (const float odd : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 3e38F, 1e-30F, -0.0F}) {
      CAPTURE(std::string(rule.id));
      CAPTURE(odd);
      ParameterValues values = standard_values(rule);
      constexpr std::size_t kInputs = 5, kOutputs = 6, kSize = (kInputs + 1) * kOutputs;
      const std::vector<float> given{0, 1, -0.0F, 0.5F, 0};
      std::vector<float> d{1, 0, -1, odd, 0.25F, -0.0F}, gradient(kSize);
      std::vector<float> weights(kSize, 0.5F), state0(rule.state.empty() ? 0 : kSize), state1(rule.state.size() > 1 ? kSize : 0);
      weights[3] = odd;
      if (!state0.empty()) state0[4] = std::fabs(odd);
      if (!state1.empty()) state1[5] = std::fabs(odd);
      auto weights_apart = weights, state0_apart = state0, state1_apart = state1;
      for (std::int64_t t = 1; t <= 3; ++t) {
        for (std::size_t i = 0; i < kInputs; ++i)
          for (std::size_t o = 0; o < kOutputs; ++o) gradient[i * kOutputs + o] = 0.0F + given[i] * d[o];
        for (std::size_t o = 0; o < kOutputs; ++o) gradient[kInputs * kOutputs + o] = 0.0F + d[o];
        rule.update({weights_apart, gradient, state0_apart, state1_apart, t, values[0]}, values);
        const std::vector<float> before = weights;
        const bool finite = rule.update_by_one({weights, {}, state0, state1, t, values[0]}, {given, d, {}}, values);
        for (std::size_t i = 0; i < kSize; ++i) // those that were left alone may be anything
          if (finite && !std::isfinite(weights[i])) CHECK((!std::isfinite(before[i]) && given.at(i / kOutputs) == 0));
        const auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
          return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                            [](float x, float y) { return (x == y && std::signbit(x) == std::signbit(y)) || (x != x && y != y); });
        };
        CHECK(same(weights, weights_apart));
        CHECK(same(state0, state0_apart));
        CHECK(same(state1, state1_apart));
        d[3] = 0.5F;
      }
    }
}

TEST_CASE("each epoch's batches take every example once; the last may be smaller") {
  const auto data = bars(100, 40);
  Trainer trainer(lane({{"batch", 16}}), data);
  std::vector<std::int64_t> sizes;
  while (true) {
    const std::int64_t size = trainer.next_batch_size();
    const auto piece = trainer.advance();
    if (piece == Trainer::Piece::end) break;
    if (piece == Trainer::Piece::step) sizes.push_back(size);
  }
  CHECK(sizes == std::vector<std::int64_t>{16, 16, 16, 16, 16, 16, 4, 16, 16, 16, 16, 16, 16, 4});
  CHECK(trainer.examples() == 200);
  CHECK(trainer.steps() == 14);
  CHECK(trainer.epoch() == 2.0);
  const auto order = random_order(PhiloxStream(stream_key(1, Purpose::order)), 1000);
  CHECK(std::set<std::uint32_t>(order.begin(), order.end()).size() == 1000);
}

TEST_CASE("evaluations come before the first step, at the stated interval, and at the end") {
  const auto data = bars(100, 40);
  const auto examples_at = [&](const Json& every) {
    Trainer trainer(lane({{"evaluate", {{"every", every}}}}), data);
    std::vector<std::int64_t> at;
    for (auto piece = trainer.advance(); piece != Trainer::Piece::end; piece = trainer.advance())
      if (piece == Trainer::Piece::evaluation) at.push_back(trainer.last_evaluation().examples);
    return at;
  };
  CHECK(examples_at("epoch") == std::vector<std::int64_t>{0, 100, 200});
  CHECK(examples_at(5) == std::vector<std::int64_t>{0, 80, 148, 200});
  CHECK(examples_at("64 examples") == std::vector<std::int64_t>{0, 64, 132, 196, 200});
}

TEST_CASE("dropout is off in evaluation: it changes no value before the first step") {
  const auto data = bars(100, 40);
  const auto first = [&](double p) {
    Trainer trainer(lane({{"network", {{"hidden", {{{"units", 12}, {"dropout", p}}}}}}}), data);
    while (trainer.advance() != Trainer::Piece::evaluation) {
    }
    return trainer.last_evaluation().test_loss;
  };
  CHECK(first(0) == first(0.5));
}

TEST_CASE("a lane that diverges stops at its first loss that is not finite, and says so") {
  const auto data = bars(100, 40);
  const Trainer trainer =
      finished(lane({{"optimizer", {{"lr", 100}}}, {"network", {{"hidden", {{{"units", 12}, {"activation", "identity"}}}}}}, {"epochs", 100}}), data);
  CHECK(trainer.verdict() == Verdict::diverged);
  CHECK(trainer.step() < trainer.steps());
  CHECK(!(std::isfinite(trainer.batch_loss()) && std::isfinite(trainer.last_evaluation().test_loss)));
}

TEST_CASE("a lane whose last step leads to infinity has diverged, not finished") {
  const Json linear = {{"units", 12}, {"activation", "identity"}};
  const Json deep = {{"hidden", {linear, linear, linear, linear, linear}}, {"init", {{"name", "normal"}, {"std", 10}}}};
  const Trainer trainer = finished(lane({{"network", deep}, {"optimizer", {{"lr", 1}}}, {"epochs", 1}, {"batch", "full"}}), bars(100, 40));
  CHECK(trainer.steps() == 1);
  CHECK(trainer.step() == 1);
  CHECK(std::isfinite(trainer.batch_loss()));
  CHECK_FALSE(std::isfinite(trainer.last_evaluation().test_loss));
  CHECK(trainer.verdict() == Verdict::diverged);
}

TEST_CASE("lanes that differ only in method or batch start at the same loss; another seed starts elsewhere") {
  const auto data = bars(100, 40);
  const auto start = [&](const Json& patch, std::uint64_t seed) {
    LaneSettings settings = lane(patch);
    settings.seed = seed;
    Trainer trainer(settings, data);
    while (trainer.advance() != Trainer::Piece::evaluation) {
    }
    return trainer.last_evaluation().test_loss;
  };
  const double base = start(Json::object(), 1);
  CHECK(start({{"optimizer", "adam"}}, 1) == base);
  CHECK(start({{"batch", "full"}}, 1) == base);
  CHECK(start(Json::object(), 2) != base);
}

TEST_CASE("a full batch of equal length is the same as the batch of that size, to the bit") {
  const auto data = bars(100, 40);
  CHECK(finished(lane({{"batch", "full"}}), data).hash() == finished(lane({{"batch", 100}}), data).hash());
}

TEST_CASE("the hash sees every weight, and all NaN alike") {
  Hash a, b, c;
  const float values[] = {1, 2}, other[] = {1, 2.0000002F}, nan1[] = {std::bit_cast<float>(0x7fc00000U)}, nan2[] = {std::bit_cast<float>(0xffc12345U)};
  a.add_floats(values);
  b.add_floats(other);
  CHECK(a.value() != b.value());
  Hash d;
  c.add_floats(nan1);
  d.add_floats(nan2);
  CHECK(c.value() == d.value());
  CHECK(hex16(0x0123456789abcdefU) == "0123456789abcdef");
}

TEST_CASE("safetensors: header, shapes and floats where they belong") {
  const Network network({{{3, {"relu", {}}, 0}}, {"pytorch", {}}}, 5, 2, 1);
  const std::string file = safetensors(network, {{"lane", "x"}});
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(file[0])) + 256U * static_cast<unsigned char>(file[1]);
  const Json header = Json::parse(file.substr(8, length));
  CHECK(header["layers.0.weight"]["shape"] == Json({3, 5}));
  CHECK(header["layers.1.bias"]["data_offsets"] == Json({15 * 4 + 3 * 4 + 6 * 4, 15 * 4 + 3 * 4 + 6 * 4 + 2 * 4}));
  CHECK(file.size() == 8 + length + (15 + 3 + 6 + 2) * 4);
  float w = 0;
  std::memcpy(&w, file.data() + 8 + length + 4, 4);
  CHECK(w == network.torch_parameters(0)[1]);
}

TEST_CASE("schedules: the rate at each step, by hand") {
  const auto data = bars(100, 40); // 7 steps an epoch
  const auto rates = [&](const Json& schedule, const std::vector<std::int64_t>& steps) {
    LaneSettings settings = lane({{"schedule", schedule}, {"epochs", 4}, {"optimizer", {{"lr", 0.8}}}, {"network", {{"hidden", Json::array()}}}});
    Trainer trainer(settings, data);
    std::vector<double> out;
    for (const std::int64_t step : steps) {
      while (trainer.step() < step) trainer.advance();
      out.push_back(trainer.lr());
    }
    return out;
  };
  const std::vector<std::int64_t> at{0, 6, 7, 14, 21};
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-14));
  };
  near(rates("constant", at), {0.8, 0.8, 0.8, 0.8, 0.8});
  near(rates({{"name", "step"}, {"step_size", 2}, {"gamma", 0.5}}, at), {0.8, 0.8, 0.8, 0.4, 0.4});
  near(rates({{"name", "exponential"}, {"gamma", 0.5}}, at), {0.8, 0.8, 0.4, 0.2, 0.1});
  near(rates({{"name", "cosine"}, {"eta_min", 0.2}}, at), {0.8, 0.8, 0.2 + 0.6 * (1 + std::sqrt(0.5)) / 2, 0.5, 0.2 + 0.6 * (1 - std::sqrt(0.5)) / 2});
  near(rates({{"name", "cosine"}, {"T_max", 1}}, at), {0.8, 0.8, 0, 0.8, 0});
  near(rates({{"name", "constant"}, {"warmup", 4}}, {0, 1, 2, 3, 4}), {0.2, 0.4, 0.6, 0.8, 0.8});
}

TEST_CASE("regression: a toy is fitted; its accuracy is no number") {
  LaneSettings settings =
      lane({{"epochs", 200}, {"optimizer", {{"name", "adam"}, {"lr", 0.02}}}, {"network", {{"hidden", {{{"units", 32}, {"activation", "tanh"}}}}}}});
  for (const char* loss : {"mse", "mae", "huber"}) {
    settings.loss = {loss, standard_values(entry_of(losses(), loss))};
    settings.data = {};
    settings.data.source = "sine";
    settings.data.train = 200;
    settings.data.test = 50;
    const auto data = std::make_shared<Subset>(*draw_subset(nullptr, settings.data));
    Trainer trainer(settings, data);
    while (trainer.advance() != Trainer::Piece::evaluation) {
    }
    const double start = trainer.last_evaluation().test_loss;
    finish(trainer);
    CHECK(trainer.last_evaluation().test_loss < 0.2 * start);
    CHECK(std::isnan(trainer.last_evaluation().test_accuracy));
  }
  settings.loss = {"cross_entropy", {}};
  CHECK(misfit(settings, *draw_subset(nullptr, settings.data))->code == "loss_needs_classes");
}

TEST_CASE("binary classification: bce on one logit and cross-entropy on two fit the toys alike") {
  for (const char* loss : {"bce", "cross_entropy"}) {
    LaneSettings settings =
        lane({{"epochs", 60}, {"optimizer", {{"name", "adam"}, {"lr", 0.01}}}, {"network", {{"hidden", {{{"units", 32}, {"activation", "tanh"}}}}}}});
    settings.loss = {loss, {}};
    settings.data = {};
    settings.data.source = "circles";
    settings.data.train = 200;
    settings.data.test = 50;
    CHECK(finished(settings, std::make_shared<Subset>(*draw_subset(nullptr, settings.data))).last_evaluation().test_accuracy == 1.0);
  }
}

TEST_CASE("a run in which units saturate keeps no subnormal numbers") {
  for (const char* activation : {"silu", "softplus", "gelu", "sigmoid", "elu", "relu"}) {
    CAPTURE(activation);
    const auto data = bars(100, 20);
    Trainer trainer(lane({{"network",
                           {{"hidden", {{{"units", 24}, {"activation", activation}}, {{"units", 24}, {"activation", activation}}}},
                            {"init", {{"name", "normal"}, {"std", 8}}}}},
                          {"epochs", 20},
                          {"optimizer", {{"name", "adam"}, {"betas", {0.8, 0.9}}}}}),
                    data);
    int found = 0;
    const auto look = [&](std::span<const float> values) {
      for (const float v : values) found += std::fpclassify(v) == FP_SUBNORMAL;
    };
    while (trainer.advance() != Trainer::Piece::end) {
      const Network& network = trainer.network();
      for (Index l = 0; l + 1 < network.layer_count(); ++l)
        for (const Matrix* m : {&network.output(l), &network.d_output(l)}) look({m->data(), static_cast<std::size_t>(m->size())});
      if (trainer.step() >= OptimizerEntry::kFlushEvery)
        for (const auto values : {network.parameters(), trainer.state0(), trainer.state1()}) look(values);
    }
    CHECK(trainer.step() > 100);
    CHECK(found == 0);
  }
}
