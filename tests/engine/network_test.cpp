#include "core/philox.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/network.hpp"

#include <doctest/doctest.h>

#include <cmath>

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

TEST_CASE("each activation's derivative agrees with differences of its values, on both sides of 0") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    const ParameterValues p = standard_values(entry);
    for (float z = -4.03F; z < 4; z += 0.11F) {
      CAPTURE(z);
      const float h = 1e-2F;
      float y[3], points[3] = {z - h, z, z + h};
      entry.forward(points, y, p);
      const float one = 1;
      float dz = 0;
      entry.backward({y + 1, 1}, {&one, 1}, {&dz, 1}, p);
      if (std::fabs(z) > h) CHECK(std::fabs(dz - (y[2] - y[0]) / (2 * h)) < 2e-3F);
    }
  }
}

TEST_CASE("activations take the values at 0 that PyTorch takes") {
  const float zero = 0, one = 1;
  for (const auto& [id, slope_at_0] : {std::pair{"relu", 0.0F}, {"leaky_relu", 0.01F}, {"sigmoid", 0.25F}, {"tanh", 1.0F}, {"identity", 1.0F}}) {
    const ActivationEntry& entry = entry_of(activations(), id);
    float y = 9, dz = 9;
    entry.forward({&zero, 1}, {&y, 1}, standard_values(entry));
    entry.backward({&y, 1}, {&one, 1}, {&dz, 1}, standard_values(entry));
    CHECK(y == (std::string(id) == "sigmoid" ? 0.5F : 0.0F));
    CHECK(dz == slope_at_0);
  }
}

TEST_CASE("NaN goes through every activation, so that divergence is seen") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(std::string(entry.id));
    const float z = NAN;
    float y = 0;
    entry.forward({&z, 1}, {&y, 1}, standard_values(entry));
    CHECK(std::isnan(y));
  }
}

TEST_CASE("gradients of whole networks agree with differences of the loss: each activation, loss, with and without dropout") {
  for (const ActivationEntry& activation : activations())
    for (const LossEntry& loss : losses())
      for (const double dropout : {0.0, 0.4}) {
        CAPTURE(std::string(activation.id));
        CAPTURE(std::string(loss.id));
        CAPTURE(dropout);
        Network network(network_with(std::string(activation.id), dropout), 6, 4, 11);
        const Index rows = 9;
        const Matrix input = random_input(rows, 6, 5);
        const std::vector<std::uint8_t> labels{0, 1, 2, 3, 0, 1, 2, 3, 3};
        const DropoutPlace place{3, 1, 20};
        const auto mean_loss = [&] {
          double sum = 0;
          std::int64_t correct = 0;
          loss.evaluate(network.forward(input, rows, place), labels, sum, correct);
          return sum / static_cast<double>(rows);
        };
        double sum = 0;
        std::int64_t correct = 0;
        loss.differentiate(network.forward(input, rows, place), labels, 1.0F / static_cast<float>(rows), sum, correct);
        network.backward(input, rows, true);
        CHECK(std::fabs(sum / static_cast<double>(rows) - mean_loss()) < 1e-9);
        const std::vector<float> gradient(network.gradient().begin(), network.gradient().end());
        int off = 0;
        for (std::size_t i = 0; i < gradient.size(); ++i) {
          float& w = network.parameters()[i];
          const float was = w, h = 2e-3F;
          w = was + h;
          const double above = mean_loss();
          w = was - h;
          const double below = mean_loss();
          w = was;
          const double difference = (above - below) / (2 * static_cast<double>(h));
          // a kink within the step spoils a difference here and there
          off += std::fabs(difference - static_cast<double>(gradient[i])) > 2e-3 * std::max(1.0, std::fabs(difference));
        }
        CHECK(off <= 2);
      }
}

TEST_CASE("blocks of any size sum to the same gradient, to the bit") {
  Network network(network_with("tanh", 0.3), 6, 4, 1);
  const Matrix input = random_input(12, 6, 2);
  const std::vector<std::uint8_t> labels{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  const auto gradient_in_blocks = [&](Index size) {
    double sum = 0;
    std::int64_t correct = 0;
    for (Index begin = 0; begin < 12; begin += size) {
      const Matrix block = input.middleRows(begin, size);
      Matrix& output = network.forward(block, size, {1, 0, begin});
      losses()[0].differentiate(output, std::span(labels).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size)), 1.0F / 12, sum, correct);
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
  double sum = 0;
  std::int64_t correct = 0;
  losses()[0].evaluate(output.topRows(1), std::span(labels).first(1), sum, correct);
  CHECK(std::fabs(sum - std::log(3.0)) < 1e-15);
  CHECK(correct == 0);
  sum = 0;
  losses()[0].differentiate(output, labels, 0.5F, sum, correct);
  CHECK(std::fabs(sum - (std::log(3.0) + 2000)) < 1e-9);
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
    double squares = 0;
    for (const float w : weight) squares += static_cast<double>(w) * static_cast<double>(w);
    const double variance = squares / static_cast<double>(weight.size()), expected = (entry.id == "pytorch" ? 1.0 / 3 : 2.0) / 400;
    CHECK(std::fabs(variance / expected - 1) < 0.02);
  }
  NetworkSettings settings = network_with("relu", 0);
  const Network a(settings, 6, 4, 3);
  settings.hidden[0].dropout = 0.5;
  settings.hidden[1].units = 9;
  const Network b(settings, 6, 4, 3);
  CHECK(a.torch_parameters(0) == b.torch_parameters(0));
}

TEST_CASE("no hidden layer is softmax regression") {
  Network network({{}, {"pytorch", {}}}, 6, 4, 1);
  CHECK(network.layer_count() == 1);
  CHECK(network.parameters().size() == 6 * 4 + 4);
}
