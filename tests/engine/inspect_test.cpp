#include "inspect/landscape.hpp"
#include "inspect/layers.hpp"
#include "inspect/predictions.hpp"
#include "inspect/trace.hpp"

#include "engine/fixtures.hpp"

#include <cmath>
#include <numeric>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

Trainer after_steps(const LaneSettings& settings, const std::shared_ptr<const Subset>& data, std::int64_t steps) {
  Trainer trainer(settings, data);
  while (trainer.step() < steps || !trainer.between_steps()) trainer.advance();
  return trainer;
}

const Json kTwoLayers = {{"network", {{"hidden", {{{"units", 12}, {"dropout", 0.3}}, {{"units", 9}, {"activation", "crelu"}}}}}}};

} // namespace

TEST_CASE("predictions agree with the evaluation, the confusion matrix with both, and nothing disturbs the run") {
  const auto data = bars(100, 40);
  Trainer trainer = after_steps(lane(kTwoLayers), data, 7);
  const archive::Bytes before = trainer.save();
  const auto predictions = predict_first(trainer, false, 1000);
  CHECK(predictions.size() == 40);
  double loss = 0;
  std::int64_t right = 0;
  for (const Prediction& p : predictions) {
    loss += p.loss;
    right += p.label == p.predicted;
    double sum = 0;
    for (const double probability : p.probabilities) sum += probability;
    CHECK(sum == doctest::Approx(1));
    CHECK(p.loss == doctest::Approx(-std::log(p.probabilities[static_cast<std::size_t>(p.label)])).epsilon(1e-9));
  }
  CHECK(loss / 40 == doctest::Approx(trainer.last_evaluation().test_loss).epsilon(1e-12));
  CHECK(static_cast<double>(right) / 40 == trainer.last_evaluation().test_accuracy);
  const Confusion confusion = confusion_of(predictions, 4);
  double mean = 0;
  for (int c = 0; c < 4; ++c) mean += confusion.accuracy(c) / 4; // the classes are balanced
  CHECK(mean == doctest::Approx(trainer.last_evaluation().test_accuracy));
  const auto wrong = most_wrong(predictions, 3);
  CHECK(static_cast<std::int64_t>(wrong.size()) == std::min<std::int64_t>(3, 40 - right));
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    CHECK(wrong[i].label != wrong[i].predicted);
    if (i > 0) CHECK(wrong[i - 1].loss >= wrong[i].loss);
  }
  layer_views(trainer);
  next_step(trainer);
  gradient_noise(trainer);
  trace_example(trainer, 3, 7);
  LossProbe(trainer, 50).line(random_direction(trainer.network(), 1, 0), std::vector<double>{-1, 0, 1});
  CHECK(trainer.save() == before);
}

TEST_CASE("with one logit the probabilities are those of the two classes, and agree with the loss") {
  LaneSettings settings = lane({{"epochs", 2}});
  settings.loss = {"bce", {}};
  settings.data = {};
  settings.data.source = "moons";
  settings.data.train = 100;
  settings.data.test = 40;
  const Trainer trainer = after_steps(settings, std::make_shared<Subset>(*draw_subset(nullptr, settings.data)), 7);
  for (const Prediction& p : predict_first(trainer, false, 40)) {
    REQUIRE(p.output.size() == 1);
    CHECK(p.probabilities[1] == doctest::Approx(1 / (1 + std::exp(-static_cast<double>(p.output[0])))));
    CHECK(p.probabilities[0] + p.probabilities[1] == doctest::Approx(1));
    CHECK(p.predicted == static_cast<int>(p.probabilities[1] > 0.5));
    CHECK(p.loss == doctest::Approx(-std::log(p.probabilities[static_cast<std::size_t>(p.label)])).epsilon(1e-9));
  }
}

TEST_CASE("layer views: a network of which everything is known") {
  // one input −1 or 1; unit 0 is relu(x), unit 1 relu(−x − 2) is dead, unit 2 relu(x + 5) always on
  auto source = std::make_shared<Source>();
  source->classes = 2;
  for (Examples* part : {&source->train, &source->test}) {
    part->features = 1;
    part->values = {-1, 1, -1, 1};
    part->labels = {0, 1, 0, 1};
  }
  LaneSettings settings = lane({{"network", {{"hidden", {{{"units", 3}}}}}}});
  settings.data = data_settings(4, 4, {0, 1});
  settings.batch = 2;
  Trainer trainer(settings, std::make_shared<Subset>(*draw_subset(source, settings.data)));
  trainer.network().set_torch_parameters(0, std::vector<float>{1, -1, 1, 0, -2, 5});
  const auto views = layer_views(trainer, 4);
  REQUIRE(views.size() == 1);
  CHECK(views[0].dead_share == doctest::Approx(1.0 / 3));
  CHECK(views[0].zero_share == doctest::Approx(0.5)); // unit 0 half the time, unit 1 always
  CHECK(views[0].saturated_share == doctest::Approx(0.5));
  CHECK(views[0].mean_in == doctest::Approx(1));    // (0 − 2 + 5)/3
  CHECK(views[0].mean == doctest::Approx(5.5 / 3)); // (½ + 0 + 5)/3
  CHECK(views[0].high == 6);
  CHECK(views[0].histogram == std::vector<std::int64_t>{8, 0, 2, 2}); // 0 ×6 and 1 ×2, 4 ×2, 6 ×2
}

