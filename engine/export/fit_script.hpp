// The script of a document of the lab Fit: the same points, the same fits, the same table. Polynomials need NumPy alone, networks PyTorch.
#pragma once
#include "export/script.hpp"
#include "fit/fit_document.hpp"

namespace downhill {

/// Python source. It prints what `downhill fit` prints of the document, networks within float32's rounding.
std::string fit_script(const FitDocument& document, const ScriptOptions& options);

} // namespace downhill
