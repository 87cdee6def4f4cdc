// How each number of a pass comes of others: what quantity, workings and mistakes share.
#pragma once
#include "backprop/quantity.hpp"

#include <functional>

namespace downhill {

struct QuantityPlace {
  std::size_t example = 0, layer = 0, unit = 0, index = 0;
};
/// With those places that the kind goes by.
Quantity quantity_at(QuantityKind kind, const QuantityPlace& place);

/// A name as name_of() writes it, of whatever network; places up to 255. None: it is malformed.
std::optional<Quantity> quantity_spelled(std::string_view name);
bool in_network(const Quantity& quantity, const BackpropSettings& settings);

/// What stands at one input of the unit that `of` belongs to: x, or a of the layer before.
Quantity input_of(const Quantity& of, std::size_t index);
/// What it is the sum of, in order, bias and factors aside; empty: it is no sum.
std::vector<Quantity> addends_of(const BackpropSettings& settings, const Quantity& quantity);

using NumberOf = std::function<double(const Quantity&)>;
/// One number from those that it hangs on, asked of `of`; given ones from the settings. In the order of sums of passes.hpp.
double worked_out(const BackpropSettings& settings, const Quantity& quantity, const NumberOf& of);
/// A weight or bias after the rule's first update.
double moved_once(const Choice& optimizer, double number, double gradient);

/// The given ones, then what backprop_steps() has with what it leaves out.
std::vector<Quantity> every_number(const BackpropSettings& settings);

} // namespace downhill
