// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What holds for every record, whatever bytes it was made of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/labels.hpp"
#include "core/record.hpp"
#include "enrich/rules.hpp"
#include "format/formatter.hpp"

namespace nflogd::fuzz {

/// A record whose every byte is `byte`. What a decoder does not say is present is
/// seen by making a record twice, from two of these.
Record filled(std::uint8_t byte);

/// Prints records in every format there is, and ends the process where a text
/// breaks a promise of docs/record.md.
class RecordCheck {
public:
    RecordCheck();

    /// `a` and `b` were made of the same bytes. Completes them as the capture
    /// thread would: a prefix "rule" makes them one of a rule, and interfaces are
    /// called what the prefix says.
    void check(Record& a, Record& b);

private:
    struct Format {
        std::string name;
        std::unique_ptr<format::Formatter> formatter;
    };

    void check_text(const Format& format, std::string_view text) const;
    std::string_view print(const Format& format, const Record& record, std::vector<char>& out);

    std::unique_ptr<Labels> labels_;
    enrich::RuleIndex rules_;
    std::vector<Format> formats_;
    std::vector<char> text_a_, text_b_;
};

/// Whether all that `part` holds is in `whole` too, with the same values.
bool holds(const Headers& whole, const Headers& part);

}  // namespace nflogd::fuzz
