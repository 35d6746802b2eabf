// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <cstring>
#include <memory>
#include <vector>

#include "allocations.hpp"
#include "catch.hpp"
#include "format/journald.hpp"
#include "format/syslog.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {

/// nfgenmsg and a packet of 40 bytes.
std::vector<std::uint8_t> message() {
    constexpr nlattr kPayload{44, NFULA_PAYLOAD};
    std::vector<std::uint8_t> bytes(4 + kPayload.nla_len, 0x45);
    bytes[0] = 2;
    std::memcpy(bytes.data() + 4, &kPayload, sizeof kPayload);
    return bytes;
}

}  // namespace

TEST_CASE("10,000 packets are formatted without an allocation") {
    const auto records = fakes::example_records();
    const Labels& labels = fakes::example_labels();
    std::string out(format::kMaxPacketText, '\0');
    TextOptions text;
    text.community_id = true;
    text.internal_networks.push_back({4, 24, {192, 0, 2}});
    const std::vector<std::uint8_t> raw = message();
    const auto made = [&](auto make) { return make({"gw1", &labels, false, {}, text}); };
    std::vector<std::unique_ptr<format::Formatter>> formatters;
    for (const auto make : {format::make_json, format::make_line, format::make_ecs,
                            format::make_cef, format::make_ocsf, format::make_kernel}) {
        formatters.push_back(made(make));
        // The frames around it that go out over sockets.
        formatters.push_back(format::make_syslog(made(make), {}, {"gw1", 4711, {}}, labels));
        formatters.push_back(format::make_journald(made(make), {}, labels));
    }
    formatters.push_back(made(format::make_pcap));
    for (const auto& formatter : formatters) {
        for (const auto& named : records) formatter->packet({named.record, raw}, out);
        const auto before = allocations();
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < 10000; ++i) {
            bytes += formatter->packet({records[i % records.size()].record, raw}, out);
        }
        REQUIRE(allocations() == before);
        REQUIRE(bytes > 10000);
    }
}
