// What happened, in plain words: rules over a race's results, each true whenever it speaks, with the setting that mends it.
#pragma once
#include "app/core/race.hpp"

namespace downhill {

struct Explanation {
  std::string rule;  ///< "diverged", "overfitting", …
  std::string text;  ///< a sentence or two in the reader's language
  std::string field; ///< id of the setting that mends it; may be empty
};

/// What there is to say, most important first.
std::vector<Explanation> explain(const Race& race, Language language);

/// A lane's name as the page shows it.
std::string lane_name(const Lane& lane, Language language);

/// Places of the lanes by result: accuracy, then loss; those that have none or diverged come last.
std::vector<std::size_t> ranking(const Race& race);

} // namespace downhill
