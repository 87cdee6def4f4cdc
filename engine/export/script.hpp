// The PyTorch script of a lane: the same run as a student would write it in the textbook's style, with Dataset, DataLoader,
// nn.Module and a training loop. It draws the same examples, start weights, order and dropout masks with NumPy.
#pragma once
#include "document/json_text.hpp"
#include "experiment/settings.hpp"

namespace downhill {

struct ScriptOptions {
  std::string title; ///< of the experiment and the lane, for the heading; any text
  Language language = Language::zh;
};
/// With the heading that a lane of a document has: its title and the lane's label, or what the rule is called.
ScriptOptions script_options(const Json& title, const Json& label, const std::string& rule, Language language);

/// Python source. It needs torch and numpy alone, takes --data DIR (or a CSV file) and --seed, prints `step,batch_loss` rows
/// to its standard output and the evaluation after each epoch to its standard error.
std::string torch_script(const LaneSettings& settings, const ScriptOptions& options);

} // namespace downhill
