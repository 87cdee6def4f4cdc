// What is told of a user's own files. Apart from core/user_error.cpp, which the page's first modules hold.
#pragma once
#include "core/error_texts.hpp"

namespace downhill {

std::span<const ErrorText> own_sentences();

/// Whoever includes this has them known before main.
inline const bool kOwnSentencesKnown = (add_error_texts(own_sentences()), true);

} // namespace downhill