TEST_CASE("layers of a large network are looked at over as many test examples as are cheap, of any other over all") {
  const auto data = bars(100, 2000);
  const auto trainer_of = [&](std::int64_t units, int layers) {
    Json hidden = Json::array();
    for (int l = 0; l < layers; ++l) hidden.push_back({{"units", units}, {"activation", "crelu"}});
    return Trainer(lane({{"network", {{"hidden", hidden}}}}), data);
  };
  CHECK(examples_to_look_at(trainer_of(12, 2)) == 2000);
  CHECK(examples_to_look_at(Trainer(lane({{"network", {{"hidden", Json::array()}}}}), data)) == 2000);
  const Trainer large = trainer_of(512, 4);
  const std::int64_t some = examples_to_look_at(large);
  CHECK((some >= 100 && some < 1000));
  const auto views = layer_views(large, 10, 100);
  REQUIRE(views.size() == 4);
  std::int64_t counted = 0;
  for (const std::int64_t n : views[3].histogram) counted += n;
  CHECK(counted == 100 * 1024);
  // all of fewer examples is the same as the first of more
  const Trainer small = trainer_of(12, 2);
  auto fewer = *data;
  fewer.test.rows.resize(70);
  fewer.test.labels.resize(70);
  fewer.test.true_labels.resize(70);
  const auto first = layer_views(small, 10, 70), all = layer_views(Trainer(small.settings(), std::make_shared<Subset>(fewer)), 10);
  for (std::size_t l = 0; l < 2; ++l) {
    CHECK(first[l].histogram == all[l].histogram);
    CHECK(first[l].mean_in == all[l].mean_in);
    CHECK(first[l].saturated_share == all[l].saturated_share);
  }
}

TEST_CASE("the next step, seen beforehand, is the step that is then taken") {
  const auto data = bars(100, 40);
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    Json patch = kTwoLayers;
    patch["optimizer"] = rule.id;
    Trainer trainer = after_steps(lane(patch), data, 5);
    const NextStep seen = next_step(trainer), brief = next_step(trainer, false);
    const Vector before(trainer.network().parameters().begin(), trainer.network().parameters().end());
    while (trainer.step() < 6) trainer.advance();
    CHECK(seen.batch_loss == trainer.batch_loss());
    CHECK(std::equal(seen.gradient.begin(), seen.gradient.end(), trainer.network().gradient().begin()));
    CHECK(std::equal(seen.state0.begin(), seen.state0.end(), trainer.state0().begin(), trainer.state0().end()));
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(seen.update[i] == trainer.network().parameters()[i] - before[i]);
    CHECK(seen.layers.size() == 3);
    CHECK(seen.layers[1].update_norm == doctest::Approx(brief.layers[1].update_norm));
    CHECK((brief.update.empty() && brief.state0.empty() && seen.layers[2].gradient_norm == brief.layers[2].gradient_norm));
    // the effective rate is what the rule multiplies with: g for the plain rules, the mean of g for adam's
    if (rule.id == "adagrad" || rule.id == "rmsprop" || rule.id == "sgd")
      for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(std::fabs(seen.update[i] + seen.effective_rate[i] * seen.gradient[i]) <= 1e-6F * std::max(1.0F, std::fabs(before[i])));
    if (rule.id == "adadelta") // after five steps √d is far from √ε; the root's rounding joins
      for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(std::fabs(seen.update[i] + seen.effective_rate[i] * seen.gradient[i]) <=
              1e-6F * std::max(1.0F, std::fabs(before[i])) + 1e-3F * std::fabs(seen.update[i]));
    if (rule.id == "adam")
      for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(std::fabs(seen.update[i] + seen.effective_rate[i] * seen.state0[i]) <= 1e-6F * std::max(1.0F, std::fabs(before[i])));
  }
  const auto ended = finished(lane(kTwoLayers), data);
  CHECK(next_step(ended).layers.empty());
}

