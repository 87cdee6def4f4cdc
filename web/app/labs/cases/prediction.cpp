// 7. The prediction of one picture.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class PredictionPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> prediction_part(CasesLab& lab) { return std::make_unique<PredictionPart>(lab); }

} // namespace downhill::walk
