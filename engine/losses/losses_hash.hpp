// One number that names all numbers of the part of a document that is shown: the command line prints it, the page shows it, tests pin it.
#pragma once
#include "core/hash.hpp"
#include "losses/losses_document.hpp"

namespace downhill {

/// Of every bit of what losses_csv writes in nine digits.
std::uint64_t losses_hash(const LossesDocument& document);

} // namespace downhill
