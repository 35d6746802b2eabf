// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a check says: that all is well, that it could not look, or a finding with what
/// it costs and the command that repairs it. The texts of all findings are one table,
/// which docs/doctor.md repeats (a test compares them). Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::doctor {

/// From the best to the worst.
enum class Grade : std::uint8_t {
    ok,
    skipped,  ///< could not be looked at
    note,     ///< costs no records
    warning,  ///< can cost records, or what they are worth
    problem,  ///< costs records, or keeps the daemon from starting
};

[[nodiscard]] std::string_view grade_name(Grade grade);

/// A row of the table of findings.
struct FindingKind {
    std::string_view name;
    Grade grade;
    std::string_view costs;
    std::string_view repair;  ///< for a shell; <words> stand for what differs
};

[[nodiscard]] std::span<const FindingKind> finding_kinds();

struct Finding {
    std::string check;  ///< a row of the table of checks
    std::string name;   ///< of the row of finding_kinds(); empty if ok or skipped
    Grade grade = Grade::ok;
    std::string text;    ///< what was seen; may hold any bytes
    std::string costs;   ///< empty if ok or skipped
    std::string repair;  ///< likewise
};

/// What a <word> of a repair stands for: one word for the shell, quoted if it must be,
/// or `text` as it is.
struct Blank {
    enum class Kind : std::uint8_t { word, text };
    std::string name;
    std::string value;
    Kind kind = Kind::word;
};

[[nodiscard]] Finding ok(std::string text);
[[nodiscard]] Finding skipped(std::string text);
/// A finding by its name in the table, which must have it.
[[nodiscard]] Finding found(std::string_view name, std::string text,
                            const std::vector<Blank>& blanks = {});

/// Adds an ok with `text` where nothing was found.
[[nodiscard]] std::vector<Finding> or_ok(std::vector<Finding> findings, std::string text);

/// One word for a POSIX shell, in quotes only if it needs them.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace nflogd::doctor
