// 2. Dataset: what one index gives.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class DatasetPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> dataset_part(CasesLab& lab) { return std::make_unique<DatasetPart>(lab); }

} // namespace downhill::walk
