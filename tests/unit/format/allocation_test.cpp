// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocations.hpp"
#include "catch.hpp"
#include "records.hpp"

using namespace nflogd;

TEST_CASE("10,000 packets are formatted without an allocation") {
    const auto records = fakes::example_records();
    std::string out(format::kMaxPacketText, '\0');
    TextOptions text;
    text.community_id = true;
    text.internal_networks.push_back({4, 24, {192, 0, 2}});
    for (const auto make : {format::make_json, format::make_line, format::make_ecs,
                            format::make_cef, format::make_ocsf}) {
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
