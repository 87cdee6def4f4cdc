// 3. DataLoader: how an epoch is cut into batches.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class LoaderPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> loader_part(CasesLab& lab) { return std::make_unique<LoaderPart>(lab); }

} // namespace downhill::walk
