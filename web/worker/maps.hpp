// What the lab Surface asks of a worker. Maps of many walks, in slices: engine/surfaces/map put into messages. Points of images.
#pragma once
#include "data/source.hpp"
#include "worker/job.hpp"

#include <memory>

namespace downhill {

/// What was asked for, as a job, or why it can't be done. Errors: out_of_range (columns, rows, view), those of read_json and of
/// surface_document_from_json, json_too_large.
Result<std::unique_ptr<Job>> map_job(const protocol::AskMap& ask);

/// The points of the surface that is asked for, drawn from `source` (null: there are no data) where the document does not give them.
/// Some tens of milliseconds. Errors: those of read_json, of surface_document_from_json and of image_points, json_too_large.
Result<std::vector<Point>> points_asked(const protocol::AskPoints& ask, const std::shared_ptr<const Source>& source);

} // namespace downhill
