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

inline constexpr std::size_t kPictureTablesMost = 100;           ///< tables beside pictures
inline constexpr std::size_t kPictureTableBytesMost = 32U << 20; ///< of all of them together

class OwnPictures {
public:
  explicit OwnPictures(const SquareLook& look) : look_(look) {}

  /// What comes now is of another folder or zip: a file of it may have the name of one that came before.
  void next_root() { ++root_; }
  /// Whether this file's content is of use; told where it is not and nobody would expect that. Of the files it wants, each is given to add().
  bool wants(std::string_view name, std::uint64_t size);
  /// One file's content. A broken picture is told and left out; a table is kept for finish(). A file of the IDX format waits for the other one of its
  /// name: the images with their labels are pictures then, each in the folder of its label, and these in train or test where the name begins so.
  void add(std::string_view name, std::span<const std::uint8_t> bytes);
  /// A file that could not be read at all.
  void skip(std::string_view name, UserError why);

  std::size_t pictures() const { return paths_.size(); }
  /// Whether there are more than can be used: then finish() refuses them all, since which ones would count depended on how they came.
  bool full() const { return full_; }
  /// The square of a picture, in the order in which they were added.
  std::span<const std::uint8_t> square(std::size_t picture) const { return std::span(pixels_).subspan(picture * area(), area()); }
  const Told& told() const { return told_; }

  /// After the last file: looks for names of pictures in some thousand cells of the tables; false when that is done. finish() does what is left.
  bool advance();
  /// May be asked again with another choice or split. Answers are a table's (.csv, .tsv) where one of its columns names at least half of its rows' pictures, by
  /// path, file name, or file name without ending, each byte for byte; of several such tables the first by name counts. Otherwise the class is the first folder
  /// below those that all pictures share, but for some that lie above. Where some of these folders are called train and test (validation), they are the parts,
  /// the class is the folder within, and what lies beside them is left out. Pictures are taken in the order of their paths' bytes, so that it does not matter
  /// in which they came. Errors: own_many_pictures, own_no_pictures, own_no_column, and deal()'s.
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
  struct Look { // at a table, for names
    CsvRecords records;
    std::vector<std::size_t> named; // by column
    std::size_t rows = 0;
    std::set<std::int64_t> by_number; // pictures that a bare number of the first column has named
  };
  using Names = std::map<std::string, std::int64_t>;
  struct Idx { // until the other one comes
    std::string name;
    std::vector<std::uint8_t> content;
  };
  std::size_t area() const { return static_cast<std::size_t>(look_.side) * static_cast<std::size_t>(look_.side); }
  std::vector<std::uint32_t> in_order() const;
  std::optional<OwnPart> part_of(const OwnPath& path) const;
  bool parted() const;
  Chosen by_folder(const std::vector<std::uint32_t>& order);
  Look look_at(Table& table) const;
  void looked(std::size_t table, const Look& look);
  bool names_picture(const Table& table, Look& look, std::size_t column, const std::string& cell) const;
  void add_square(OwnPath path, const GreyPicture& picture);
  void add_idx(const OwnPath& path, std::span<const std::uint8_t> bytes);
  void add_pair(const OwnPath& path, const Idx& images, const Idx& labels);
  Result<Chosen> by_table(const std::vector<std::uint32_t>& order, const Table& table, const OwnChoice& choice);

  SquareLook look_;
  std::vector<OwnPath> paths_;
  std::vector<std::uint8_t> pixels_;
  std::uint32_t root_ = 0;
  std::vector<std::uint32_t> roots_; // of the pictures
  std::set<std::pair<std::string, std::uint32_t>> seen_;
  std::vector<Table> tables_;
  std::size_t table_bytes_ = 0;
  std::map<std::string, Idx> idx_; // by the name that both have
  std::optional<Names> by_name_;   // once all pictures are there
  std::size_t shared_ = 0;         // folders that all pictures lie in
  std::size_t looked_ = 0;         // tables
  std::optional<Look> look_under_way_;
  std::optional<std::pair<std::size_t, std::size_t>> names_; // the table and its column
  std::optional<std::uint64_t> told_before_;                 // finish()
  std::uint64_t system_files_ = 0;
  bool full_ = false;
  Told told_;
};

} // namespace downhill
