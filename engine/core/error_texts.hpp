// Sentences of a library that not every program has.
#pragma once
#include "core/user_error.hpp"

#include <span>

namespace downhill {

/// From here on UserError knows these, too; they must last as long as the program.
void add_error_texts(std::span<const ErrorText> texts);

} // namespace downhill
