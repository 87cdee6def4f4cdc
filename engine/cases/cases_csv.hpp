// What a case comes to, as CSV in nine digits: the command line prints it, the page hands it out.
#pragma once
#include "cases/case_run.hpp"

namespace downhill {

/// "epoch,train_loss,train_METRIC,validation_loss,validation_METRIC", a line for each epoch from the start weights on; then
/// "part,loss,METRIC" of the test part; of yes or no "threshold,part,accuracy,precision,recall" of validation and test; then
/// "picture,truth,said" of the predicted picture and, but of scores, "probability": of what is said.
/// Of a run that has diverged the epochs whose losses are finite numbers, and then "diverged" alone.
std::string cases_csv(const CaseRun& run);

} // namespace downhill
