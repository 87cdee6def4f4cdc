#include "inspect/landscape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {

Vector random_direction(const Network& network, std::uint64_t seed, std::uint32_t number) {
  Vector direction(network.parameters().size());
  PhiloxStream stream(stream_key(seed, Purpose::probe, number));
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    const Eigen::Map<const Matrix> weight(network.parameters().data() + shape.weight, shape.inputs, shape.outputs);
    std::vector<double> normals(static_cast<std::size_t>(shape.inputs));
    for (Index o = 0; o < shape.outputs; ++o) {
      fill_normal(stream, normals);
      double own = 0, theirs = 0;
      for (Index i = 0; i < shape.inputs; ++i) {
        own += normals[static_cast<std::size_t>(i)] * normals[static_cast<std::size_t>(i)];
        theirs += static_cast<double>(weight(i, o)) * static_cast<double>(weight(i, o));
      }
      const double scale = own > 0 ? std::sqrt(theirs / own) : 0;
      for (Index i = 0; i < shape.inputs; ++i)
        direction[shape.weight + static_cast<std::size_t>(i * shape.outputs + o)] = static_cast<float>(scale * normals[static_cast<std::size_t>(i)]);
    }
  }
  return direction;
}

LossProbe::LossProbe(const Trainer& trainer, std::int64_t examples)
    : network_(trainer.network()), centre_(network_.parameters().begin(), network_.parameters().end()), loss_(trainer.loss()),
      loss_values_(trainer.settings().loss.values), examples_(std::min(examples, trainer.data().train.size())) {
  constexpr std::int64_t kBlock = 128;
  for (std::int64_t begin = 0; begin < examples_; begin += kBlock) {
    std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min(kBlock, examples_ - begin)));
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(begin));
    blocks_.emplace_back(static_cast<Index>(which.size()), trainer.data().features());
    gather(trainer.data(), true, which, blocks_.back(), gathered_.emplace_back());
  }
}

double LossProbe::at(std::initializer_list<std::pair<double, const Vector*>> moves) {
  const std::span<float> weights = network_.parameters();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    double w = static_cast<double>(centre_[i]);
    for (const auto& [step, direction] : moves) w += step * static_cast<double>((*direction)[i]);
    weights[i] = static_cast<float>(w);
  }
  LossSum sum;
  for (std::size_t b = 0; b < blocks_.size(); ++b) loss_.evaluate(network_.evaluate(blocks_[b], blocks_[b].rows()), gathered_[b].answers(), loss_values_, sum);
  return sum.loss / static_cast<double>(examples_);
}

std::vector<double> LossProbe::line(const Vector& direction, std::span<const double> steps) {
  std::vector<double> losses;
  for (const double step : steps) losses.push_back(at({{step, &direction}}));
  return losses;
}

std::vector<double> LossProbe::plane(const Vector& first, const Vector& second, std::span<const double> xs, std::span<const double> ys) {
  std::vector<double> losses;
  for (const double y : ys)
    for (const double x : xs) losses.push_back(at({{x, &first}, {y, &second}}));
  return losses;
}

} // namespace downhill
