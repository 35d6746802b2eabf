// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocations.hpp"
#include "catch.hpp"
#include "format/journald.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {

using Make = std::unique_ptr<format::Formatter> (*)(format::FormatOptions options);

/// What an output of type journald prints.
std::unique_ptr<format::Formatter> make_entries(format::FormatOptions options) {
    const Labels& labels = *options.labels;
    return format::make_journald(format::make_line(std::move(options)), {}, labels);
}

}  // namespace

// Those of kernel are counted in kernel_test.cpp, those of syslog in syslog_test.cpp.
TEST_CASE("10,000 packets are formatted without an allocation") {
    const auto records = fakes::example_records();
    std::string out(format::kMaxPacketText, '\0');
    TextOptions text;
    text.community_id = true;
    text.internal_networks.push_back({4, 24, {192, 0, 2}});
    const Make all[] = {format::make_json, format::make_line, format::make_ecs,
                        format::make_cef,  format::make_ocsf, make_entries};
    for (const Make make : all) {
        const auto formatter = make({"gw1", &fakes::example_labels(), false, {}, text});
        for (const auto& named : records) formatter->packet(named.record, out);
        const auto before = allocations();
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < 10000; ++i) {
            bytes += formatter->packet(records[i % records.size()].record, out);
        }
        REQUIRE(allocations() == before);
        REQUIRE(bytes > 10000);
    }
}
