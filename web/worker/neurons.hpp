// What the lab Neuron asks of a worker: how a painted unit does on its images, at once; and to teach it, in slices.
#pragma once
#include "data/source.hpp"
#include "worker/job.hpp"

#include <memory>

namespace downhill {

/// Some milliseconds. Errors: those of read_json, of neuron_document_from_json and of two_classes, json_too_large.
Result<protocol::NeuronScore> neuron_score(const protocol::AskNeuron& ask, const std::shared_ptr<const Source>& source);

/// Errors: the same.
Result<std::unique_ptr<Job>> learning_job(const protocol::AskLearning& ask, const std::shared_ptr<const Source>& source);

} // namespace downhill
