// Maps of many walks, in slices: engine/surfaces/map put into messages.
#pragma once
#include "core/user_error.hpp"
#include "worker/job.hpp"

#include <memory>

namespace downhill {

/// What was asked for, as a job, or why it can't be done. Errors: out_of_range (columns, rows, view), those of read_json and of
/// surface_document_from_json, json_too_large.
Result<std::unique_ptr<Job>> map_job(const protocol::AskMap& ask);

} // namespace downhill
