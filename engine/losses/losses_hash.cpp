#include "losses/losses_hash.hpp"

#include "losses/losses_csv.hpp"

namespace downhill {
namespace {

void add(Hash& hash, std::initializer_list<double> numbers) { hash.add_doubles({numbers.begin(), numbers.size()}); }

void add_curves(Hash& hash, const CurveSettings& s) {
  for (int i = 0; i < kCurvePlaces; ++i)
    for (const std::string_view id : s.shown)
      if (const auto at = loss_curve(id, s.axis).at(curve_place(s, i), s)) add(hash, {at->value, at->slope});
}

void add_softmax(Hash& hash, const SoftmaxSettings& s) {
  const SoftmaxStand stand = softmax_stand(s);
  for (const auto* numbers : {&stand.probabilities, &stand.again, &stand.gradient}) hash.add_doubles(*numbers);
  add(hash, {stand.loss, stand.steepness, stand.floor});
}

void add_lines(Hash& hash, LineSettings s) {
  for (const bool constant : {false, true}) {
    s.constant = constant;
    for (const FittedLine& line : fit_lines(s)) {
      add(hash, {line.a, line.b});
      hash.add_doubles(line.losses);
    }
  }
}

void add_neuron(Hash& hash, const SigmoidSettings& s) {
  for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy})
    for (const SigmoidStand& stand : sigmoid_path(s, loss)) add(hash, {stand.w, stand.b, stand.a, stand.loss, stand.loss_by_a, stand.loss_by_z});
}

} // namespace

std::uint64_t losses_hash(const LossesDocument& document) {
  Hash hash;
  switch (document.part) {
  case LossesPart::curves: add_curves(hash, document.curves); break;
  case LossesPart::softmax: add_softmax(hash, document.softmax); break;
  case LossesPart::line: add_lines(hash, document.line); break;
  case LossesPart::neuron: add_neuron(hash, document.neuron); break;
  }
  return hash.value();
}

} // namespace downhill
