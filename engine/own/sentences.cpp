#include "own/sentences.hpp"

namespace downhill {
namespace {

constexpr ErrorText kTexts[] = {
    {"own_encoding", "文字的编码认不出来：不是 UTF-8、UTF-16，也不是 GB18030（GBK）；请另存为 UTF-8",
     "its text is neither UTF-8 nor UTF-16 nor GB18030 (GBK); save it as UTF-8"},
    {"own_not_picture", "不是 PNG、JPEG 或 WebP 图片，没有读；请另存为其中一种", "this is no PNG, JPEG or WebP picture and was not read; save it as one"},
    {"own_picture_cut", "图片不完整或已损坏，没有用", "the picture is cut or damaged and was left out"},
    {"own_picture_large", "图片有 {1} × {2} 像素，太大；边长最多 16384，总共最多 {3} 百万像素",
     "the picture has {1} × {2} pixels, which is too many; at most 16384 a side and {3} million in all"},
    {"own_picture_kind", "这种图片读不了（{1}）；请另存为普通的 PNG 或 JPEG", "this kind of picture can't be read ({1}); save it as a plain PNG or JPEG"},
    {"own_zip_damaged", "zip 文件不完整或已损坏", "the zip file is cut or damaged"},
    {"own_zip_entries", "zip 里有 {1} 个文件，最多 {2} 个", "the zip holds {1} files; at most {2}"},
    {"own_zip_bomb", "zip 解开后超过 {1} 字节，后面的没有读", "unpacked, the zip comes to more than {1} bytes; the rest was not read"},
    {"own_zip_locked", "加了密码，读不了；请先解开", "it is locked with a password; unpack it first"},
    {"own_zip_method", "压缩方式（{1}）读不了；请用普通的 zip 重新打包", "it is packed by a method that is not read here ({1}); pack it again as a plain zip"},
    {"own_unsafe_name", "名称指向文件夹之外，没有读", "its name leads out of its folder, so it was not read"},
    {"own_system_files", "略去 {1} 个隐藏文件或系统文件（如 .DS_Store、Thumbs.db）", "{1} hidden or system files (as .DS_Store or Thumbs.db) were passed over"},
    {"own_twice", "同名的文件有两个，用了前一个", "there are two files of this name; the first one counts"},
    {"own_no_class", "不在任何类别的文件夹里，没有用", "it lies in no class's folder and was left out"},
    {"own_many", "样本超过 {1} 个，其余没有用", "there are more than {1} examples; the rest was left out"},
    {"own_not_listed", "表格“{1}”里没有它，没有用", "the table {1} does not list it, so it was left out"},
    {"own_no_such_picture", "第 {1} 行：没有图片“{2}”", "line {1}: there is no picture \"{2}\""},
    {"own_listed_twice", "第 {1} 行：“{2}”前面已经有了，用了前一个", "line {1}: \"{2}\" is listed before; the first one counts"},
    {"own_table_unused", "这个表格没有列出图片的文件名，没有用", "this table lists no names of the pictures and was not used"},
    {"own_few_in_class", "类别“{1}”只有 1 个样本，分不出训练和测试，没有用",
     "the class \"{1}\" has one example, too few for training and testing, and was left out"},
    {"own_no_pictures", "没有一张能用的图片", "there is no picture here that can be used"},
    {"own_no_rows", "没有一行能用的数据", "there is no row here that can be used"},
    {"own_one_class", "只有一个类别（{1}），没有可以区分的；请把每一类的图片放进各自的文件夹",
     "there is one class alone ({1}) and nothing to tell apart; give each class's pictures a folder of their own"},
    {"own_one_value", "“{1}”这一列只有一个值（{2}），没有可学的", "the column \"{1}\" has one value alone ({2}), which leaves nothing to learn"},
    {"own_few", "只有 {1} 个样本，分不出训练和测试", "{1} examples are too few for training and testing"},
    {"own_many_classes", "“{1}”有 {2} 个以上不同的值，作类别最多 {2} 个；若是数，请按数来学",
     "\"{1}\" has more than {2} different values, and there can be at most {2} classes; if they are numbers, learn them as numbers"},
    {"own_columns", "表格有 {1} 列，最多 {2} 列", "the table has {1} columns; at most {2}"},
    {"own_one_column", "表格只有一列；至少要有一列特征和一列答案", "the table has one column; it needs a feature and an answer at least"},
    {"own_no_column", "没有叫“{1}”的列；有的是：{2}", "there is no column \"{1}\"; there are: {2}"},
    {"own_no_features", "除了答案“{1}”，没有一列是数，没有特征可用", "but for the answer \"{1}\" no column holds numbers, so there are no features"},
    {"own_column", "列“{1}”有内容的 {2} 格里只有 {3} 格是数，整列没有用", "column \"{1}\": of {2} filled cells {3} are numbers; the column was left out"},
    {"own_missing", "第 {1} 行缺少“{2}”，这一行没有用", "line {1}: \"{2}\" is missing; the row was left out"},
    {"own_cell", "第 {1} 行：“{2}”是“{3}”，不是数，这一行没有用", "line {1}: \"{2}\" is \"{3}\", no number; the row was left out"},
    {"own_no_number", "“{1}”是“{2}”，不是数，没有用", "its \"{1}\" is \"{2}\", no number; it was left out"},
    {"own_ragged", "第 {1} 行有 {2} 格，第一行有 {3} 格，这一行没有用", "line {1} has {2} cells, the first one {3}; the row was left out"},
    {"own_quote", "第 {1} 行的引号没有配对，从这里起没有读", "line {1}: a quote is not closed; from here on nothing was read"},
};

} // namespace

std::span<const ErrorText> own_sentences() { return kTexts; }

} // namespace downhill
