// What the lab Fit asks of a worker: fits to many training sets, what becomes of a capacity, the course of one fit. All in slices:
// engine/fit put into messages.
#pragma once
#include "worker/job.hpp"

#include <memory>

namespace downhill {

/// What was asked for, as a job, or why it can't be done. Errors: those of read_json and of fit_document_from_json, json_too_large,
/// out_of_range (sets, capacity, evaluations, places).
Result<std::unique_ptr<Job>> fit_job(const protocol::AskFits& ask);
Result<std::unique_ptr<Job>> fit_job(const protocol::AskFitCapacity& ask);
Result<std::unique_ptr<Job>> fit_job(const protocol::AskFitRun& ask);

} // namespace downhill
