// All labs, in the book's order: the rows of assets/labs.json, each with its room.
#pragma once
#include "app/labs/lab.hpp"

namespace downhill {

std::span<const LabRow> labs();
/// The one that the page opens with.
const LabRow& first_lab();
/// Null: there is none of that id.
const LabRow* lab_of(std::string_view id);

} // namespace downhill
