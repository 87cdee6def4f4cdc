// The loss over a plane through the lanes' ways, as a view shows it: the ways are asked of the lanes' workers, then the plane of the
// chosen lane's. No ImGui.
#pragma once
#include "app/core/looks.hpp"

#include <memory>
#include <optional>

namespace downhill {

class Race;

/// What is to be shown.
struct PlaneWish {
  PlaneKind kind = PlaneKind::principal;
  bool train = true;               ///< the loss of which part
  std::int64_t examples = 1000;    ///< of it, at most
  std::size_t lane = 0;            ///< whose data and loss are taken, and the first corner
  std::vector<std::size_t> others; ///< the further corners, lanes; what is missing or does not fit is chosen
  bool operator==(const PlaneWish&) const = default;
};

/// Heights on a grid, evenly between its crossings; nothing outside.
class GridSurface final : public Surface {
public:
  /// At least the coarsest picture is known.
  GridSurface(const Extent& view, const CoarseFirst<float>& cells);
  int stride() const { return stride_; } ///< cells between the crossings of the finest grid that is complete
  Slope at(double x, double y) const override;

private:
  Extent view_;
  int stride_ = 1, columns_, rows_; // of the finest grid that is complete
  double across_, up_;              // cells of it in the view
  std::vector<float> values_;
};

class PlaneModel {
public:
  /// A lane in the picture.
  struct Member {
    protocol::LaneKey key; ///< lanes may move, go, or begin again while the picture stands
    std::vector<std::int64_t> steps;
    std::vector<PlanePlace> places;
    std::vector<float> losses; ///< true ones, at its points; those that are known
    std::vector<Place> walk;   ///< a random walk in its stead, seen after as many steps
    /// Its lane's number now; none: there is no such run any more.
    std::optional<std::size_t> lane_in(const Race& race) const;
  };
  struct Picture {
    PlaneWish wish;
    Extent view;
    double first_share, second_share, walks_first_share, walks_second_share;
    std::int64_t examples;
    std::vector<Member> members;
    std::vector<std::size_t> corners; ///< members that the plane is given by
    CoarseFirst<float> cells;
    std::shared_ptr<const GridSurface> surface; ///< as far as it is known
    std::uint64_t version;                      ///< of the surface; no two have the same
    std::uint32_t number;                       ///< of the picture; no two have the same
    double at(double x, double y) const { return surface->at(x, y).f; }
  };

  PlaneModel();
  ~PlaneModel() { drop(); }
  PlaneModel(const PlaneModel&) = delete;
  PlaneModel& operator=(const PlaneModel&) = delete;

  /// Begins a new picture, of the lanes that are shown, have not diverged and have the network of the wish's lane. The old one stays
  /// until the new one comes. `aspect`: width over height.
  void begin(Race& race, const PlaneWish& wish, double aspect);
  /// To be called whenever it is drawn: goes on with what was begun.
  void go_on(Race& race);
  /// What a worker said. False: it is no answer to what was asked last, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// Nobody looks any more: what is under way is dropped.
  void cancel();
  /// A worker died: what was under way there is stale, and can be begun again when its lanes are back.
  void worker_lost();

  /// Null: there is none yet.
  const Picture* picture() const { return picture_ ? &*picture_ : nullptr; }
  /// Whether lanes are elsewhere than in the picture that is there or under way, or others, or it is of another wish.
  bool stale(const Race& race, const PlaneWish& wish) const;
  /// Whether a picture was begun, and not given up; of which wish and shape.
  bool begun() const { return !asked_.empty() || problem_; }
  const PlaneWish& wish() const { return wish_; }
  double aspect() const { return aspect_; }
  /// Share of what is under way, 0 to 1; −1: nothing is.
  double progress() const;
  /// Why there is no picture of what was wanted last. Codes: plane_few_lanes, plane_too_large, memory, and a worker's. Where memory lacks
  /// nothing is stale: it would lack again.
  const std::optional<UserError>& problem() const { return problem_; }
  /// Lanes that are not in the picture for having another network, and for having diverged.
  std::size_t other_networks() const { return other_networks_; }
  std::size_t diverged() const { return diverged_; }

  /// Bytes that the points of all lanes may take.
  std::size_t points_bytes_most = 32U << 20;

private:
  struct Asked {
    std::size_t lane;
    protocol::LaneKey key;
    std::int64_t step;
    Look<protocol::ask::Course> look;
    std::optional<Course> course;
    std::vector<std::int64_t> steps; ///< of its points, once the course is on its way
  };
  void drop();
  void ask_plane(Race& race);
  bool begin_picture(const protocol::PlaneBegun& m);
  bool add(const protocol::PlanePiece& m);

  std::uint32_t slot_;
  PlaneWish wish_;
  double aspect_ = 1;
  std::vector<Asked> asked_; // lanes of the picture under way, or of the last one
  std::vector<std::uint32_t> corners_;
  std::uint32_t points_ = 0; // to be asked of each lane
  protocol::LaneKey chosen_; // the wish's lane
  bool collecting_ = false, waiting_ = false;
  int losses_ = 0;         // workers that died of this wish
  double share_ = 0;       // of the cells
  protocol::AskPlane ask_; // without its courses, once it is out
  std::size_t worker_ = 0;
  std::function<void(const protocol::ToTrainer&)> post_;
  std::optional<Picture> begun_; // that nothing is known of yet
  std::optional<Picture> picture_;
  std::uint32_t picture_request_ = 0;
  std::optional<UserError> problem_;
  std::size_t shown_ = 0, other_networks_ = 0, diverged_ = 0; // at the last beginning
};

} // namespace downhill
