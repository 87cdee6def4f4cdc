// The PyTorch script of the lab Losses' part that a document shows.
#pragma once
#include "export/script.hpp"
#include "losses/losses_document.hpp"

namespace downhill {

/// Python source that needs torch alone and prints what `downhill losses` prints. Of lines it finds one by Newton's rule where several do
/// as well under Huber's loss; which one then is not said.
std::string losses_script(const LossesDocument& document, const ScriptOptions& options);

} // namespace downhill
