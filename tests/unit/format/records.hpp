// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records to format: named ones for the golden files, random ones, the longest.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "core/record.hpp"
#include "format/formatter.hpp"

namespace nflogd::fakes {

struct NamedRecord {
    std::string name;
    Record record;
};

/// Labels with rule 0 = "ssh-tries"/drop, 1 = a name that needs escapes/accept.
const Labels& example_labels();
/// One per file in tests/fixtures/format.
std::vector<NamedRecord> example_records();
/// Every member random, every field present with probability one half.
Record random_record(std::mt19937& random);
/// Every field present with its longest text.
Record longest_record();
/// A host name, label texts, all of bytes that become 6 each.
std::string hostile_text(std::size_t length);

/// Whether `text` has no control byte and no DEL.
bool is_printable(std::string_view text);

std::string format_packet(format::Formatter& formatter, const Record& record);

}  // namespace nflogd::fakes
