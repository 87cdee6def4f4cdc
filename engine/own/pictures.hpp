// Pictures of a folder or a zip, file by file, to data with a class or a number each. A job without threads or files: whoever drives it reads
// the files, shows how far it is, and may stop at any of them.
#pragma once
#include "own/choice.hpp"
#include "own/deal.hpp"
#include "own/paths.hpp"
#include "own/picture.hpp"

#include <map>
#include <set>

namespace downhill {

class OwnPictures {
public:
  explicit OwnPictures(const SquareLook& look) : look_(look) {}

  /// Whether this file's content is of use; told where it is not and nobody would expect that. Of the files it wants, each is given to add().
  bool wants(std::string_view name, std::uint64_t size);
  /// One file's content. A broken picture is told and left out; a table is kept for finish().
  void add(std::string_view name, std::span<const std::uint8_t> bytes);
  /// A file that could not be read at all.
  void skip(std::string_view name, UserError why);

  std::size_t pictures() const { return paths_.size(); }
  /// The square of the picture that was added last.
  std::span<const std::uint8_t> last_square() const { return std::span(pixels_).last(paths_.empty() ? 0 : area()); }
  const Told& told() const { return told_; }

  /// Answers are a table's (.csv, .tsv) where one of its columns names at least half of its rows' pictures, by path, file name, or file name without
  /// ending. Otherwise the class is the first folder below those that all pictures share; where those folders are called train and test
  /// (validation), they are the parts, and the class is the folder within. Pictures are taken in the order of their paths' bytes, so that it does
  /// not matter in which they came. Errors: own_no_pictures, own_no_column, and deal()'s.
  Result<OwnData> finish(const OwnChoice& choice, const OwnSplit& split);

private:
  struct Chosen { // pictures that have answers, by their place in paths_
    std::vector<std::uint32_t> pictures;
    OwnAnswers answers;
    std::string column;
  };
  struct Table {
    std::string name;
    TableText text;
  };
  std::size_t area() const { return static_cast<std::size_t>(look_.side) * static_cast<std::size_t>(look_.side); }
  std::vector<std::uint32_t> in_order() const;
  Chosen by_folder(const std::vector<std::uint32_t>& order);
  std::optional<std::size_t> column_of_names(const Table& table, const std::map<std::string, std::int64_t>& by_name) const;
  Result<Chosen> by_table(const std::vector<std::uint32_t>& order, const Table& table, std::size_t names, const std::map<std::string, std::int64_t>& by_name,
                          const OwnChoice& choice);

  SquareLook look_;
  std::vector<OwnPath> paths_;
  std::vector<std::uint8_t> pixels_;
  std::set<std::string> seen_;
  std::vector<Table> tables_;
  std::uint64_t system_files_ = 0;
  bool full_ = false;
  Told told_;
};

} // namespace downhill
