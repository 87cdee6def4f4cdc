// 6. Training with validation.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class TrainingPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> training_part(CasesLab& lab) { return std::make_unique<TrainingPart>(lab); }

} // namespace downhill::walk
