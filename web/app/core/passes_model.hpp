// What the view of a pass decides: which example, neuron and pixel are looked at, which path is opened, and what its numbers come to.
// The view draws from it and reports presses.
#pragma once
#include "core/user_error.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace downhill {

/// How large a layer's numbers are.
struct Sizes {
  double rms = 0, most = 0; ///< root mean square; the largest absolute value
  std::size_t zeros = 0;    ///< that are exactly 0
  std::size_t place = 0;    ///< of the largest
};
Sizes sizes_of(std::span<const float> values);

/// A path's product multiplied out: "−0.912 · 0.21 · 1 · 0.087 = −0.0167". The numbers have three digits, or as many more as it takes for their
/// product, as they are written, to be the result in its three.
std::string product_text(const protocol::PassesPath& path);
/// The same in letters: "δ · w · f′ · w".
std::string product_symbols(const protocol::PassesPath& path);
/// Whether the loss, every δ and the sum of all paths are numbers: else the paths that there are do not tell what there is.
bool is_finite(const protocol::PassesLook& look);

/// The question holds numbers that there may be none of in a lane: its answer says what became of them.
class PassesModel {
public:
  const protocol::ask::Passes& question() const { return question_; }
  /// The example that is asked for, of those that there are.
  std::uint32_t place(const protocol::PassesLook& look) const { return std::min(question_.place, std::max(1U, look.examples) - 1); }
  /// By so many examples; from either end to the other.
  void turn(std::int64_t by, const protocol::PassesLook& look);
  /// Closes the path: it goes through another one.
  void choose_unit(std::uint32_t unit) { question_.unit = unit, open_.clear(); }
  /// Where paths end; the one where they end already: anywhere.
  void choose_input(std::uint32_t input, const protocol::PassesLook& look);
  /// To be called with every answer: an input that its data have not is not asked for any more.
  void fit(const protocol::PassesLook& look);
  /// Opens it, and looks at the neuron that it goes through in the first layer; or closes it.
  void press_path(std::size_t path, const protocol::PassesLook& look);
  /// Where among the paths of an answer the one is that was opened; none: it is not among them.
  std::optional<std::size_t> open(const protocol::PassesLook& look) const;
  /// Of "view.example", "view.unit", "view.input", counted from 1 (an input 0, or none: anywhere).
  std::optional<UserError> type(std::string_view id, const std::string& text, const protocol::PassesLook& look);

private:
  protocol::ask::Passes question_;
  std::vector<std::uint32_t> open_; // its places, since answers have paths in an order of their own; empty: none
};

/// layer,unit,z,a,delta; then the inputs with the chosen unit's weights, and the paths.
std::string passes_csv(const protocol::PassesLook& look);

} // namespace downhill
