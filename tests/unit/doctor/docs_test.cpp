// SPDX-License-Identifier: GPL-2.0-or-later
// docs/doctor.md has the rows of the table of findings, and of the table of checks.
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "doctor/checks.hpp"

using namespace nflogd::doctor;

namespace {

std::vector<std::string> rows_of_docs() {
    std::ifstream file(NFLOGD_SOURCE_DIR "/docs/doctor.md");
    std::vector<std::string> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("| `")) rows.push_back(line);
    }
    return rows;
}

std::string row_of(const FindingKind& kind) {
    std::string repair(kind.repair);
    for (std::size_t at = repair.find('|'); at != std::string::npos; at = repair.find('|', at + 2))
        repair.insert(at, "\\");
    return "| `" + std::string(kind.name) + "` | " + std::string(grade_name(kind.grade)) + " | " +
           std::string(kind.costs) + " | `" + repair + "` |";
}

}  // namespace

TEST_CASE("every finding is documented, and nothing else") {
    std::vector<std::string> expected;
    for (const FindingKind& kind : finding_kinds()) expected.push_back(row_of(kind));
    REQUIRE(rows_of_docs() == expected);
}
