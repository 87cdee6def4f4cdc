#include "core/flush.hpp"
#include "core/philox.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace downhill;

namespace {

Matrix random_input(Index rows, Index columns, std::uint64_t seed) {
  PhiloxStream stream({seed, 77});
  Matrix m(rows, columns);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(stream.next_uniform() * 2 - 1);
  return m;
}

NetworkSettings network_with(const std::string& activation, double dropout) {
  const Choice choice{activation, standard_values(entry_of(activations(), activation))};
  return {{{7, choice, dropout}, {5, choice, 0}}, {"kaiming_normal", {0.0}}};
}

} // namespace

namespace {
// f and f′ at one point; of crelu the part the point lies in
std::pair<float, float> at(const ActivationEntry& entry, float z) {
  const ParameterValues p = standard_values(entry);
  float y[2] = {}, dy[2] = {1, 1}, dz = 0;
  const auto width = static_cast<std::size_t>(entry.width);
  entry.forward({&z, 1}, {y, width}, p);
  if (width == 2) dy[1] = -1; // so that y[0] − y[1] = z is differentiated
  entry.backward(entry.from_input ? std::span<const float>{&z, 1} : std::span<const float>{y, width}, {dy, width}, {&dz, 1}, p);
  return {width == 2 ? y[0] - y[1] : y[0], dz};
}
} // namespace

TEST_CASE("each activation's derivative agrees with differences of its values, on both sides of 0") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    for (float z = -7.03F; z < 8; z += 0.11F) {
      CAPTURE(z);
      const float h = 1e-2F;
      const bool at_kink = std::fabs(z) <= h || std::fabs(z - 6) <= h;
      if (!at_kink) CHECK(std::fabs(at(entry, z).second - (at(entry, z + h).first - at(entry, z - h).first) / (2 * h)) < 2e-3F);
    }
  }
}

TEST_CASE("activations take the values that PyTorch takes, at 0 and at ±1") {
  struct Known {
    const char* id;
    float at_0, slope_at_0, at_1, at_minus_1;
  };
  // torch.nn.functional of each, PyTorch 1.13; step and crelu by definition
  const Known known[] = {{"identity", 0, 1, 1, -1},
                         {"step", 1, 0, 1, 0},
                         {"sigmoid", 0.5F, 0.25F, 0.7310586F, 0.2689414F},
                         {"tanh", 0, 1, 0.7615942F, -0.7615942F},
                         {"relu", 0, 0, 1, 0},
                         {"leaky_relu", 0, 0.01F, 1, -0.01F},
                         {"elu", 0, 1, 1, -0.6321206F},
                         {"crelu", 0, 0, 1, -1},
                         {"selu", 0, 1.7580993F, 1.0507010F, -1.1113307F},
                         {"relu6", 0, 0, 1, 0},
                         {"softplus", 0.6931472F, 0.5F, 1.3132617F, 0.3132617F},
                         {"softsign", 0, 1, 0.5F, -0.5F},
                         {"gelu", 0, 0.5F, 0.8413447F, -0.1586553F},
                         {"silu", 0, 0.5F, 0.7310586F, -0.2689414F}};
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    const Known* row = nullptr;
    for (const Known& k : known)
      if (entry.id == k.id) row = &k;
    REQUIRE(row); // a new activation needs its values
    CHECK(at(entry, 0).first == doctest::Approx(row->at_0).epsilon(1e-6));
    CHECK(at(entry, 0).second == doctest::Approx(row->slope_at_0).epsilon(1e-6));
    CHECK(at(entry, 1).first == doctest::Approx(row->at_1).epsilon(1e-6));
    CHECK(at(entry, -1).first == doctest::Approx(row->at_minus_1).epsilon(1e-6));
  }
}

namespace {
double slope_at(const std::string& id, const ParameterValues& p, float z) {
  const ActivationEntry& entry = entry_of(activations(), id);
  const float one = 1;
  float y = 0, dz = 0;
  entry.forward({&z, 1}, {&y, 1}, p);
  entry.backward({entry.from_input ? &z : &y, 1}, {&one, 1}, {&dz, 1}, p);
  return static_cast<double>(dz);
}
} // namespace

