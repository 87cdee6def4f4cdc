// The document of the lab Surface: a surface, and lanes that walk down it.
#pragma once
#include "document/document.hpp"
#include "surfaces/walk.hpp"

namespace downhill {

struct SurfaceLane : DocumentLane {
  WalkSettings settings;
};

struct SurfaceDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< the base with every field
  SurfaceSettings surface;
  std::vector<SurfaceLane> lanes;

  /// The whole document as JSON that surface_document_from_json takes back unchanged.
  Json json() const;
};

inline constexpr double kPointsMost = 1000, kPlaceMost = 1e6, kStepsMost = 10000;

/// Its fields, and what they ask of each other. /surface names a row of surfaces() with its parameters; besides `formula` takes
/// the formula's text, data surfaces take `points` ([[x, t], …], of `logistic` [[x, y, t], …], instead of what they are drawn by) and
/// `loss`; `logistic` takes `along`, two of directions(), and is without points when it has been read (needs_images).
extern const DocumentFormat kSurfaceFormat;

/// The value of /surface with its points written out instead of what they are drawn by.
Json with_points(const Json& surface, std::span<const Point> points);

/// Errors: those of document_from_json and of Formula::read, points_or_drawn, batch_needs_points, batch_above_train.
Result<SurfaceDocument> surface_document_from_json(const Json& json);

} // namespace downhill
