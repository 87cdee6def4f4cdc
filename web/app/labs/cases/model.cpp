// 5. The model: its layers, counted by hand beside.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class ModelPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> model_part(CasesLab& lab) { return std::make_unique<ModelPart>(lab); }

} // namespace downhill::walk
