#include "backprop/passes.hpp"

#include "backprop/scalar_formulas.hpp"

#include <utility>

namespace downhill {
namespace {

// A number added to one z.
struct Nudge {
  std::size_t layer, unit, example;
  double by;
};

ExamplePass forward(const BackpropSettings& settings, const BackpropLayers& layers, std::size_t example, const Nudge* nudge, RowLoss& loss) {
  ExamplePass pass;
  std::vector<double> in = settings.examples[example].input;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const BackpropLayer& layer = layers[l];
    const ScalarActivation& activation = entry_of(scalar_activations(), layer.activation.name);
    LayerPass p;
    p.input = std::move(in);
    for (std::size_t o = 0; o < layer.units(); ++o) {
      double z = 0;
      for (std::size_t i = 0; i < layer.inputs; ++i) z += layer.weight_at(o, i) * p.input[i];
      z += layer.bias[o];
      if (nudge && nudge->layer == l && nudge->unit == o && nudge->example == example) z += nudge->by;
      const double a = activation.value(z, layer.activation.values);
      p.z.push_back(z);
      p.a.push_back(a);
      p.slope.push_back(activation.slope(z, a, layer.activation.values));
    }
    in = p.a;
    pass.layers.push_back(std::move(p));
  }
  loss = entry_of(scalar_losses(), settings.loss).of(in, settings.examples[example].target);
  pass.loss = loss.value;
  pass.probabilities = loss.probabilities;
  return pass;
}

double mean_loss(const BackpropSettings& settings, const BackpropLayers& layers, const Nudge* nudge) {
  double sum = 0;
  RowLoss loss;
  for (std::size_t e = 0; e < settings.examples.size(); ++e) sum += forward(settings, layers, e, nudge, loss).loss;
  return sum / static_cast<double>(settings.examples.size());
}

} // namespace

std::vector<double> paths_into(const BackpropLayers& layers, const ExamplePass& example, std::size_t layer, std::size_t unit) {
  std::vector<double> paths;
  const BackpropLayer& next = layers[layer + 1];
  for (std::size_t k = 0; k < next.units(); ++k) paths.push_back(next.weight_at(k, unit) * example.layers[layer + 1].delta[k]);
  return paths;
}

BackpropPass backprop_pass(const BackpropSettings& settings, const BackpropLayers& layers, const BackpropLayers* back) {
  BackpropPass pass;
  for (const BackpropLayer& layer : layers) pass.gradients.push_back({std::vector<double>(layer.weight.size()), std::vector<double>(layer.units())});
  const auto count = static_cast<double>(settings.examples.size());
  for (std::size_t e = 0; e < settings.examples.size(); ++e) {
    RowLoss loss;
    ExamplePass example = forward(settings, layers, e, nullptr, loss);
    pass.loss += example.loss;
    for (std::size_t l = layers.size(); l-- > 0;) {
      LayerPass& p = example.layers[l];
      for (std::size_t o = 0; o < layers[l].units(); ++o) {
        double d_a = 0;
        if (l + 1 == layers.size())
          d_a = loss.slopes[o] / count;
        else
          for (const double path : paths_into(back ? *back : layers, example, l, o)) d_a += path;
        p.d_a.push_back(d_a);
        p.delta.push_back(d_a * p.slope[o]);
      }
      LayerGradient& gradient = pass.gradients[l];
      for (std::size_t o = 0; o < layers[l].units(); ++o) {
        for (std::size_t i = 0; i < layers[l].inputs; ++i) gradient.weight[o * layers[l].inputs + i] += p.delta[o] * p.input[i];
        gradient.bias[o] += p.delta[o];
      }
    }
    const BackpropLayer& first = (back ? *back : layers).front();
    for (std::size_t i = 0; i < first.inputs; ++i) {
      double d_input = 0;
      for (std::size_t o = 0; o < first.units(); ++o) d_input += first.weight_at(o, i) * example.layers.front().delta[o];
      example.d_input.push_back(d_input);
    }
    pass.examples.push_back(std::move(example));
  }
  pass.loss /= count;
  return pass;
}

double backprop_loss(const BackpropSettings& settings, const BackpropLayers& layers) { return mean_loss(settings, layers, nullptr); }

double gradient_at(const BackpropPass& pass, const BackpropLayers& layers, const GradientPlace& place) {
  switch (place.of) {
  case GradientPlace::Of::weight: return pass.gradients[place.layer].weight[place.unit * layers[place.layer].inputs + place.index];
  case GradientPlace::Of::bias: return pass.gradients[place.layer].bias[place.unit];
  case GradientPlace::Of::z: break;
  }
  return pass.examples[place.index].layers[place.layer].delta[place.unit];
}

double gradient_by_difference(const BackpropSettings& settings, const BackpropLayers& layers, const GradientPlace& place, double h) {
  const auto loss_at = [&](double by) {
    if (place.of == GradientPlace::Of::z) {
      const Nudge nudge{place.layer, place.unit, place.index, by};
      return mean_loss(settings, layers, &nudge);
    }
    BackpropLayers moved = layers;
    BackpropLayer& layer = moved[place.layer];
    (place.of == GradientPlace::Of::weight ? layer.weight[place.unit * layer.inputs + place.index] : layer.bias[place.unit]) += by;
    return mean_loss(settings, moved, nullptr);
  };
  return (loss_at(h) - loss_at(-h)) / (2.0 * h);
}

BackpropDescent::BackpropDescent(BackpropSettings settings) : settings_(std::move(settings)), layers_(settings_.layers) {
  for (const BackpropLayer& layer : layers_) states_.emplace_back(layer.weight.size() + layer.units());
}

void BackpropDescent::advance() {
  ++step_;
  const auto gradients = backprop_pass(settings_, layers_).gradients;
  const ScalarRule& rule = entry_of(scalar_rules(), settings_.optimizer.name);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    BackpropLayer& layer = layers_[l];
    const std::size_t weights = layer.weight.size();
    for (std::size_t i = 0; i < weights; ++i) rule.move(layer.weight[i], gradients[l].weight[i], states_[l][i].numbers, settings_.optimizer.values, step_);
    if (!settings_.train_bias) continue;
    for (std::size_t o = 0; o < layer.units(); ++o)
      rule.move(layer.bias[o], gradients[l].bias[o], states_[l][weights + o].numbers, settings_.optimizer.values, step_);
  }
}

BackpropLayers layers_after(const BackpropSettings& settings) {
  BackpropDescent descent(settings);
  while (descent.step() < settings.steps) descent.advance();
  return descent.layers();
}

} // namespace downhill
