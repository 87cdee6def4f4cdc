// 1. The data: what is in it, and who made it.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class DataPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> data_part(CasesLab& lab) { return std::make_unique<DataPart>(lab); }

} // namespace downhill::walk