TEST_CASE("elu, selu and softplus: f′ has all its digits where y has lost them, and is 1 on softplus' line") {
  // PyTorch works them out in float32 from z as well: two or three roundings
  const auto near = [](double found, double exact) { return std::fabs(found - exact) < 2.5e-7 * exact; };
  for (float z = -38; z < 40; z += 0.37F) {
    CAPTURE(z);
    const auto x = static_cast<double>(z);
    for (const double alpha : {0.1, 1.0, 10.0}) CHECK(near(slope_at("elu", {alpha}, z), z > 0 ? 1.0 : alpha * std::exp(x)));
    CHECK(near(slope_at("selu", {}, z), 1.0507009873554805 * (z > 0 ? 1.0 : 1.6732632423543772 * std::exp(x))));
    for (const double beta : {0.1, 1.0, 3.0})
      for (const double threshold : {1.0, 20.0}) {
        const double u = beta * x, found = slope_at("softplus", {beta, threshold}, z);
        if (u > threshold)
          CHECK(found == 1.0);
        else if (u > -40)
          CHECK(near(found, 1 / (1 + std::exp(-u))));
      }
  }
}

TEST_CASE("what activations and losses hand on is 0, or so large that the product of two is no subnormal") {
  const auto fine = [](float value, float least) { return value == 0 || std::fabs(value) >= least; };
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    const ParameterValues p = standard_values(entry);
    const auto width = static_cast<std::size_t>(entry.width);
    for (float z = -800; z < 800; z += 0.83F) {
      CAPTURE(z);
      for (const float x : {z, z * 1e-20F, z * 1e-40F})
        for (const float error : {1.0F, 1e-18F, 1e-30F}) {
          float y[2] = {}, dz = 0;
          const float dy[2] = {error, error};
          entry.forward({&x, 1}, {y, width}, p);
          entry.backward(entry.from_input ? std::span<const float>{&x, 1} : std::span<const float>{y, width}, {dy, width}, {&dz, 1}, p);
          CHECK(fine(y[0], kTiny));
          CHECK(fine(y[1], kTiny));
          CHECK(fine(dz, error == 1 ? kTiny : kTinyProduct));
        }
    }
  }
  CHECK(kTiny * kTiny == kTinyProduct);
  CHECK(kTinyProduct > std::numeric_limits<float>::min());
  const std::vector<std::uint8_t> label{1};
  for (const LossEntry& loss : losses()) {
    CAPTURE(std::string(loss.id));
    for (float z = -120; z < 120; z += 0.37F) {
      CAPTURE(z);
      Matrix output(1, loss.one_logit ? 1 : 3);
      output.setConstant(z);
      if (!loss.one_logit) output(0, 1) = 0;
      LossSum sum;
      loss.differentiate(output, {label, {}}, 0x1p-16F, standard_values(loss), sum);
      for (Index i = 0; i < output.size(); ++i) CHECK(fine(output.data()[i], kTiny * 0x1p-18F));
    }
  }
}

TEST_CASE("NaN goes through every activation, so that divergence is seen") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    CHECK(std::isnan(at(entry, NAN).first));
  }
}