TEST_CASE("gradient noise: none for the full batch, more for smaller batches; the mean of the batches is the full gradient") {
  const auto data = bars(96, 40);
  const auto noise_at = [&](const Json& batch) {
    LaneSettings settings = lane({{"batch", batch}});
    return gradient_noise(after_steps(settings, data, 1));
  };
  const GradientNoise full = noise_at("full"), large = noise_at(48), small = noise_at(4);
  CHECK(full.spread < 1e-6 * full.full_norm);
  CHECK(full.cosines[0] == doctest::Approx(1));
  CHECK(small.spread > 2 * large.spread);
  CHECK(small.norms.size() == 24);
}

TEST_CASE("masks shown are masks used") {
  const auto data = bars(100, 40);
  Trainer trainer = after_steps(lane(kTwoLayers), data, 8);
  const Matrix masks = masks_of(trainer, 8, 0);
  CHECK(masks.rows() == 16);
  const auto batch = trainer.batch_of(8);
  CHECK(batch.size() == 16);
  // the first example's trace with the step's masks is what the network computes for it
  const Trace trace = trace_example(trainer, batch[0], 8);
  for (Index u = 0; u < masks.cols(); ++u) CHECK(trace.layers[0].mask[static_cast<std::size_t>(u)] == masks(0, u));
  Network network = trainer.network();
  Matrix x(1, 64);
  Gathered gathered;
  gather(*data, true, {batch.data(), 1}, x, gathered);
  const Matrix& output = network.forward(x, 1, trainer.dropout_place(8));
  for (Index o = 0; o < 4; ++o) CHECK(output(0, o) == trace.output[static_cast<std::size_t>(o)]);
}

TEST_CASE("a trace has the numbers of the network itself, forward and back, to the bit") {
  const auto data = bars(100, 40);
  for (const ActivationEntry& activation : activations()) {
    CAPTURE(std::string(activation.id));
    const Json patch = {{"network", {{"hidden", {{{"units", 12}, {"activation", activation.id}}, {{"units", 5}, {"activation", activation.id}}}}}}};
    Trainer trainer = after_steps(lane(patch), data, 3);
    const std::uint32_t place = 17;
    const Trace trace = trace_example(trainer, place);
    Network network = trainer.network();
    Matrix x(1, 64);
    Gathered gathered;
    gather(*data, true, {&place, 1}, x, gathered);
    Matrix& output = network.forward(x, 1, trainer.dropout_place(0));
    for (Index o = 0; o < 4; ++o) CHECK(output(0, o) == trace.output[static_cast<std::size_t>(o)]);
    LossSum sum;
    trainer.loss().differentiate(output, gathered.answers(), 1.0F, {}, sum);
    network.backward(x, 1, true);
    CHECK(sum.loss == trace.loss);
    for (Index l = 0; l < network.layer_count(); ++l) {
      const auto shape = network.shape(l);
      const LayerTrace& t = trace.layers[static_cast<std::size_t>(l)];
      for (Index o = 0; o < shape.outputs; ++o) {
        CHECK(network.gradient()[shape.bias + static_cast<std::size_t>(o)] == t.d_bias[static_cast<std::size_t>(o)]);
        for (Index i = 0; i < shape.inputs; ++i) CHECK(network.gradient()[shape.weight + static_cast<std::size_t>(i * shape.outputs + o)] == t.d_weight(o, i));
      }
    }
  }
}

TEST_CASE("the landscape: its centre is the present loss, its slope the gradient") {
  const auto data = bars(100, 40);
  LaneSettings settings = lane({{"evaluate", {{"every", 1}}}});
  Trainer trainer(settings, data);
  while (trainer.advance() != Trainer::Piece::end) {
  }
  LossProbe probe(trainer, 100);
  const double here = probe.at({});
  CHECK(here == doctest::Approx(trainer.last_evaluation().train_loss).epsilon(1e-12));

  const Vector direction = random_direction(trainer.network(), 1, 0);
  CHECK(random_direction(trainer.network(), 1, 0) == direction);
  CHECK(random_direction(trainer.network(), 1, 1) != direction);
  const auto shape = trainer.network().shape(0);
  double own = 0, theirs = 0; // the first unit's weights and their direction have one norm
  for (Index i = 0; i < shape.inputs; ++i) {
    const std::size_t at = shape.weight + static_cast<std::size_t>(i * shape.outputs);
    own += static_cast<double>(direction[at]) * static_cast<double>(direction[at]);
    theirs += static_cast<double>(trainer.network().parameters()[at]) * static_cast<double>(trainer.network().parameters()[at]);
  }
  CHECK(own == doctest::Approx(theirs).epsilon(1e-5));
  const auto line = probe.line(direction, std::vector<double>{-1, 0, 1});
  CHECK(line[1] == here);
  CHECK(line[0] != line[2]);
  const auto plane = probe.plane(direction, random_direction(trainer.network(), 1, 1), std::vector<double>{0, 0.5}, std::vector<double>{0, 0.1, 0.2});
  CHECK(plane.size() == 6);
  CHECK(plane[0] == here);
}

