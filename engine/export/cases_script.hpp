// The PyTorch script of a case, station by station, as a textbook writes it: Dataset, DataLoader, nn.Module, training, prediction.
#pragma once
#include "cases/cases_document.hpp"
#include "export/script.hpp"

namespace downhill {

/// A part of the script: what a station is about. `id` is "settings" or one of kCaseStations.
struct ScriptPiece {
  std::string_view id;
  std::vector<std::string> lines;
};
/// In the order of the script: settings, then the seven stations. Put together they are the script.
std::vector<ScriptPiece> cases_script_pieces(const CasesDocument& document, const ScriptOptions& options);

/// Python source. It needs torch and numpy alone, takes --data DIR, prints what `downhill cases` prints and tells on its standard error
/// what is to be seen at the stations.
std::string cases_script(const CasesDocument& document, const ScriptOptions& options);

} // namespace downhill