TEST_CASE("gradients of whole networks agree with differences of the loss: each activation, loss, with and without dropout") {
  const std::vector<std::uint8_t> four{0, 1, 2, 3, 0, 1, 2, 3, 3}, two{0, 1, 1, 0, 0, 1, 0, 1, 1};
  const std::vector<float> numbers{0.3F, -1.2F, 2.5F, 0.0F, 1.0F, -0.4F, 0.9F, -2.0F, 0.1F};
  for (const ActivationEntry& activation : activations())
    for (const LossEntry& loss : losses())
      for (const bool regression : {false, true})
        for (const double dropout : {0.0, 0.4}) {
          if (regression && !loss.for_numbers) continue;
          CAPTURE(std::string(activation.id));
          CAPTURE(std::string(loss.id));
          CAPTURE(regression);
          CAPTURE(dropout);
          const Answers answers = regression ? Answers{{}, numbers} : loss.one_logit ? Answers{two, {}} : Answers{four, {}};
          const Index outputs = outputs_for(loss, regression ? 0 : 4);
          Network network(network_with(std::string(activation.id), dropout), 6, outputs, 11);
          const ParameterValues p = standard_values(loss);
          const Index rows = 9;
          const Matrix input = random_input(rows, 6, 5);
          const DropoutPlace place{3, 1, 20};
          const auto mean_loss = [&] {
            LossSum sum;
            loss.evaluate(network.forward(input, rows, place), answers, p, sum);
            return sum.loss / static_cast<double>(rows);
          };
          LossSum sum;
          loss.differentiate(network.forward(input, rows, place), answers, 1.0F / static_cast<float>(rows), p, sum);
          network.backward(input, rows, true);
          CHECK(std::fabs(sum.loss / static_cast<double>(rows) - mean_loss()) < 1e-9);
          const std::vector<float> gradient(network.gradient().begin(), network.gradient().end());
          int off = 0;
          double size = 0;
          for (std::size_t i = 0; i < gradient.size(); ++i) {
            // no difference sees through a step: only what lies above it is compared
            if (activation.id == "step" && i < network.shape(network.layer_count() - 1).weight) continue;
            float& w = network.parameters()[i];
            const float was = w, h = 2e-3F;
            w = was + h;
            const double above = mean_loss();
            w = was - h;
            const double below = mean_loss();
            w = was;
            const double difference = (above - below) / (2 * static_cast<double>(h));
            size += std::fabs(difference);
            // a kink within the step spoils a difference here and there
            off += std::fabs(difference - static_cast<double>(gradient[i])) > 2e-3 * std::max(1.0, std::fabs(difference));
          }
          CHECK(off <= 6);
          CHECK(size > 0.1);
        }
}

TEST_CASE("blocks of any size sum to the same gradient, to the bit") {
  Network network(network_with("tanh", 0.3), 6, 4, 1);
  const Matrix input = random_input(12, 6, 2);
  const std::vector<std::uint8_t> labels{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  const auto gradient_in_blocks = [&](Index size) {
    LossSum sum;
    for (Index begin = 0; begin < 12; begin += size) {
      const Matrix block = input.middleRows(begin, size);
      Matrix& output = network.forward(block, size, {1, 0, begin});
      losses()[0].differentiate(output, {std::span(labels).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size)), {}}, 1.0F / 12, {}, sum);
      network.backward(block, size, begin == 0);
    }
    return std::vector<float>(network.gradient().begin(), network.gradient().end());
  };
  const auto whole = gradient_in_blocks(12);
  for (const Index size : {1, 2, 3, 4, 6}) CHECK(gradient_in_blocks(size) == whole);
}

TEST_CASE("cross-entropy: known values, and no overflow") {
  Matrix output(2, 3);
  output << 0, 0, 0, 1000, 0, -1000;
  const std::vector<std::uint8_t> labels{1, 2};
  LossSum sum;
  losses()[0].evaluate(output.topRows(1), {std::span(labels).first(1), {}}, {}, sum);
  CHECK(std::fabs(sum.loss - std::log(3.0)) < 1e-15);
  CHECK(sum.correct == 0);
  sum = {};
  losses()[0].differentiate(output, {labels, {}}, 0.5F, {}, sum);
  CHECK(std::fabs(sum.loss - (std::log(3.0) + 2000)) < 1e-9);
  CHECK(output(0, 0) == doctest::Approx(1.0 / 6));
  CHECK(output(0, 1) == doctest::Approx(-1.0 / 3));
  CHECK(output(1, 0) == 0.5F);
  CHECK(output(1, 2) == -0.5F);
}

TEST_CASE("dropout: the mean over masks is the output with all units; masks hang on position and unit alone") {
  for (const double p : {0.1, 0.3, 0.5, 0.8}) {
    double sum = 0;
    std::vector<float> mask(128);
    for (int position = 0; position < 400; ++position) {
      fill_mask({1, 0, position}, 0, p, mask);
      for (const float m : mask) sum += static_cast<double>(m);
    }
    CHECK(std::fabs(sum / (400 * 128) - 1) < 0.03);
  }
  std::vector<float> wide(128), narrow(31), other(128);
  fill_mask({1, 2, 3}, 1, 0.5, wide);
  fill_mask({1, 2, 3}, 1, 0.5, narrow);
  CHECK(std::equal(narrow.begin(), narrow.end(), wide.begin()));
  for (const DropoutPlace& place : {DropoutPlace{2, 2, 3}, DropoutPlace{1, 3, 3}, DropoutPlace{1, 2, 4}}) {
    fill_mask(place, 1, 0.5, other);
    CHECK(other != wide);
  }
  fill_mask({1, 2, 3}, 1, 0, wide);
  CHECK(wide == std::vector<float>(128, 1.0F));
}