TEST_CASE("predicted values: those of the examples are the examples' predictions") {
  const auto data = fixtures::bars(100, 40);
  const Trainer trainer = fixtures::finished(fixtures::lane(Json::object()), data);
  Matrix values(70, 64);
  std::vector<std::uint32_t> which(70);
  std::iota(which.begin(), which.end(), 0U);
  Gathered gathered;
  gather(*data, true, which, values, gathered);
  const Matrix p = predict_values(trainer, values);
  const auto expected = predict(trainer, true, which);
  for (Index i = 0; i < 70; ++i)
    for (Index c = 0; c < 4; ++c) CHECK(p(i, c) == static_cast<float>(expected[static_cast<std::size_t>(i)].probabilities[static_cast<std::size_t>(c)]));
}

TEST_CASE("an ensemble of masks: without dropout all are the whole network; with it the first layer's mean is the eval output") {
  const auto data = fixtures::bars(100, 40);
  {
    const Trainer trainer = fixtures::finished(fixtures::lane(Json::object()), data);
    const Ensemble e = mask_ensemble(trainer, false, 3, 5);
    CHECK(e.label == 3);
    for (Index k = 0; k < 5; ++k)
      for (Index c = 0; c < 4; ++c) CHECK(e.probabilities(k, c) == static_cast<float>(e.eval[static_cast<std::size_t>(c)]));
    CHECK(e.mean_units == e.eval_units);
  }
  const Json layer = {{"units", 12}, {"activation", "relu"}, {"dropout", 0.5}};
  const Trainer trainer = fixtures::finished(fixtures::lane({{"network", {{"hidden", {layer, layer}}}}}), data);
  const std::int64_t n = 4000;
  const Ensemble e = mask_ensemble(trainer, false, 3, n);
  const std::uint32_t place = 3;
  CHECK(e.eval == predict(trainer, false, {&place, 1})[0].probabilities);
  for (std::size_t u = 0; u < 12; ++u) {
    // y·mask has mean y and spread y at p = 1/2
    const auto y = static_cast<double>(e.eval_units[0][u]), mean = static_cast<double>(e.mean_units[0][u]);
    CHECK(std::fabs(mean - y) <= 4.5 * y / std::sqrt(static_cast<double>(n)) + 1e-6);
  }
  double sum = 0, spread = 0;
  for (Index k = 0; k < static_cast<Index>(n); ++k) sum += static_cast<double>(e.probabilities(k, 3));
  for (Index k = 0; k < static_cast<Index>(n); ++k) spread += std::fabs(static_cast<double>(e.probabilities(k, 3)) - sum / static_cast<double>(n));
  CHECK(spread > 0); // they do differ
  CHECK(mask_ensemble(trainer, false, 3, 7).probabilities == e.probabilities.topRows(7));
}

TEST_CASE("layers without activations collapse into one: the same outputs from the product of their matrices") {
  const auto data = fixtures::bars(100, 40);
  const Json layer = {{"units", 9}, {"activation", "identity"}};
  const Trainer trainer = fixtures::finished(fixtures::lane({{"network", {{"hidden", {layer, layer}}}}}), data);
  const LinearMap map = collapsed(trainer.network());
  REQUIRE(map.weight.size() == 4 * 64);
  const std::uint32_t place = 5;
  Matrix x(1, 64);
  Gathered gathered;
  gather(*data, false, {&place, 1}, x, gathered);
  const auto output = predict(trainer, false, {&place, 1})[0].output;
  for (std::size_t o = 0; o < 4; ++o) {
    double z = map.bias[o];
    for (std::size_t i = 0; i < 64; ++i) z += map.weight[o * 64 + i] * static_cast<double>(x(0, static_cast<Index>(i)));
    CHECK(z == doctest::Approx(static_cast<double>(output[o])).epsilon(1e-5));
  }
}

TEST_CASE("gradient norms by layer are the next step's, and there are some when the run has ended") {
  const auto data = fixtures::bars(100, 40);
  for (const Json& decay : {Json::object(), Json{{"l2", 0.5}, {"l1", 0.01}}}) {
    Json patch = kTwoLayers;
    patch["regularization"] = decay;
    const Trainer trainer = after_steps(fixtures::lane(patch), data, 3);
    const auto norms = gradient_norms(trainer);
    const NextStep next = next_step(trainer);
    REQUIRE(norms.size() == next.layers.size());
    for (std::size_t l = 0; l < norms.size(); ++l) CHECK(norms[l] == next.layers[l].gradient_norm);
  }
  const Trainer ended = fixtures::finished(fixtures::lane(kTwoLayers), data);
  for (const double n : gradient_norms(ended)) CHECK(n > 0);
}
