// What the lab's parts come to, as CSV: the command line prints it, the page hands it out. Numbers are the shortest that read back equal.
#pragma once
#include "fit/decomposition.hpp"
#include "fit/towers.hpp"

namespace downhill {

/// "x,f,mean,bias2,variance", a line for each place, and last "average,,,BIAS2,VARIANCE".
std::string decomposition_csv(const Decomposition& decomposition);
/// "set,x,prediction"; sets counted from 1.
std::string fits_csv(const FitSettings& settings, std::span<const SetFit> fits);
/// "set,x,y": the points drawn for every set.
std::string points_csv(const FitSettings& settings, const Target& target);
/// The same of one set, as set 1.
std::string points_csv(std::span<const FitPoint> points);
/// "capacity,train,expected,mean_train,mean_expected,bias2,variance".
std::string sweep_csv(std::span<const CapacityFit> fits);
/// "x,f,towers,model" over the places, then "deviation,,TOWERS,MODEL".
std::string approximation_csv(const FitSettings& settings, const Target& target, const FitRun& run);

} // namespace downhill
