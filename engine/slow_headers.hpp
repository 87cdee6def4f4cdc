// What takes compilers longest to read, read once for all files of a library (target_precompile_headers). Every file still
// includes what it uses: the build by GCC goes without.
#pragma once
#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>
