// SPDX-License-Identifier: GPL-2.0-or-later
//
// Records against tests/fixtures/format/NAME.json and NAME.line, byte for byte.
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {

std::string read_fixture(const std::string& name) {
    std::ifstream file(std::string(NFLOGD_FIXTURES "/format/") + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("every example is formatted as its fixtures say") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const auto json = format::make_json({"gw1", &fakes::example_labels(), false});
    const auto line = format::make_line({"gw1", &fakes::example_labels(), false});
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        REQUIRE(fakes::format_packet(*json, record) == read_fixture(name + ".json"));
        REQUIRE(fakes::format_packet(*line, record) == read_fixture(name + ".line"));
    }
}
