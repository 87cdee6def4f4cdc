// All views, in the order of their tabs: a view is its file and its name here, twice.
#pragma once
#include "app/views/view.hpp"

#include <span>

namespace downhill {

extern const ViewRow kSamplesView, kWeightsView, kConfusionView, kPredictionsView, kUnitsView, kOptimizerView, kMasksView, kDrawView, kBoundaryView,
    kFittedView, kAboveView, kPassesView, kDiagnosisView, kSweepView, kDrawsView, kDifferencesView;

inline std::span<const ViewRow* const> views() {
  static constexpr const ViewRow* kTable[] = {&kSamplesView,   &kWeightsView, &kConfusionView, &kPredictionsView, &kUnitsView, &kOptimizerView,
                                              &kMasksView,     &kDrawView,    &kBoundaryView,  &kFittedView,      &kAboveView, &kPassesView,
                                              &kDiagnosisView, &kSweepView,   &kDrawsView,     &kDifferencesView};
  return kTable;
}

/// Null: there is none of that id.
const ViewRow* view_of(std::string_view id);

} // namespace downhill
