#include "worker/planes.hpp"

#include "document/field.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

class PlaneJob final : public Job {
public:
  PlaneJob(const AskPlane& ask, const LaneSettings& settings, std::shared_ptr<const Subset> data)
      : slot_(ask.slot), request_(ask.request), columns_(static_cast<int>(ask.columns)), rows_(ask.kind == PlaneKind::line ? 1 : static_cast<int>(ask.rows)),
        train_(ask.train), examples_(ask.examples), settings_(settings), data_(std::move(data)), courses_(ask.courses) {
    for (const Course& course : courses_) steps_.push_back(course.steps);
    search_.emplace(ask.kind, courses_, std::vector<std::size_t>(ask.corners.begin(), ask.corners.end()), blank_network(settings_, *data_), settings_.seed,
                    ask.aspect);
  }
  bool ended() const override { return losses_ && losses_->done() == losses_->total(); }
  void advance() override {
    if (losses_ && !walks_) {
      walks_ = random_walks(steps_);
    } else if (losses_) {
      losses_->advance();
    } else if (!search_->advance()) {
      plane_ = search_->take();
      search_.reset();
      losses_.emplace(settings_, data_, plane_, std::move(courses_), train_, examples_, columns_, rows_);
      plane_.centre = plane_.first = plane_.second = {};
    }
  }
  void tell(const Post& post) override {
    if (!walks_) return;
    if (!began_) {
      post(PlaneBegun{slot_, request_, static_cast<std::uint32_t>(columns_), static_cast<std::uint32_t>(rows_), plane_.view, plane_.first_share,
                      plane_.second_share, losses_->examples(), plane_.places, walks_->first_share, walks_->second_share, walks_->places});
      began_ = true;
    }
    const auto losses = losses_->cells().in_order().subspan(static_cast<std::size_t>(told_));
    const auto points = losses_->course_losses().subspan(points_told_);
    post(PlanePiece{slot_,
                    request_,
                    static_cast<std::uint32_t>(told_),
                    static_cast<std::uint32_t>(points_told_),
                    {losses.begin(), losses.end()},
                    {points.begin(), points.end()},
                    losses_->share()});
    told_ += static_cast<std::int64_t>(losses.size()), points_told_ += points.size();
  }
  // the first picture
  bool eager() const override { return !began_ && losses_ && losses_->cells().done() > 0; }
  ToApp without_memory() const override { return PlaneProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  int columns_, rows_;
  bool train_;
  std::int64_t examples_;
  LaneSettings settings_;
  std::shared_ptr<const Subset> data_;
  std::vector<Course> courses_;
  std::vector<std::vector<std::int64_t>> steps_; // of the courses
  std::optional<RandomWalks> walks_;
  std::optional<PlaneSearch> search_; // then the losses
  Plane plane_;                       // without its directions, once the losses have them
  std::optional<LossPlane> losses_;
  bool began_ = false;
  std::int64_t told_ = 0; // cells
  std::size_t points_told_ = 0;
};

} // namespace

Result<std::unique_ptr<Job>> plane_job(const AskPlane& ask, const LaneSettings& settings, std::shared_ptr<const Subset> data) {
  const auto within = [](double value, double least, double most, const char* name) -> std::optional<UserError> {
    if (value >= least && value <= most) return {};
    return UserError{"out_of_range", name, {brief(Json(value)), shortest_text(least), shortest_text(most)}};
  };
  const double courses = static_cast<double>(ask.courses.size());
  for (const auto& wrong :
       {within(ask.columns, 1, kMapSideMost, "columns"), within(ask.rows, 1, kMapSideMost, "rows"), within(ask.aspect, 0.2, 5, "aspect"),
        within(static_cast<double>(ask.examples), 1, 1e19, "examples"), within(courses, 1, 1000, "courses"),
        within(static_cast<double>(ask.corners.size()), static_cast<double>(corners_of(ask.kind)), static_cast<double>(corners_of(ask.kind)), "corners")})
    if (wrong) return *wrong;
  if (data->part(ask.train).size() == 0) return UserError{"out_of_range", "examples", {std::to_string(ask.examples), "0", "0"}};
  const Network network = blank_network(settings, *data);
  const std::uint64_t parameters = network.parameters().size();
  for (const Course& course : ask.courses)
    if (course.steps.empty() || course.weights.size() != std::uint64_t{course.steps.size()} * parameters || !all_finite(course.weights))
      return UserError{"out_of_range", "courses", {std::to_string(course.weights.size()), std::to_string(parameters), std::to_string(parameters)}};
  for (std::size_t i = 0; i < ask.corners.size(); ++i)
    if (ask.corners[i] >= ask.courses.size() || std::find(ask.corners.begin(), ask.corners.begin() + static_cast<std::ptrdiff_t>(i), ask.corners[i]) !=
                                                    ask.corners.begin() + static_cast<std::ptrdiff_t>(i))
      return UserError{"out_of_range", "corners", {std::to_string(ask.corners[i]), "0", std::to_string(ask.courses.size() - 1)}};
  return std::unique_ptr<Job>(std::make_unique<PlaneJob>(ask, settings, std::move(data)));
}

} // namespace downhill
