#include "worker/maps.hpp"

#include "surfaces/image_points.hpp"
#include "surfaces/surface_document.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

// Steps of a walk in a piece. On a function a cell of the usual 200 steps is one piece of some microseconds; a step over a
// thousand points takes tens of them.
constexpr std::int64_t kPieceSteps = 250, kPieceStepsLeast = 20, kPiecePoints = 20000;

// So that walks that leave a view which shows a part arrive somewhere, too.
Extent around(const Extent& a, const Extent& b) {
  return {std::min(a.x_least, b.x_least), std::max(a.x_most, b.x_most), std::min(a.y_least, b.y_least), std::max(a.y_most, b.y_most)};
}

class MapJob final : public Job {
public:
  MapJob(const AskMap& ask, const SurfaceDocument& document)
      : slot_(ask.slot), request_(ask.request), columns_(static_cast<int>(ask.columns)), rows_(static_cast<int>(ask.rows)), view_(ask.view),
        surface_(make_surface(document.surface)), lane_(document.lanes.front().settings), axes_(map_axes(ask.kind, lane_, view_)),
        piece_steps_(std::clamp(kPiecePoints / std::max<std::int64_t>(surface_->size(), 1), kPieceStepsLeast, kPieceSteps)),
        search_(std::in_place, document.surface, around(view_, entry_of(surfaces(), document.surface.surface.name).view)) {
    if (axes_.up.name.empty()) rows_ = 1;
  }
  bool ended() const override { return map_ && map_->done() == map_->total(); }
  void advance() override {
    if (map_) {
      map_->advance(piece_steps_);
    } else if (!search_->advance()) {
      map_.emplace(surface_, lane_, axes_.across, axes_.up, columns_, rows_, search_->take(), reach_in(view_));
      search_.reset();
    }
  }
  void tell(const Post& post) override {
    if (!map_ || map_->done() == told_) return;
    if (told_ == 0) {
      const auto side = [](const MapAxis& axis) { return MapSide{std::string(axis.name), axis.least, axis.most, axis.scale}; };
      const auto minima = map_->minima();
      post(MapBegun{slot_,
                    request_,
                    static_cast<std::uint32_t>(columns_),
                    static_cast<std::uint32_t>(rows_),
                    side(axes_.across),
                    side(axes_.up),
                    {minima.begin(), minima.end()}});
    }
    MapPiece piece{slot_, request_, static_cast<std::uint32_t>(told_), {}, {}, {}};
    for (const Arrival& arrival : map_->cells().in_order().subspan(static_cast<std::size_t>(told_))) {
      const bool arrived = arrival.minimum >= 0;
      piece.ends.push_back(arrival.diverged ? MapPiece::kDiverged : arrived ? static_cast<std::uint8_t>(arrival.minimum) : MapPiece::kNowhere);
      piece.steps.push_back(arrived ? static_cast<std::uint32_t>(arrival.steps) : 0);
      piece.f.push_back(arrival.f);
    }
    told_ = map_->done();
    post(piece);
  }
  // the first picture
  bool eager() const override { return told_ == 0 && map_ && map_->done() >= map_->cells().coarsest(); }
  ToApp without_memory() const override { return MapProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  int columns_, rows_;
  Extent view_;
  std::shared_ptr<const Surface> surface_;
  WalkSettings lane_;
  MapAxes axes_;
  std::int64_t piece_steps_;
  std::optional<MinimaSearch> search_; // then the map
  std::optional<Map> map_;
  std::int64_t told_ = 0; // cells
};

// null: nothing is wrong
std::optional<UserError> wrong_side(std::uint32_t count, const char* name) {
  if (count >= 1 && count <= kMapSideMost) return {};
  return UserError{"out_of_range", name, {std::to_string(count), "1", std::to_string(kMapSideMost)}};
}

std::optional<UserError> wrong_view(double least, double most, const char* name) {
  if (least >= -kPlaceMost && most <= kPlaceMost && least < most) return {}; // false for NaN
  return UserError{"out_of_range", name, {brief(Json(least)) + " … " + brief(Json(most)), shortest_text(-kPlaceMost), shortest_text(kPlaceMost)}};
}

Result<SurfaceDocument> read_document(const std::string& text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto json = read_json(text);
  return json ? surface_document_from_json(*json) : json.error();
}

} // namespace

Result<std::unique_ptr<Job>> map_job(const AskMap& ask) {
  for (const auto& wrong : {wrong_side(ask.columns, "columns"), wrong_side(ask.rows, "rows"), wrong_view(ask.view.x_least, ask.view.x_most, "view"),
                            wrong_view(ask.view.y_least, ask.view.y_most, "view")})
    if (wrong) return *wrong;
  const auto document = read_document(ask.document);
  if (!document) return document.error();
  if (needs_images(document->surface)) return UserError{"needs_images", "/surface/points", {}}; // whoever asks has them
  return std::unique_ptr<Job>(std::make_unique<MapJob>(ask, *document));
}

Result<std::vector<Point>> points_asked(const AskPoints& ask, const std::shared_ptr<const Source>& source) {
  const auto document = read_document(ask.document);
  if (!document) return document.error();
  return needs_images(document->surface) ? image_points(source, document->surface) : document->surface.points;
}

} // namespace downhill
