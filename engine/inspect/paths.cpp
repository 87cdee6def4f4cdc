#include "inspect/paths.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

// A path as far as it has come, in the list of where it stands: where it came from is an entry of another list.
struct Reach {
  double product;
  std::uint32_t place;      // of its layer: what a unit hands on, or the input
  std::uint32_t next, rank; // the unit of the layer before on the way back, and which of that one's paths
};

// The largest few that were offered; of equals the first.
class Largest {
public:
  explicit Largest(std::size_t most) : most_(most) {}
  /// False: none as small as this one can get in.
  bool offer(const Reach& reach) {
    const double size = std::fabs(reach.product);
    if (!(size > (kept_.size() < most_ ? 0.0 : std::fabs(kept_.back().product))) || !std::isfinite(size)) return false;
    if (kept_.size() == most_) kept_.pop_back();
    kept_.insert(std::find_if(kept_.begin(), kept_.end(), [&](const Reach& r) { return std::fabs(r.product) < size; }), reach);
    return true;
  }
  const std::vector<Reach>& kept() const { return kept_; }

private:
  std::size_t most_;
  std::vector<Reach> kept_;
};

double at(const Matrix& weight, std::uint32_t row, std::uint32_t column) {
  return static_cast<double>(weight(static_cast<Index>(row), static_cast<Index>(column)));
}

// The paths from the loss to the z of one unit.
struct Node {
  Largest largest;
  double count = 0, size = 0;
};

/// f′ of what each unit hands on by its z, times its mask.
Vector slopes_of(const LayerTrace& t, const ActivationEntry& f, const ParameterValues& values) {
  Vector slopes(t.y.size());
  const std::size_t units = t.z.size();
  for (std::size_t half = 0; half * units < t.y.size(); ++half) { // the halves of crelu one by one: its backward adds them up
    Vector d_y(t.y.size(), 0.0F), d_z(units);
    std::fill_n(d_y.begin() + static_cast<std::ptrdiff_t>(half * units), units, 1.0F);
    f.backward(f.from_input ? t.z : t.y, d_y, d_z, values);
    std::copy(d_z.begin(), d_z.end(), slopes.begin() + static_cast<std::ptrdiff_t>(half * units));
  }
  for (std::size_t i = 0; i < t.mask.size(); ++i) slopes[i] *= t.mask[i];
  return slopes;
}

// All that has come to `from` goes on to `place` of the layer before, over a weight, and over a slope (1: none).
void go_on(const Node& from, std::uint32_t next, std::uint32_t place, double weight, double slope, Node& to) {
  if (weight == 0 || slope == 0) return;
  to.count += from.count;
  to.size += from.size * std::fabs(weight * slope);
  const auto& paths = from.largest.kept();
  for (std::uint32_t rank = 0; rank < paths.size(); ++rank) {
    const Reach reach{paths[rank].product * weight * slope, place, next, rank};
    if (!std::isfinite(reach.product)) continue; // too large; smaller ones may be numbers
    if (!to.largest.offer(reach)) break;         // the others are smaller still
  }
}

} // namespace

Paths largest_paths(const Trace& trace, const Network& network, std::size_t count, std::optional<std::uint32_t> input) {
  const std::size_t layers = trace.layers.size();
  std::vector<std::vector<Node>> nodes(layers);
  std::vector<Vector> slopes(layers);
  if (count == 0) return {};
  const Vector& delta = trace.layers.back().d_z;
  for (std::uint32_t k = 0; k < delta.size(); ++k) {
    Node node{Largest(count)};
    if (const auto d = static_cast<double>(delta[k]); node.largest.offer({d, k, 0, 0})) node.count = 1, node.size = std::fabs(d);
    nodes[layers - 1].push_back(std::move(node));
  }
  for (std::size_t l = layers - 1; l-- > 0;) {
    const LayerTrace& t = trace.layers[l];
    const Matrix& weight = trace.layers[l + 1].weight;
    slopes[l] = slopes_of(t, *network.shape(static_cast<Index>(l)).activation, network.activation_values(static_cast<Index>(l)));
    nodes[l].assign(t.z.size(), Node{Largest(count)});
    for (std::uint32_t k = 0; k < nodes[l + 1].size(); ++k)
      for (std::uint32_t g = 0; g < slopes[l].size(); ++g)
        go_on(nodes[l + 1][k], k, g, at(weight, k, g), static_cast<double>(slopes[l][g]), nodes[l][g % t.z.size()]);
  }
  const Matrix& weight = trace.layers.front().weight;
  Node all{Largest(count)};
  const std::uint32_t from = input.value_or(0), to = input ? *input + 1 : static_cast<std::uint32_t>(weight.cols());
  for (std::uint32_t o = 0; o < nodes[0].size(); ++o)
    for (std::uint32_t i = from; i < std::min(to, static_cast<std::uint32_t>(weight.cols())); ++i) go_on(nodes[0][o], o, i, at(weight, o, i), 1, all);

  Paths out{{}, all.count, all.size};
  for (const Reach& end : all.largest.kept()) {
    Path path{{end.place}, {at(weight, end.next, end.place)}, end.product};
    Reach reach = end;
    for (std::size_t l = 0; l < layers; ++l) { // from the input to the loss
      reach = nodes[l][reach.next].largest.kept()[reach.rank];
      path.places.push_back(reach.place);
      if (l + 1 == layers) {
        path.factors.push_back(reach.product);
        break;
      }
      path.factors.push_back(static_cast<double>(slopes[l][reach.place]));
      path.factors.push_back(at(trace.layers[l + 1].weight, reach.next, reach.place));
    }
    std::reverse(path.places.begin(), path.places.end());
    std::reverse(path.factors.begin(), path.factors.end());
    out.largest.push_back(std::move(path));
  }
  return out;
}

} // namespace downhill
