#include "losses/losses_csv.hpp"

#include "core/nine_digits.hpp"

namespace downhill {
namespace {

std::string row_of(std::initializer_list<double> numbers) {
  std::string out;
  for (const double number : numbers) out += "," + nine_digits(number);
  return out;
}

std::string heads_of_fits() {
  std::string out;
  for (const std::string_view id : kLineLosses) out += "," + std::string(id);
  return out + "\n";
}

} // namespace

double curve_place(const CurveSettings& settings, int i) {
  return i + 1 == kCurvePlaces ? settings.to : settings.from + (settings.to - settings.from) * i / (kCurvePlaces - 1);
}

std::string loss_curves_csv(const CurveSettings& settings) {
  std::string out = "x";
  for (const std::string_view id : settings.shown) out += "," + std::string(id) + "," + std::string(id) + "_slope";
  out += "\n";
  for (int i = 0; i < kCurvePlaces; ++i) {
    const double x = curve_place(settings, i);
    out += nine_digits(x);
    for (const std::string_view id : settings.shown) {
      const auto at = loss_curve(id, settings.axis).at(x, settings);
      out += at ? row_of({at->value, at->slope}) : ",,";
    }
    out += "\n";
  }
  return out;
}

std::string softmax_csv(const SoftmaxSettings& settings) {
  const SoftmaxStand stand = softmax_stand(settings);
  std::string out = std::string("class,logit,p") + (settings.twice ? ",q" : "") + ",y,gradient\n";
  for (std::size_t c = 0; c < settings.logits.size(); ++c) {
    out += std::to_string(c) + row_of({settings.logits[c], stand.probabilities[c]});
    if (settings.twice) out += row_of({stand.again[c]});
    out += (c == settings.label ? ",1" : ",0") + row_of({stand.gradient[c]}) + "\n";
  }
  return out + "loss" + row_of({stand.loss}) + "\nsteepness" + row_of({stand.steepness}) + "\nfloor" + row_of({stand.floor}) + "\n";
}

std::string line_csv(const LineSettings& settings) {
  std::string out = "fit,a,b" + heads_of_fits();
  LineSettings constant = settings, line = settings;
  constant.constant = true, line.constant = false;
  for (const LineSettings* of : {&line, &constant})
    for (std::size_t l = 0; l < kLineLosses.size(); ++l) {
      const FittedLine fit = fit_line(*of, l);
      out += std::string(of->constant ? "constant_" : "line_") + std::string(kLineLosses[l]) +
             row_of({fit.a, fit.b, fit.losses[0], fit.losses[1], fit.losses[2]}) + "\n";
    }
  out += "x,y" + heads_of_fits(); // residuals, of the model that is shown
  const auto fits = fit_lines(settings);
  std::array<std::vector<double>, kLineLosses.size()> residuals;
  for (std::size_t l = 0; l < residuals.size(); ++l) residuals[l] = residuals_of(settings.points, fits[l]);
  for (std::size_t i = 0; i < settings.points.size(); ++i) {
    out += nine_digits(settings.points[i].x) + row_of({settings.points[i].y});
    for (const auto& of : residuals) out += row_of({of[i]});
    out += "\n";
  }
  return out;
}

std::string sigmoid_csv(const SigmoidSettings& settings) {
  std::string out = "loss,step,w,b,z,a,value,loss_by_a,a_by_z,loss_by_z,loss_by_w\n";
  for (std::size_t l = 0; l < kSigmoidLosses.size(); ++l) {
    std::size_t step = 0;
    for (const SigmoidStand& s : sigmoid_path(settings, static_cast<SigmoidLoss>(l)))
      out += std::string(kSigmoidLosses[l]) + "," + std::to_string(step++) +
             row_of({s.w, s.b, s.z, s.a, s.loss, s.loss_by_a, s.a_by_z, s.loss_by_z, s.loss_by_w}) + "\n";
  }
  return out;
}

std::string losses_csv(const LossesDocument& document) {
  switch (document.part) {
  case LossesPart::curves: return loss_curves_csv(document.curves);
  case LossesPart::softmax: return softmax_csv(document.softmax);
  case LossesPart::line: return line_csv(document.line);
  case LossesPart::neuron: break;
  }
  return sigmoid_csv(document.neuron);
}

} // namespace downhill
