// A named choice with parameters (an activation, an optimizer, an initialiser): what each table says
// about its parameters, and the values one run was given.
#pragma once
#include <array>
#include <cassert>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

/// One parameter of a table entry, by PyTorch's name. `least` and `most` are allowed themselves.
struct ParameterSpec {
  std::string_view name;
  double standard; ///< PyTorch's default, where it has one
  double least;
  double most;
  bool whole = false; ///< whole numbers only
};

/// Values in the order of the entry's `parameters`.
using ParameterValues = std::vector<double>;

/// A name out of a table with its parameters' values.
struct Choice {
  std::string name;
  ParameterValues values;
  void fields(auto& a) { a(name, values); }
};

/// A table's entry by its id, or null.
template <class Entry> const Entry* find_entry(const std::vector<Entry>& table, std::string_view id) {
  for (const Entry& entry : table)
    if (entry.id == id) return &entry;
  return nullptr;
}

/// The entry that must be there, since validation has passed.
template <class Entry> const Entry& entry_of(const std::vector<Entry>& table, std::string_view id) {
  const Entry* entry = find_entry(table, id);
  assert(entry && "names are checked when the experiment is read");
  return *entry;
}

template <class Entry> ParameterValues standard_values(const Entry& entry) {
  ParameterValues values;
  for (const ParameterSpec& spec : entry.parameters) values.push_back(spec.standard);
  return values;
}

} // namespace downhill
