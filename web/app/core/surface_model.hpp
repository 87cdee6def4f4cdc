// What the lab Surface decides: where every lane is on its way down, as far as it has been walked, and who moves when. A path is a
// function of the document alone, so a change of it is seen at once at the step where everybody stands: there is nothing to keep.
#pragma once
#include "app/core/lab_document.hpp"
#include "app/core/race.hpp"
#include "app/core/surface_points.hpp"
#include "app/core/typed_number.hpp"
#include "surfaces/map.hpp"
#include "surfaces/surface_document.hpp"
#include "surfaces/working.hpp"

#include <functional>
#include <memory>
#include <span>

namespace downhill {

class SurfaceModel {
public:
  /// A lane of the document, walked as far as it was asked for.
  struct Lane {
    SurfaceLane given;
    Walk walk;
    std::vector<Stand> stands; ///< the start first; of a diverged one the last is where it diverged
    bool ended = false;        ///< it takes no further step: all are taken, or it has diverged
  };

  /// `points`: where those of surfaces over images are found, if they are known.
  explicit SurfaceModel(LabDocument& document, const SurfacePoints* points = nullptr);
  /// Reads the document if it has changed: to be called by whoever changes it.
  void follow() { read(); }

  // ---- what there is to see ----
  /// The surface's points are not there yet: everybody stands at the start of a surface that stands in for it, and nobody moves, whatever
  /// was asked for. Nothing but starts and settings is to be shown.
  bool waiting() const { return waiting_; }
  /// As the document has them, with their points where these are known.
  const SurfaceSettings& settings() const { return surface_settings_; }
  const SurfaceEntry& entry() const;
  const Surface& surface() const { return *surface_; }
  std::shared_ptr<const Surface> shared_surface() const { return surface_; }
  const std::vector<Lane>& lanes() const { return lanes_; }
  /// The step where lanes stand, 0 to steps(); between two, it is the former's.
  std::int64_t step() const { return static_cast<std::int64_t>(position_); }
  std::int64_t steps() const { return steps_; }
  /// How far a lane has got of that: a diverged one stays where it diverged.
  std::size_t reached(std::size_t lane) const;
  /// From the start to there.
  std::span<const Stand> path(std::size_t lane) const { return std::span(lanes_[lane].stands).first(reached(lane) + 1); }
  const Stand& stand(std::size_t lane) const { return lanes_[lane].stands[reached(lane)]; }
  bool diverged(std::size_t lane) const;
  /// The minima that are known; of points and formulas, those that a search has come to: none until it has ended.
  const std::vector<Place>& minima() const { return minima_; }
  /// From a place to the nearest minimum; −1: none is known.
  double distance(Place at) const;
  /// Inside the step that comes next, as far as it can be worked out; null: there is none.
  const Working* working(std::size_t lane);
  /// Grows with everything that is to be drawn.
  std::uint64_t news() const { return news_; }
  /// Grows when the surface itself is another: for pictures of it.
  std::uint64_t surface_version() const { return surface_version_; }

  // ---- transport: as the Race's, but that nobody else takes part ----
  Transport transport() const;
  void start();
  void pause();
  /// Everybody n steps on, or back.
  void step(std::int64_t n) { seek(step() + n); }
  void seek(std::int64_t step);
  void reset() { seek(0); }
  double steps_per_s = 12; ///< 0: as fast as frames come, ten steps a frame
  /// Before each frame: reads the document if it has changed, moves on while running, and walks up to there for at most `budget_s` of
  /// the clock. Whether anything is left to walk.
  bool tick(double now_s, const std::function<double()>& clock_s, double budget_s);

  // ---- edits; each is one step of undo ----
  /// Another row of the table, or the formula that is typed: start and rates are that one's.
  std::optional<UserError> choose(std::string_view surface);
  std::optional<UserError> set_formula(const std::string& text);
  /// Of points: what the height is.
  std::optional<UserError> set_loss(std::string_view loss);
  /// Of images: a class or a direction ("classes", "along"), the first or the second; the other one's changes places with it.
  std::optional<UserError> set_one_of_two(const char* key, std::size_t place, const Json& value);
  /// Of everybody who starts where lane `of` does; nullopt: where the base does.
  /// To whole multiples of `grain`, of which a picture shows no less.
  std::optional<UserError> move_start(std::optional<std::size_t> of, Place to, bool held = false, double grain = 0.001);
  /// One start more, of this lane's own; or no longer.
  std::optional<UserError> own_start(std::size_t lane, bool own);
  bool has_own_start(std::size_t lane) const { return lanes_[lane].given.patch.contains("start"); }
  /// More of a lane's patch, as a press on a map says it.
  std::optional<UserError> change_lane(std::size_t lane, const Json& patch);
  std::optional<UserError> add_lane(std::string_view rule);
  std::optional<UserError> remove_lane(std::size_t lane);
  /// The same rate in every lane.
  std::optional<UserError> set_rates(double lr);
  /// Each lane's own best of 1, 2 and 5 times powers of ten: with which it is lowest after all steps.
  std::optional<UserError> best_rates();

private:
  void read();
  std::optional<UserError> edit(const std::function<void(Json&)>& change);
  bool look_for_minima(const std::function<bool()>& over);
  bool walk_on(Lane& lane, std::size_t to, const std::function<bool()>& over);

  LabDocument& document_;
  const SurfacePoints* points_;
  bool waiting_ = false;
  std::uint64_t read_version_ = 0, surface_version_ = 0, news_ = 1;
  SurfaceSettings surface_settings_;
  std::shared_ptr<const Surface> surface_;
  std::vector<Lane> lanes_;
  std::vector<Place> minima_;
  std::optional<MinimaSearch> search_; // under way
  std::int64_t steps_ = 1;
  double position_ = 0, ticked_s_ = -1;
  bool running_ = false;
  std::optional<Working> working_; // of this lane, at this step, of this document
  std::array<std::uint64_t, 3> working_of_{};
};

/// Of 1, 2 and 5 times powers of ten, the rate with which this lane is lowest after its steps, or the first 400 of them, or fewer
/// where a step is dear; the lane's own where it diverges with all.
double best_rate(const std::shared_ptr<const Surface>& surface, WalkSettings lane);

/// The paths as a table: lane, step, x, y, f and the distance from the nearest minimum, up to where lanes stand.
std::string paths_csv(const SurfaceModel& model, const std::vector<std::string>& names);

} // namespace downhill
