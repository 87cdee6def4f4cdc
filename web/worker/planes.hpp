// Planes through the ways of lanes, in slices: engine/inspect/plane put into messages.
#pragma once
#include "core/user_error.hpp"
#include "trainer/trainer.hpp"
#include "worker/job.hpp"

#include <memory>

namespace downhill {

/// What was asked for, as a job, or why it can't be done. Errors: out_of_range (columns, rows, aspect, examples, courses, corners).
Result<std::unique_ptr<Job>> plane_job(const protocol::AskPlane& ask, const LaneSettings& settings, std::shared_ptr<const Subset> data);

} // namespace downhill