TEST_CASE("initialisers have the spread they state, and equal layers start equal whatever stands around them") {
  for (const InitializerEntry& entry : initializers()) {
    CAPTURE(std::string(entry.id));
    std::vector<float> weight(400 * 300), bias(300);
    entry.fill({1, 0, 400, 300}, standard_values(entry), weight, bias);
    double sum = 0, squares = 0;
    for (const float w : weight) {
      sum += static_cast<double>(w);
      squares += static_cast<double>(w) * static_cast<double>(w);
    }
    const double count = static_cast<double>(weight.size()), mean = sum / count, variance = squares / count - mean * mean;
    // mean and variance by the formulas, for 400 inputs and 300 outputs
    struct Spread {
      const char* id;
      double mean, variance;
    };
    const Spread spreads[] = {{"pytorch", 0, 1.0 / 3 / 400},
                              {"constant", 0, 0},
                              {"normal", 0, 1},
                              {"uniform", 0.5, 1.0 / 12},
                              {"xavier_uniform", 0, 2.0 / 700},
                              {"xavier_normal", 0, 2.0 / 700},
                              {"kaiming_uniform", 0, 2.0 / 400},
                              {"kaiming_normal", 0, 2.0 / 400}};
    const Spread* expected = nullptr;
    for (const Spread& s : spreads)
      if (entry.id == s.id) expected = &s;
    REQUIRE(expected); // a new initialiser needs its spread
    CHECK(std::fabs(mean - expected->mean) <= 0.01 * std::sqrt(expected->variance));
    CHECK(std::fabs(variance - expected->variance) <= 0.02 * expected->variance);
    if (entry.id != "pytorch") CHECK(bias == std::vector<float>(300, 0.0F));
  }
  NetworkSettings settings = network_with("relu", 0);
  const Network a(settings, 6, 4, 3);
  settings.hidden[0].dropout = 0.5;
  settings.hidden[1].units = 9;
  const Network b(settings, 6, 4, 3);
  CHECK(a.torch_parameters(0) == b.torch_parameters(0));
}

TEST_CASE("one row: zeros are left out only while all weights are finite, however they came to be otherwise") {
  const Index inputs = 9;
  Network network(network_with("relu", 0), inputs, 3, 1, Zeros::many);
  Matrix input = random_input(1, inputs, 5), two = random_input(2, inputs, 5);
  input(0, 0) = two(0, 0) = 0;
  const auto same = [&] { // two rows go another way
    const Matrix one_row = network.evaluate(input, 1).topRows(1), of_two = network.evaluate(two, 2).topRows(1);
    for (Index o = 0; o < 3; ++o)
      if (!(one_row(0, o) == of_two(0, o) || (std::isnan(one_row(0, o)) && std::isnan(of_two(0, o))))) return false;
    return true;
  };
  CHECK(same());
  const auto set_first = [&](float value) { network.parameters()[0] = value; }; // of the input that is 0
  set_first(INFINITY);
  CHECK(std::isnan(network.evaluate(input, 1)(0, 0)));
  CHECK(same());
  set_first(0.5F);
  CHECK(same());
  // an update that leads to infinity: in the layer above, whose inputs relu makes 0 here and there
  network.evaluate(input, 1);
  network.backward_of_one(input, [](const Network::OneLayer& layer) {
    layer.parameters[0] = std::numeric_limits<float>::infinity();
    return false;
  });
  CHECK(same());
  std::vector<float> torch = network.torch_parameters(0);
  torch[0] = 0.5F;
  network.set_torch_parameters(0, torch);
  CHECK(same());
}

TEST_CASE("no hidden layer is softmax regression") {
  Network network({{}, {"pytorch", {}}}, 6, 4, 1);
  CHECK(network.layer_count() == 1);
  CHECK(network.parameters().size() == 6 * 4 + 4);
}
