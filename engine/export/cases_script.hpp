// The PyTorch script of a case, station by station, as a textbook writes it: Dataset, DataLoader, nn.Module, training, prediction.
#pragma once
#include "cases/cases_document.hpp"
#include "export/script.hpp"

namespace downhill {

/// A line that does something, which is lit when it does.
struct ScriptMark {
  std::string_view id;  ///< of kScriptMarks
  std::size_t line = 0; ///< in ScriptPiece::lines
};
/// data: train_part, validation_part, test_part; dataset: init, len, getitem; loader: order, loader; look: batch; model: layers, flatten, hidden, activation,
/// output, forward; training: loss, optimizer, epoch, step_batch, zero_grad, step_forward, step_backward, step_update, validation; prediction: test, picture.
/// `order` only where batches are shuffled, `hidden` and `activation` only where there is such a layer.
inline constexpr std::string_view kScriptMarks[] = {
    "train_part", "validation_part", "test_part",    "init",          "len",         "getitem",    "order", "loader",    "batch",
    "layers",     "flatten",         "hidden",       "activation",    "output",      "forward",    "loss",  "optimizer", "epoch",
    "step_batch", "zero_grad",       "step_forward", "step_backward", "step_update", "validation", "test",  "picture"};

/// A part of the script: what a station is about. `id` is "settings" or one of kCaseStations.
struct ScriptPiece {
  std::string_view id;
  std::vector<std::string> lines;
  std::vector<ScriptMark> marks; ///< lines ascending
};
/// In the order of the script: settings, then the seven stations. Put together they are the script.
std::vector<ScriptPiece> cases_script_pieces(const CasesDocument& document, const ScriptOptions& options);

/// Python source. It needs torch and numpy alone, takes --data DIR (of own data --data FILE, whose classes and shape it reads there), prints what `downhill
/// cases` prints and tells on its standard error what is to be seen at the stations.
std::string cases_script(const CasesDocument& document, const ScriptOptions& options);

} // namespace downhill
