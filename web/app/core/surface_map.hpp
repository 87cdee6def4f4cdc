// A map of walks as it is drawn: asked of a worker, filled in as its cells come, coarse first. No ImGui, no race.
#pragma once
#include "document/document.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace downhill {

class SurfaceMap {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// `slot`: no other map has it in the worker that `post` goes to. What is under way there is dropped with this map.
  SurfaceMap(std::uint32_t slot, Post post, int columns = 96, int rows = 96);

  /// To be called whenever it is drawn. The map of a lane (of a SurfaceDocument, or of the lab's Document) over what `kind` says; with
  /// arriving, and of starts the axes, by `view`. Asks where that is another map than the last one: a lane that differs only in what
  /// the axes vary has the same, as long as its rate is among those shown, so that what is pressed stays where it is.
  /// `points`: of a surface over images, which its document does not give.
  void want(const DocumentLane& lane, MapKind kind, const Extent& view, std::span<const Point> points = {});
  /// What a worker said. False: it is no answer to what was wanted last, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// Nobody looks now: what is under way is dropped; wanted again, it is asked for again.
  void cancel() { slot_.drop(); }
  /// The worker is new: what is not complete is asked for again when it is next wanted, but what failed.
  void forget() { slot_.waiting = false; }

  // ---- what there is ----
  /// The cell, or, as long as it is not known, the nearest coarser one to its left and below; null: none yet, or no such cell.
  const Arrival* at(int column, int row) const;
  /// 0: there is no map yet. One row where the rule has no second parameter.
  int columns() const { return picture_ ? picture_->cells.columns() : 0; }
  int rows() const { return picture_ ? picture_->cells.rows() : 0; }
  MapAxis across() const { return picture_ ? picture_->across : MapAxis{}; }
  MapAxis up() const { return picture_ ? picture_->up : MapAxis{}; }
  /// By the numbers that arrivals have.
  std::span<const Place> minima() const { return picture_ ? std::span<const Place>(picture_->minima) : std::span<const Place>(); }
  /// Whether that is what was wanted last; else it is the map before, of the same surface, which stays until the next one begins.
  bool current() const { return picture_ && picture_->question == question_; }
  /// Share of the cells that are known, 0 to 1; −1: nothing is under way.
  double progress() const;
  /// Why there is no map of what was wanted last.
  const std::optional<UserError>& problem() const { return problem_; }
  /// Changes with every change of the cells; no two pictures have the same one, of whatever map. For textures.
  std::uint64_t version() const { return version_; }
  /// What a press on this cell sets in the lane, as a patch of it: {"optimizer": {…}} or {"start": [x, y]}; numbers of 3 digits, or as
  /// many as it takes to stay within the cell. Null where there is no such cell, or the map is not current.
  Json cell_settings(int column, int row) const;

private:
  /// What a worker works out for a map is dropped where the map ends, not where it moves.
  struct Slot {
    Slot(std::uint32_t a_number, Post a_post) : number(a_number), post(std::move(a_post)) {}
    Slot(Slot&& other) noexcept : number(other.number), post(std::move(other.post)), waiting(std::exchange(other.waiting, false)) {}
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { drop(); }
    void drop();
    std::uint32_t number;
    Post post;
    bool waiting = false; // an answer is under way
  };
  struct Picture {
    std::uint64_t question;
    MapAxis across, up;
    std::vector<Place> minima;
    MapCells cells;
  };
  bool begin(const protocol::MapBegun& m);
  bool add(const protocol::MapPiece& m);
  bool complete() const { return current() && picture_->cells.done() == picture_->cells.total(); }
  bool same_rate(const Json& lane) const;
  std::optional<MapAxis> axis(const protocol::MapSide& side) const;

  Slot slot_;
  std::uint32_t columns_, rows_; // to be asked for
  Json wanted_;                  // all of the lane, at the last want
  Json asked_;                   // what of it decides the map, at the last question
  double asked_rate_ = 0;        // the middle of its rates
  protocol::AskMap ask_;         // the last question
  std::uint64_t question_ = 0;   // grows where another one is asked; 0: none
  std::optional<Picture> picture_;
  std::optional<UserError> problem_; // of the last question
  std::uint64_t version_ = 0;
};

} // namespace downhill
