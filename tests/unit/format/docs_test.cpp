// SPDX-License-Identifier: GPL-2.0-or-later
//
// docs/record.md must name every field of the table.
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "core/fields.hpp"

using namespace nflogd;

TEST_CASE("every field is documented") {
    std::ifstream file(NFLOGD_SOURCE_DIR "/docs/record.md");
    std::ostringstream text;
    text << file.rdbuf();
    const std::string page = text.str();
    const auto require_named = [&](const auto& rows) {
        for (const FieldRow& row : rows) {
            CAPTURE(row.name);
            REQUIRE(page.find("| `" + std::string(row.name) + "`") != std::string::npos);
        }
    };
    require_named(kEnvelopeFields);
    require_named(kHeaderFields);
}
