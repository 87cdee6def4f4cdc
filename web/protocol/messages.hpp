// Every message between the page's app and a trainer (a worker, or the page's own thread). One struct a
// message, one line in each Message list; JavaScript carries the bytes without reading them.
// A pack of data travels beside the protocol, as the file it is (see trainer_host.hpp).
#pragma once
#include "core/archive.hpp"
#include "fit/decomposition.hpp"
#include "inspect/draws.hpp"
#include "inspect/plane.hpp"
#include "surfaces/map.hpp"
#include "trainer/evaluation.hpp"

#include <optional>
#include <variant>

namespace downhill::protocol {

using archive::Bytes, archive::Reader, archive::Writer;

/// Lanes are numbered as in the experiment; `repeat` counts their runs with other seeds; `run` counts restarts, so that
/// what belongs to an earlier run is dropped.
struct LaneKey {
  std::uint32_t lane = 0, repeat = 0, run = 0;
  void fields(auto& a) { a(lane, repeat, run); }
  auto operator<=>(const LaneKey&) const = default;
};

// ---- app → trainer ----

/// Starts a lane at its first evaluation, or where `checkpoint` left it. `experiment` has this one lane only.
/// `keeps_history`: of checkpoints, to go back by.
struct StartLane {
  LaneKey key;
  std::string experiment;
  bool keeps_history = false;
  Bytes checkpoint = {};  ///< of a Checkpoint of the same lane, or empty
  std::uint32_t draw = 0; ///< of its training examples (DataSettings::draw), below kDrawsMost
  void fields(auto& a) { a(key, experiment, keeps_history, checkpoint, draw); }
};
/// Step credits: the lane may begin steps while it has done fewer than `steps`. Less than before takes credit back.
struct Grant {
  LaneKey key;
  std::int64_t steps = 0;
  bool hash_at_rest = false; ///< tell the weights' hash, and the values there, once this credit is used up
  void fields(auto& a) { a(key, steps, hash_at_rest); }
};
/// Takes the lane to `step`, back or forward, lets it rest there and tells its hash and values. Snapshots repeat the last `turn`, so
/// that those sent before the lane turned round are known.
struct Seek {
  LaneKey key;
  std::int64_t step = 0;
  std::uint32_t turn = 0;
  void fields(auto& a) { a(key, step, turn); }
};
/// Drops one lane.
struct DropLane {
  LaneKey key;
  void fields(auto& a) { a(key); }
};
/// Asks for images of the experiment's subset by their places in a part; answered by Images with the same `request`.
struct AskImages {
  std::uint32_t request = 0;
  std::string experiment;
  bool train = true;
  std::vector<std::uint32_t> places;
  void fields(auto& a) { a(request, experiment, train, places); }
};
// Questions of a lane as it stands, each with the answer that it gets; see there.
struct WeightsLook;
struct PredictionsLook;
struct UnitsLook;
struct OptimizerLook;
struct BatchLook;
struct OwnLook;
struct BoundaryLook;
struct FittedLook;
struct EnsembleLook;
struct TraceLook;
struct PassesLook;
struct CourseLook;
namespace ask {
/// `count` units of the first layer from `from`.
struct Weights {
  using Answer = WeightsLook;
  std::uint32_t from = 0, count = 0;
  void fields(auto& a) { a(from, count); }
  bool operator==(const Weights&) const = default;
};
struct Predictions {
  using Answer = PredictionsLook;
  void fields(auto&) {}
  bool operator==(const Predictions&) const = default;
};
struct Units {
  using Answer = UnitsLook;
  void fields(auto&) {}
  bool operator==(const Units&) const = default;
};
/// With `count` units of the first layer as images.
struct Optimizer {
  using Answer = OptimizerLook;
  std::uint32_t count = 0;
  void fields(auto& a) { a(count); }
  bool operator==(const Optimizer&) const = default;
};
struct Batch {
  using Answer = BatchLook;
  void fields(auto&) {}
  bool operator==(const Batch&) const = default;
};
/// The pixels to be told apart.
struct Own {
  using Answer = OwnLook;
  std::vector<std::uint8_t> image;
  void fields(auto& a) { a(image); }
  bool operator==(const Own&) const = default;
};
struct Boundary {
  using Answer = BoundaryLook;
  void fields(auto&) {}
  bool operator==(const Boundary&) const = default;
};
/// What is given over the interval of a regression.
struct Fitted {
  using Answer = FittedLook;
  void fields(auto&) {}
  bool operator==(const Fitted&) const = default;
};
/// A test example by its place, and how many masks. Long: worked out in slices, with LookProgress.
struct Ensemble {
  using Answer = EnsembleLook;
  std::uint32_t place = 0, masks = 0;
  void fields(auto& a) { a(place, masks); }
  bool operator==(const Ensemble&) const = default;
};
struct Trace {
  using Answer = TraceLook;
  void fields(auto&) {}
  bool operator==(const Trace&) const = default;
};
/// A training example by its place, forward and backward in eval mode. Of the first layer one unit's weights; the largest paths of all, or
/// those to one input. Numbers that there are not become the last.
struct Passes {
  using Answer = PassesLook;
  std::uint32_t place = 0, unit = 0;
  std::int64_t input = -1; ///< −1: all
  void fields(auto& a) { a(place, unit, input); }
  bool operator==(const Passes&) const = default;
};
/// Where the lane has been, at no more than so many points. Long.
struct Course {
  using Answer = CourseLook;
  std::uint32_t points = 2; ///< at least 2
  void fields(auto& a) { a(points); }
  bool operator==(const Course&) const = default;
};
} // namespace ask
using Question = std::variant<ask::Weights, ask::Predictions, ask::Units, ask::Optimizer, ask::Batch, ask::Own, ask::Boundary, ask::Fitted, ask::Ensemble,
                              ask::Trace, ask::Passes, ask::Course>;
/// Answered once by the question's answer, when the lane is between two steps; a long one later, of the step it was begun at. A
/// later ask for the same slot replaces it.
struct AskLook {
  std::uint32_t slot = 0;
  LaneKey key;
  Question question;
  void fields(auto& a) { a(slot, key, question); }
};
/// Nobody waits for the answer in this slot any more.
struct DropLook {
  std::uint32_t slot = 0;
  void fields(auto& a) { a(slot); }
};
/// Asks for the file of a lane's weights (.safetensors).
struct AskWeights {
  LaneKey key;
  void fields(auto& a) { a(key); }
};
/// Asks for the speed of this build in this place.
struct AskBench {
  std::uint8_t unused = 0;
  void fields(auto& a) { a(unused); }
};
/// Asks for a map of walks (engine/surfaces/map.hpp); no lane of a race is part of it. `document` is one of the lab Surface with
/// this one lane only. Arriving is a hundredth of the shorter side of `view`, minima are looked for there and in the surface's own
/// view, and of starts it is the axes. Long: worked out in slices; answered by MapBegun and, piece by piece, MapPiece, or by
/// MapProblem, all with the same `request`. A later ask for the same slot replaces it.
struct AskMap {
  std::uint32_t slot = 0, request = 0;
  std::string document;
  MapKind kind = MapKind::rates;
  std::uint32_t columns = 0, rows = 0; ///< 1 to kMapSideMost each
  Extent view;
  void fields(auto& a) { a(slot, request, document, kind, columns, rows, view); }
};
inline constexpr std::uint32_t kMapSideMost = 256;
/// Asks for the points of a surface over images (engine/surfaces/image_points.hpp), which only workers have; `document` is one of the
/// lab Surface. Answered by Points with the same `request`.
struct AskPoints {
  std::uint32_t request = 0;
  std::string document;
  void fields(auto& a) { a(request, document); }
};
/// Nobody waits for the map in this slot any more.
struct DropMap {
  std::uint32_t slot = 0;
  void fields(auto& a) { a(slot); }
};
/// Asks for a plane of weight space through the ways of several lanes, and the loss over it (engine/inspect/plane.hpp). `experiment`
/// has one lane only: its network, data and loss. Long: worked out in slices; answered by PlaneBegun and, piece by piece, PlanePiece, or
/// by PlaneProblem, all with the same `request`. A later ask for the same slot replaces it.
struct AskPlane {
  std::uint32_t slot = 0, request = 0;
  std::string experiment;
  PlaneKind kind = PlaneKind::principal;
  std::vector<Course> courses;         ///< of equally many weights
  std::vector<std::uint32_t> corners;  ///< courses by number, as many as the kind wants
  bool train = true;                   ///< the loss of which part
  std::int64_t examples = 0;           ///< the first so many of it
  std::uint32_t columns = 0, rows = 0; ///< 1 to kMapSideMost each
  double aspect = 1;                   ///< the picture's width over its height, 0.2 to 5
  void fields(auto& a) { a(slot, request, experiment, kind, courses, corners, train, examples, columns, rows, aspect); }
};
/// Nobody waits for the plane in this slot any more.
struct DropPlane {
  std::uint32_t slot = 0;
  void fields(auto& a) { a(slot); }
};
/// Asks how a painted unit does on its images (engine/neuron/image_neuron.hpp), which only workers have; `document` is one of the lab
/// Neuron. Answered by NeuronScore with the same `request`.
struct AskNeuron {
  std::uint32_t request = 0;
  std::string document;
  void fields(auto& a) { a(request, document); }
};
/// Asks to teach the unit of the document. Long: worked out in slices; answered, piece by piece, by LearningPiece, or by LearningProblem,
/// with the same `request`. A later ask for the same slot replaces it.
struct AskLearning {
  std::uint32_t slot = 0, request = 0;
  std::string document;
  void fields(auto& a) { a(slot, request, document); }
};
/// Nobody waits for the learning in this slot any more.
struct DropLearning {
  std::uint32_t slot = 0;
  void fields(auto& a) { a(slot); }
};
/// Asks for the beginnings of draws of the training and of the test part (downhill::draw_part), as the lab Cases takes them: only workers
/// have images. Of a user's own file also of its validation part. Answered by DrawnPictures with the same `request`.
struct AskDrawn {
  std::uint32_t request = 0;
  std::uint64_t seed = 0;
  std::vector<std::uint32_t> classes;                ///< none: an own file whose answers are numbers
  std::uint32_t train = 0, test = 0, validation = 0; ///< pictures, or rows; where there are not so many, all
  std::string file;                                  ///< hash of the user's own file; empty: Fashion-MNIST
  void fields(auto& a) { a(request, seed, classes, train, test, validation, file); }
};
/// Asks to fit the model of a document of the lab Fit to some of its training sets, by their numbers, in this order. Long: worked out in
/// slices; answered, fit by fit, by FitPiece, or by FitProblem, with the same `request`. A later ask for the same slot, also of the next
/// two kinds, replaces it.
struct AskFits {
  std::uint32_t slot = 0, request = 0;
  std::string document;
  std::vector<std::uint32_t> sets; ///< 1 to kFitSetsAsked
  void fields(auto& a) { a(slot, request, document, sets); }
};
inline constexpr std::size_t kFitSetsAsked = 1000;
/// Asks what becomes of a document's model with another capacity (downhill::CapacityRun), `with_sets`: over all its training sets, too.
/// Answered by FitCapacity, now and then and at the end.
struct AskFitCapacity {
  std::uint32_t slot = 0, request = 0;
  std::string document;
  std::uint32_t capacity = 0; ///< within fit_capacities()
  bool with_sets = false;
  void fields(auto& a) { a(slot, request, document, capacity, with_sets); }
};
/// Asks to fit the document's model to its one training set (downhill::first_points), and to be told how that goes. Answered by FitRunPiece.
struct AskFitRun {
  std::uint32_t slot = 0, request = 0;
  std::string document;
  std::uint32_t evaluations = 0; ///< stands besides the beginning's, 1 to kFitStandsMost
  std::vector<double> places;    ///< x where it shall predict, also outside the interval; at most kFitPlacesMost
  void fields(auto& a) { a(slot, request, document, evaluations, places); }
};
inline constexpr std::uint32_t kFitStandsMost = 1000;
inline constexpr std::size_t kFitPlacesMost = 2000, kFitUnitsMost = 256;
/// Nobody waits for the fits in this slot any more.
struct DropFits {
  std::uint32_t slot = 0;
  void fields(auto& a) { a(slot); }
};

// ---- trainer → app ----

/// What the page knows of a user's own file, which only trainers hold.
struct OwnFacts {
  std::string hash;                ///< 16 hex digits: data.file of the documents that use it
  std::vector<std::int64_t> shape; ///< {height, width} of its pictures, or {columns} of its table
  std::uint32_t features = 0;
  bool pictures = false;
  std::vector<std::string> classes; ///< their names, by label; empty: the answers are numbers
  std::string answer;               ///< what a table calls them; may be empty
  /// Examples by label; of a regression one number each.
  std::vector<std::uint32_t> train, test, validation;
  std::vector<std::string> columns; ///< what a table calls its features; of pictures, and of a table that is no .downhill-data file, none
  double largest = 0;               ///< of a regression: the largest answer for training, in size
  void fields(auto& a) { a(hash, shape, features, pictures, classes, answer, train, test, validation, columns, largest); }
};
/// The pack was read and verified, or why it could not be. `own`: the pack is a user's own file, and this is in it; none or one.
struct PackOpened {
  std::string pack, error_code;
  std::vector<std::string> error_with;
  std::vector<OwnFacts> own = {};
  void fields(auto& a) { a(pack, error_code, error_with, own); }
};
enum class LaneStatus : std::uint8_t { running, finished, diverged, last = diverged };
/// Where a lane is, with the evaluations and batch losses since the last snapshot. At most 30 a second come from one trainer.
struct Snapshot {
  LaneKey key;
  std::uint32_t turn = 0;
  LaneStatus status = LaneStatus::running;
  std::int64_t step = 0, steps = 0, examples = 0;
  double epoch = 0, seconds = 0, batch_loss = 0;
  std::uint64_t hash = 0; ///< of the weights: when the lane has ended, or rests and was asked to; else 0
  std::vector<Evaluation> evaluations;
  std::vector<Evaluation> here; ///< where the lane rests between two evaluations: its values at this step, outside the curve; one or none
  std::int64_t losses_from = 0; ///< the first of the losses is of step losses_from + 1
  std::vector<float> losses;
  void fields(auto& a) { a(key, turn, status, step, steps, examples, epoch, seconds, batch_loss, hash, evaluations, here, losses_from, losses); }
};
/// A lane could not be started, or goes on no more.
struct LaneProblem {
  LaneKey key;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(key, code, place, with); }
};
/// All of a lane at `step`, now and then, so that it can go on elsewhere should this trainer die. The snapshot of that
/// step went before it.
struct Checkpoint {
  LaneKey key;
  std::int64_t step = 0;
  Bytes bytes;
  void fields(auto& a) { a(key, step, bytes); }
};
struct Images {
  std::uint32_t request = 0, width = 0, height = 0;
  bool train = true;
  std::vector<std::uint32_t> places;
  std::vector<std::uint8_t> pixels, labels, true_labels; ///< labels as training sees them; they differ by label noise
  std::vector<float> targets = {};                       ///< of a regression, whose labels are 0
  void fields(auto& a) { a(request, width, height, train, places, pixels, labels, true_labels, targets); }
};
/// A dense layer: O×I weights, row after row, and O biases.
struct Dense {
  std::uint32_t inputs = 0, outputs = 0;
  std::vector<float> weight, bias;
  void fields(auto& a) { a(inputs, outputs, weight, bias); }
};
struct LookHead {
  std::uint32_t slot = 0;
  LaneKey key;
  std::int64_t step = 0;
  void fields(auto& a) { a(slot, key, step); }
};
/// Values with their range and how they are spread: equal bins over [low, high].
struct Spread {
  double low = 0, high = 0, mean = 0, norm = 0;
  std::vector<std::uint32_t> bins;
  void fields(auto& a) { a(low, high, mean, norm, bins); }
};
/// Incoming weights of some units of the first layer: `shown` rows of `inputs`, and all layers' weights spread.
struct WeightsLook {
  LookHead head;
  std::uint32_t units = 0, from = 0, shown = 0, inputs = 0;
  std::vector<float> weights;
  std::vector<Spread> layers;
  void fields(auto& a) { a(head, units, from, shown, inputs, weights, layers); }
};
/// What the lane says of the whole test part, in order.
struct PredictionsLook {
  LookHead head;
  std::uint32_t classes = 0;
  std::vector<std::uint8_t> labels, predicted;
  std::vector<float> losses, probabilities; ///< one a test example; `classes` a test example
  void fields(auto& a) { a(head, classes, labels, predicted, losses, probabilities); }
};
/// A layer's outputs over test examples, and its gradient in the step that comes next. The last layer has the norms only.
struct UnitsRow {
  std::uint32_t units = 0;
  double mean_in = 0, mean = 0, deviation = 0, zero_share = 0, dead_share = 0, saturated_share = 0, low = 0, high = 0;
  std::vector<std::uint32_t> bins;
  double gradient_norm = 0, update_norm = 0, weight_norm = 0;
  void fields(auto& a) {
    a(units, mean_in, mean, deviation, zero_share, dead_share, saturated_share, low, high, bins, gradient_norm, update_norm, weight_norm);
  }
};
struct UnitsLook {
  LookHead head;
  std::uint32_t examples = 0, of = 0; ///< the first of the test part, all of them unless the network is large
  std::vector<UnitsRow> layers;
  void fields(auto& a) { a(head, examples, of, layers); }
};
/// One quantity of the step that comes next: first-layer values of the units asked for as images, all values as a spread.
struct OptimizerPlane {
  std::string id; ///< gradient, PyTorch's name of a state, rate (log10 of effective rate / lr), update
  std::vector<float> values;
  Spread spread;
  void fields(auto& a) { a(id, values, spread); }
};
struct OptimizerLook {
  LookHead head;
  std::uint32_t units = 0, from = 0, shown = 0, inputs = 0;
  double lr = 0;
  std::vector<OptimizerPlane> planes;
  void fields(auto& a) { a(head, units, from, shown, inputs, lr, planes); }
};
struct MaskLayer {
  std::uint32_t units = 0;
  double p = 0;
  std::vector<std::uint8_t> kept; ///< rows of the batch × units, 1 or 0; empty without dropout
  void fields(auto& a) { a(units, p, kept); }
};
/// The batch of the step that comes next: places in the training part (the first kBatchShown), and the masks that it meets.
struct BatchLook {
  LookHead head;
  std::uint32_t size = 0;
  std::vector<std::uint32_t> places;
  std::vector<MaskLayer> masks;
  void fields(auto& a) { a(head, size, places, masks); }
};
inline constexpr std::size_t kBatchShown = 64;
/// What the lane says of the pixels that came with the question.
struct OwnLook {
  LookHead head;
  std::vector<float> probabilities;
  void fields(auto& a) { a(head, probabilities); }
};
/// Two features: the probability of each class over side × side places of the plane, row after row from the top left, place after
/// place, and the training points (at most kPointsShown). And what all layers but their activations make together: the
/// last layer's z as weight·x + bias, exactly the network's where every activation is the identity.
struct BoundaryLook {
  LookHead head;
  std::uint32_t side = 0, classes = 0;
  Extent view;                              ///< of generated data a square about the origin, of a user's own what its training points take up
  std::vector<float> probabilities, points; ///< side × side × classes; x and y by turns
  std::vector<std::uint8_t> labels;
  std::vector<Dense> layers;
  Dense product;
  void fields(auto& a) { a(head, side, classes, view, probabilities, points, labels, layers, product); }
  /// The middle of a column, of a row.
  double x_of(std::size_t column) const { return view.x_least + view.width() * (static_cast<double>(column) + 0.5) / side; }
  double y_of(std::size_t row) const { return view.y_most - view.height() * (static_cast<double>(row) + 0.5) / side; }
};
/// Points of so many classes are told apart by colour and form.
inline constexpr std::size_t kPlaneClassesMost = 5;
inline constexpr std::size_t kPointsShown = 400;
/// A regression over [low, high]: at x, ascending, what the network gives and the target without noise; and the training points
/// (at most kPointsShown), x and target by turns.
struct FittedLook {
  LookHead head;
  double low = 0, high = 0;
  std::vector<float> x, given, target, points;
  void fields(auto& a) { a(head, low, high, x, given, target, points); }
};
/// One test example through networks that differ by their dropout masks (those of the epoch's first places), and through the
/// whole one in eval mode; and what the hidden units hand on: in eval mode, and on average over the masks.
struct EnsembleLook {
  LookHead head;
  std::uint32_t place = 0, count = 0, classes = 0;
  std::uint8_t label = 0;
  std::vector<float> probabilities;                       ///< count × classes
  std::vector<float> eval;                                ///< classes
  std::vector<std::vector<float>> eval_units, mean_units; ///< of each hidden layer
  void fields(auto& a) { a(head, place, count, classes, label, probabilities, eval, eval_units, mean_units); }
};
/// The first example of the step that comes next, through the hidden layers with its masks: f(z), what is handed on, and
/// f(z) in eval mode.
struct TraceLayer {
  double p = 0;
  std::vector<float> y, given, eval;
  void fields(auto& a) { a(p, y, given, eval); }
};
struct TraceLook {
  LookHead head;
  std::uint32_t place = 0;
  std::vector<TraceLayer> layers;
  void fields(auto& a) { a(head, place, layers); }
};
/// A layer's numbers for one example: z and δ = ∂L/∂z a unit, and what the units hand on (of crelu twice as many). Its weights' gradient is
/// δ times what it was given.
struct PassesLayer {
  std::vector<float> z, a, delta;
  double gradient_rms = 0, gradient_most = 0; ///< of ∂L/∂W
  void fields(auto& f) { f(z, a, delta, gradient_rms, gradient_most); }
};
/// downhill::Path.
struct PassesPath {
  std::vector<std::uint32_t> places;
  std::vector<double> factors;
  double product = 0;
  void fields(auto& a) { a(places, factors, product); }
};
struct PassesLook {
  LookHead head;
  std::uint32_t examples = 0, place = 0, units = 0, unit = 0; ///< of the training part and which; of the first layer and which
  std::int64_t input = -1;                                    ///< that paths end at; −1: any
  std::uint32_t label = 0;                                    ///< as training sees it; 0 where numbers are learned
  double target = 0;                                          ///< where numbers are learned
  double loss = 0;
  std::vector<float> probabilities;            ///< of the classes; none where numbers are learned
  std::vector<float> x, d_x, weight, d_weight; ///< I each: the input, ∂L/∂x, the unit's weights and their gradient
  std::vector<PassesLayer> layers;
  std::vector<PassesPath> paths; ///< the largest, at most kPathsShown
  double path_count = 0, path_size = 0;
  void fields(auto& a) {
    a(head, examples, place, units, unit, input, label, target, loss, probabilities, x, d_x, weight, d_weight, layers, paths, path_count, path_size);
  }
};
inline constexpr std::size_t kPathsShown = 8;
struct CourseLook {
  LookHead head;
  downhill::Course course;
  void fields(auto& a) { a(head, course); }
};
/// How far a long answer is. Not more often than snapshots.
struct LookProgress {
  LookHead head;
  std::uint32_t done = 0, all = 0;
  void fields(auto& a) { a(head, done, all); }
};
/// There is no memory for a look; the lane goes on.
struct LookProblem {
  LookHead head;
  void fields(auto& a) { a(head); }
};
/// An axis as MapAxis has it.
struct MapSide {
  std::string name;
  double least = 0, most = 0;
  MapAxis::Scale scale = MapAxis::Scale::linear;
  void fields(auto& a) { a(name, least, most, scale); }
};
/// What the cells of a map mean. `up` has no name and there is one row where the rule has no second parameter.
struct MapBegun {
  std::uint32_t slot = 0, request = 0, columns = 0, rows = 0;
  MapSide across, up;
  std::vector<Place> minima;
  void fields(auto& a) { a(slot, request, columns, rows, across, up, minima); }
};
/// Cells of a map in their order (downhill::MapCells), from number `from`: coarse first. At most 30 pieces
/// a second come of a map, but for the first picture, which comes at once.
struct MapPiece {
  std::uint32_t slot = 0, request = 0, from = 0;
  std::vector<std::uint8_t> ends;   ///< number of the minimum, or one of those below
  std::vector<std::uint32_t> steps; ///< to the minimum; 0 where there is none
  std::vector<float> f;             ///< the height where the walk ends
  static constexpr std::uint8_t kNowhere = 254, kDiverged = 255;
  void fields(auto& a) { a(slot, request, from, ends, steps, f); }
};
static_assert(MinimaSearch::kMost <= MapPiece::kNowhere);
/// The map can't be made: its document is refused, or there is no memory.
struct MapProblem {
  std::uint32_t slot = 0, request = 0;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(slot, request, code, place, with); }
};
/// The points of a surface; none, and why, where they can't be had: the document is refused, there are no images or no memory.
struct Points {
  std::uint32_t request = 0;
  std::vector<float> numbers; ///< x, y and t, point after point
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(request, numbers, code, place, with); }
};
/// Where the courses lie by the plane, and what its cells mean: crossings of columns and rows from one edge of the view to the other.
/// Beside it how random walks of as many points would look (downhill::RandomWalks).
struct PlaneBegun {
  std::uint32_t slot = 0, request = 0, columns = 0, rows = 0;
  Extent view;
  double first_share = 0, second_share = 0;
  std::int64_t examples = 0; ///< that the loss is of
  std::vector<std::vector<PlanePlace>> places;
  double walks_first_share = 0, walks_second_share = 0;
  std::vector<std::vector<Place>> walks;
  void fields(auto& a) { a(slot, request, columns, rows, view, first_share, second_share, examples, places, walks_first_share, walks_second_share, walks); }
};
/// Losses of cells in their order (downhill::CoarseFirst), from number `from`, and of the courses' points, one course after the other,
/// from number `points_from`. At most 30 pieces a second, but for the first picture, which comes at once.
struct PlanePiece {
  std::uint32_t slot = 0, request = 0, from = 0, points_from = 0;
  std::vector<float> losses, point_losses;
  double share = 0; ///< of the cells' work, 0 to 1
  void fields(auto& a) { a(slot, request, from, points_from, losses, point_losses, share); }
};
/// The plane can't be made.
struct PlaneProblem {
  std::uint32_t slot = 0, request = 0;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(slot, request, code, place, with); }
};
/// How a painted unit does: of training and test images how many, and how many it gets right; those that it gets most wrong, at most
/// kWorst of each part, training images first; how Σ weight·pixel of the training images of each class is spread, in kBins equal bins
/// over [low, high], those for which it shall stay silent first; the threshold that would get most of them right; as paintings (signed
/// bytes) both classes' means and what the second has more than the first. Nothing but a code, and why, where that can't be had.
struct NeuronScore {
  std::uint32_t request = 0;
  std::vector<std::uint32_t> right, counts;
  std::vector<std::uint8_t> worst_train, worst_labels; ///< 1 of training images; 1 where it shall fire
  std::vector<float> worst_z;
  std::vector<std::uint8_t> worst_pixels;
  double low = 0, high = 0, best_threshold = 0;
  std::vector<std::uint32_t> bins;
  std::vector<std::uint8_t> means;
  std::string code, place;
  std::vector<std::string> with;
  static constexpr std::size_t kWorst = 12, kBins = 48;
  void fields(auto& a) {
    a(request, right, counts, worst_train, worst_labels, worst_z, worst_pixels, low, high, best_threshold, bins, means, code, place, with);
  }
};
/// Pictures of 28×28 bytes, or examples of a user's own file, one after the other; example i is of the class in place i mod C of those that
/// were asked for. None, and why, where they can't be had.
struct DrawnPart {
  std::vector<std::uint8_t> pixels;
  std::vector<float> values, targets; ///< of a table's rows, instead of pixels; of answers that are numbers
  void fields(auto& a) { a(pixels, values, targets); }
};
struct DrawnPictures {
  std::uint32_t request = 0;
  DrawnPart train, test, validation;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(request, train, test, validation, code, place, with); }
};
/// What a unit that is taught has come to, from step `from` on: the training images' loss, how many images of each part it gets right,
/// and its weights as they stand. With the last piece comes the hash of all of it. At most 30 a second.
struct LearningPiece {
  std::uint32_t slot = 0, request = 0, from = 0;
  std::vector<float> losses;
  std::vector<std::uint32_t> right_train, right_test;
  std::vector<float> weights;
  double bias = 0;
  std::uint64_t hash = 0;
  void fields(auto& a) { a(slot, request, from, losses, right_train, right_test, weights, bias, hash); }
};
/// It can't be taught.
struct LearningProblem {
  std::uint32_t slot = 0, request = 0;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(slot, request, code, place, with); }
};
/// Fits that are done since the last piece, in the order in which they were asked for. At most 30 a second, but for the first, which comes
/// at once.
struct FitPiece {
  std::uint32_t slot = 0, request = 0;
  std::vector<SetFit> fits;
  void fields(auto& a) { a(slot, request, fits); }
};
/// What becomes of one capacity, and how far that is, 0 to 1; at 1 the numbers are known.
struct FitCapacity {
  std::uint32_t slot = 0, request = 0;
  double progress = 0;
  CapacityFit fit;
  void fields(auto& a) { a(slot, request, progress, fit); }
};
/// The fit to the one training set as it stands: stands from number `from` on; ŷ at the places that were asked for; of a network with one
/// hidden layer what units add to it there, unit after unit (at most kFitUnitsMost of its `unit_count`, those that add most), what the
/// others add together (empty: there are none), and the output's bias. At most 30 a second.
struct FitRunPiece {
  std::uint32_t slot = 0, request = 0, from = 0;
  std::vector<FitStand> stands;
  double progress = 0; ///< 0 to 1; at 1 it has ended
  bool diverged = false;
  std::vector<double> predictions;
  std::vector<float> units;
  std::uint32_t unit_count = 0;
  std::vector<double> others;
  double bias = 0;
  void fields(auto& a) { a(slot, request, from, stands, progress, diverged, predictions, units, unit_count, others, bias); }
};
/// They can't be made.
struct FitProblem {
  std::uint32_t slot = 0, request = 0;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(slot, request, code, place, with); }
};
/// A lane's weights as a file.
struct Weights {
  LaneKey key;
  std::vector<std::uint8_t> file;
  void fields(auto& a) { a(key, file); }
};
struct BenchReport {
  std::vector<std::string> lines;
  void fields(auto& a) { a(lines); }
};

