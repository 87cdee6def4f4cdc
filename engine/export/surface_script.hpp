// The PyTorch script of a lane's way down a surface.
#pragma once
#include "export/script.hpp"
#include "surfaces/walk.hpp"

namespace downhill {

/// Python source that needs torch (and numpy where there are batches) and prints the rows lane,step,x,y,f that
/// `downhill surface` prints, with nine digits. All of it is worked out in float32, as PyTorch has it.
std::string surface_script(const SurfaceSettings& surface, const WalkSettings& lane, const std::string& name, const ScriptOptions& options);

} // namespace downhill
