// Rate it yourself: pictures are shown one by one, and given scores.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

class RatePart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room) override { without_data(lab_, box); }
  void setup(Column&) override {}
};

} // namespace

std::unique_ptr<Part> rate_part(CasesLab& lab) { return std::make_unique<RatePart>(lab); }

} // namespace downhill::walk