using ToTrainer = std::variant<StartLane, Grant, Seek, DropLane, AskImages, AskLook, DropLook, AskWeights, AskBench, AskMap, DropMap, AskPlane, DropPlane,
                               AskPoints, AskNeuron, AskLearning, DropLearning, AskFits, AskFitCapacity, AskFitRun, DropFits, AskDrawn>;
using ToApp = std::variant<PackOpened, Snapshot, LaneProblem, Checkpoint, Images, WeightsLook, PredictionsLook, UnitsLook, OptimizerLook, BatchLook, OwnLook,
                           BoundaryLook, FittedLook, EnsembleLook, TraceLook, PassesLook, CourseLook, LookProgress, LookProblem, Weights, BenchReport, MapBegun,
                           MapPiece, MapProblem, PlaneBegun, PlanePiece, PlaneProblem, Points, NeuronScore, LearningPiece, LearningProblem, FitPiece,
                           FitCapacity, FitRunPiece, FitProblem, DrawnPictures>;

/// The message's place in its variant, then its fields.
template <class Variant> Bytes encode(const Variant& message) {
  Writer writer;
  writer(message);
  return writer.take();
}

/// Nothing, if the bytes are not exactly one message of the variant.
template <class Variant> std::optional<Variant> decode(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  Variant message;
  reader(message);
  if (!reader.good() || !reader.at_end()) return std::nullopt;
  return message;
}

} // namespace downhill::protocol
