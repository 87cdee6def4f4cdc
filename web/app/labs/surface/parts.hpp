// The pieces of the lab Surface: each draws from the model, and reports what was pressed to it.
#pragma once
#include "app/core/surface_map.hpp"
#include "app/core/surface_model.hpp"
#include "app/labs/document_lab.hpp"
#include "app/panels/height_picture.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

namespace downhill::hills {

using namespace ui;

inline constexpr std::string_view kPictures[] = {"contours", "relief"};
inline constexpr std::string_view kTabs[] = {"lanes", "inside", "curves", "map", "setup"};
inline constexpr int kLanesTab = 0, kInsideTab = 1, kCurvesTab = 2, kMapTab = 3, kSetupTab = 4;
inline constexpr std::string_view kMaps[] = {"rates", "starts"};

/// What the document does not say and a link does.
struct Looks {
  int picture = 0;
  int log = 1;          ///< heights by their logarithm above the lowest
  std::size_t lane = 1; ///< the one that is looked into
  int tab = kLanesTab;  ///< where there is no room for all
  int arrows = 1;       ///< of the next step, while nobody moves
  int map = 0;          ///< what the map of many walks varies
};

/// What the drawing keeps.
struct Kept {
  HeightPicture picture;
  std::optional<std::size_t> held_start; ///< the lane whose start is held
  PlotView heights, distances;
  std::optional<SurfaceMap> walks; ///< of the chosen lane; made when it is first shown
  float speed = 0.462F;            ///< of the slider, for the model's 12 steps a second
};

class SurfaceLab;
/// What every piece is given.
struct Scene {
  Ui& ui;
  SurfaceLab& lab;
  SurfaceModel& model;
  Looks& looks;
  Kept& kept;
  std::vector<std::string> names; ///< of lanes
  std::vector<LaneLook> lane_looks;

  std::uint32_t color(std::size_t lane) const { return ui.theme->*lane_looks[lane].color; }
};

class SurfaceLab final : public DocumentLab {
public:
  SurfaceLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override { return followed(DocumentLab::reset_field(id)); }
  void add_shown(Json& shown) const override;
  void show(const Json& wanted) override;
  void look_anew() override;
  void draw(Rect box) override;
  std::uint64_t news() const override { return version() + model_.news() + kept_.picture.map.version() + walks_news_; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void explain_control(Json& out) const override;
  Json fields() const override;
  Transport transport() const override { return model_.transport(); }
  bool started() const override { return model_.step() > 0; }
  bool waiting() const override { return model_.waiting() && model_.transport() == Transport::running; }
  const std::optional<UserError>& problem() const override;
  int tick(double now_s) override;
  bool ask(double now_s) override;
  void leave() override;
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override {
    if (kept_.walks) kept_.walks->forget();
    points_.forget();
  }
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override { return {"step", "x", "y", "f", "distance"}; }
  std::string spoken(bool ended) const override;

  SurfaceModel& model() { return model_; }
  /// Where lanes start that have no start of their own.
  Place base_start() const;
  /// The map of many walks, and the worker that it is asked of.
  SurfaceMap make_walks();
  FieldInfo field_of(const FieldId& id) const { return document_.field(id); }
  /// The value of a field as it is shown.
  std::string text_of(const FieldId& id) const { return field_text(document_.field(id)); }
  /// A start was dragged, and is let go of.
  void let_go() { document_.let_go(); }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }
  /// What changes lanes or the surface while they are drawn is done when the frame has been drawn.
  void later(std::function<std::optional<UserError>()> edit) { later_ = std::move(edit); }
  /// Controls of fields, for the pieces.
  using DocumentLab::set;
  using DocumentLab::slider;

  std::vector<std::string> names() const;
  Answer script_of(std::size_t lane) const;

private:
  template <class Done> Done followed(Done done) { return model_.follow(), done; }
  void post_to_last(const protocol::ToTrainer& message) const;
  void ask_for_points();
  SurfacePoints points_{[this](const protocol::ToTrainer& message) { post_to_last(message); }};
  SurfaceModel model_{document_, &points_};
  bool tried_again_ = false; // for data that could not be had, since Start was pressed
  Looks looks_;
  Kept kept_;
  bool walks_on_ = false;
  std::uint64_t walks_news_ = 0;
  std::optional<UserError> refused_;
  std::function<std::optional<UserError>()> later_;
};

/// The gradient's sign; Latin letters have none.
inline std::string_view nabla(const Ui& ui) { return ui.language == Language::zh ? "∇" : "grad "; }

/// The part of the plane that a picture in `area` shows.
Extent shown_in(const Scene& scene, Rect area);

/// Heights of what is shown.
void follow_heights(const Scene& scene, const Extent& view);

/// Every lane's, for the picture.
std::vector<HeightPath> paths_of(const Scene& scene);

void contours(const Scene& scene, Rect box);
void relief(const Scene& scene, Rect box);
void lanes(const Scene& scene, Rect box);
void inside(const Scene& scene, Rect box);
void curves(const Scene& scene, Rect box);
void walks_map(const Scene& scene, Rect box);
void setup(const Scene& scene, Rect box);
void transport(const Scene& scene, Rect box);
float transport_height(const Ui& ui, float width);

} // namespace downhill::hills
