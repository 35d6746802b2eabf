// SPDX-License-Identifier: GPL-2.0-or-later
#include "finding.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace nflogd::doctor {
namespace {

constexpr std::array<std::string_view, 5> kGradeNames = {"ok", "skipped", "note", "warning",
                                                         "problem"};

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";

std::string filled(std::string_view pattern, const std::vector<Blank>& blanks) {
    std::string text(pattern);
    for (const Blank& blank : blanks) {
        const std::string mark = '<' + blank.name + '>';
        const std::string value =
            blank.kind == Blank::Kind::text ? blank.value : shell_word(blank.value);
        for (std::size_t at = text.find(mark); at != std::string::npos;
             at = text.find(mark, at + value.size())) {
            text.replace(at, mark.size(), value);
        }
    }
    return text;
}

}  // namespace

std::string_view grade_name(Grade grade) { return kGradeNames[static_cast<std::size_t>(grade)]; }

std::string shell_word(std::string_view text) {
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char byte : text) {
        if (byte == '\'') {
            word += "'\\''";
        } else {
            word += byte;
        }
    }
    return word + '\'';
}

Finding ok(std::string text) { return {{}, {}, Grade::ok, std::move(text), {}, {}}; }

Finding skipped(std::string text) { return {{}, {}, Grade::skipped, std::move(text), {}, {}}; }

Finding found(std::string_view name, std::string text, const std::vector<Blank>& blanks) {
    const auto kinds = finding_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const FindingKind& row) { return row.name == name; });
    assert(kind != kinds.end());
    return {{},
            std::string(name),
            kind->grade,
            std::move(text),
            filled(kind->costs, blanks),
            filled(kind->repair, blanks)};
}

std::vector<Finding> or_ok(std::vector<Finding> findings, std::string text) {
    if (findings.empty()) findings.push_back(ok(std::move(text)));
    return findings;
}

}  // namespace nflogd::doctor
