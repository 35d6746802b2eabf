// SPDX-License-Identifier: GPL-2.0-or-later
//
// Records against tests/fixtures/format/NAME.FORMAT, byte for byte; where a format names
// the program's version, the file says VERSION. With NFLOGD_UPDATE_GOLDEN set, those of
// the formats for SIEMs are written instead.
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "core/version.hpp"
#include "records.hpp"
#include "siem.hpp"

using namespace nflogd;

namespace {

std::string read_fixture(const std::string& name) {
    std::ifstream file(std::string(NFLOGD_FIXTURES "/format/") + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Where it stands between bars or quotes.
std::string without_version(std::string text) {
    for (const char* mark : {"\"", "|"}) {
        const std::string version = mark + std::string(program_version()) + mark;
        const std::size_t at = text.find(version);
        if (at != std::string::npos) text.replace(at + 1, program_version().size(), "VERSION");
    }
    return text;
}

void compare(const std::string& name, const std::string& text) {
    if (std::getenv("NFLOGD_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(std::string(NFLOGD_FIXTURES "/format/") + name) << text;
    }
    REQUIRE(text == read_fixture(name));
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

TEST_CASE("every example is formatted for SIEMs as its fixtures say") {
    const std::pair<const char*, fakes::SiemPrinter::Make> formats[] = {
        {"ecs", format::make_ecs}, {"cef", format::make_cef}, {"ocsf", format::make_ocsf}};
    for (const auto& [format, make] : formats) {
        const auto formatter = make(fakes::siem_options());
        for (const auto& [name, record] : fakes::example_records()) {
            CAPTURE(name, format);
            compare(name + "." + format, without_version(fakes::format_packet(*formatter, record)));
        }
        std::string events;
        for (const Event& event : fakes::example_events()) {
            events += without_version(fakes::format_event(*formatter, event));
        }
        compare(std::string("events.") + format, events);
    }
}
