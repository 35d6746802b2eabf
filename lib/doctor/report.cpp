// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace nflogd::doctor {
namespace {

constexpr std::size_t kGrades = 5;

/// By grade: green, dim, cyan, yellow, red (ECMA-48, SGR).
constexpr std::array<const char*, kGrades> kColours = {"\x1b[32m", "\x1b[2m", "\x1b[36m",
                                                       "\x1b[33m", "\x1b[31m"};
constexpr const char* kPlain = "\x1b[0m";

std::string head(Grade grade, bool colour) {
    const std::string padded = fmt::format("{:<8}", grade_name(grade));
    return colour ? kColours[static_cast<std::size_t>(grade)] + padded + kPlain : padded;
}

void print(std::string& text, const Finding& finding, bool colour) {
    text += fmt::format("{} {:<15} {}\n", head(finding.grade, colour), finding.check,
                        harmless(finding.text));
    if (finding.grade < Grade::note) return;
    text += fmt::format("         costs: {}\n         repair: {}\n", harmless(finding.costs),
                        harmless(finding.repair));
}

std::string plural(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string summary(const std::vector<Finding>& findings) {
    std::array<std::size_t, kGrades> counts{};
    for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.grade)];
    const auto count = [&](Grade grade) { return counts[static_cast<std::size_t>(grade)]; };
    return fmt::format("{}, {}, {}, {} ok, {} skipped\n", plural(count(Grade::problem), "problem"),
                       plural(count(Grade::warning), "warning"), plural(count(Grade::note), "note"),
                       count(Grade::ok), count(Grade::skipped));
}

}  // namespace

std::string to_text(const std::vector<Finding>& findings, bool colour) {
    std::string text;
    for (const Finding& finding : findings) print(text, finding, colour);
    return text + summary(findings);
}

std::string to_json(const std::vector<Finding>& findings) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) {
        nlohmann::ordered_json row{{"check", finding.check},
                                   {"result", grade_name(finding.grade)},
                                   {"text", finding.text}};
        if (finding.grade >= Grade::note) {
            row["finding"] = finding.name;
            row["costs"] = finding.costs;
            row["repair"] = finding.repair;
        }
        list.push_back(std::move(row));
    }
    // Bytes that are no UTF-8 become U+FFFD; control characters are escaped.
    return list.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

bool any_serious(const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.grade > Grade::note; });
}

}  // namespace nflogd::doctor
