// Answers to what views ask of a lane: engine/inspect put into messages.
#pragma once
#include "protocol/messages.hpp"
#include "trainer/trainer.hpp"

#include <optional>

namespace downhill {

/// Memory that an answer takes on the way, about, in bytes.
std::size_t memory_for(const Trainer& trainer, const protocol::AskLook& ask);
/// Nothing where the run has no such thing: no predictions for regression, no next step after the last.
std::optional<protocol::ToApp> look(const Trainer& trainer, const protocol::AskLook& ask);

} // namespace downhill
