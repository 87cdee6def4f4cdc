// What the lab's parts come to, as CSV in nine digits: the command line prints it, the page hands it out.
#pragma once
#include "losses/losses_document.hpp"

namespace downhill {

inline constexpr int kCurvePlaces = 201; ///< lines of a curve's table, from `from` to `to`
/// The x of one, from 0.
double curve_place(const CurveSettings& settings, int i);

/// "x,mse,mse_slope,…" of the shown losses; nothing where a loss has no value.
std::string loss_curves_csv(const CurveSettings& settings);
/// "class,logit,p,y,gradient" (of `twice` also q after p), a line for each class; then "loss,…", "steepness,…", "floor,…".
std::string softmax_csv(const SoftmaxSettings& settings);
/// "fit,a,b,mse,mae,huber": the lines, then the constants, by loss, with the mean of each loss; then "x,y,mse,mae,huber": the residuals of the
/// model that is shown, by loss.
std::string line_csv(const LineSettings& settings);
/// "loss,step,w,b,z,a,value,loss_by_a,a_by_z,loss_by_z,loss_by_w", all steps of the one, then of the other.
std::string sigmoid_csv(const SigmoidSettings& settings);
/// Of the part that is shown.
std::string losses_csv(const LossesDocument& document);

} // namespace downhill
