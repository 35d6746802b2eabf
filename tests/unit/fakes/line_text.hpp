// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A second reader of what the line-based formats write, which shares no code
/// with them. Stands on the Unicode Standard and on docs/record.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nflogd::fakes {

/// Why `text` is not one harmless line; nullptr if it is one. It ends in the only
/// newline, is valid UTF-8 (table 3-7), and has no other control character, line
/// separator or bidirectional control.
const char* fault_of_line(std::string_view text);

/// What a JSON reader makes of a string of these bytes: valid UTF-8 as it was,
/// any other byte as U+0080..U+00FF.
std::string read_back(std::string_view bytes);

/// A word between spaces, cut at each bare `=`; quotes and escapes are undone.
using Word = std::vector<std::string>;
/// Those of a line of the format `line`. A quote that never ends gives a last
/// word "unfinished quote".
std::vector<Word> words_of(std::string_view line);

}  // namespace nflogd::fakes
