// 4. A look at a batch.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class LookPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> look_part(CasesLab& lab) { return std::make_unique<LookPart>(lab); }

} // namespace downhill::walk
