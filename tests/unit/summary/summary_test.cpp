// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/summary.hpp"

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::summary;

namespace {

struct Made {
    std::array<std::uint8_t, 4> source{192, 0, 2, 1};
    std::uint8_t proto = 6;
    std::uint16_t port = 22;
    std::uint32_t length = 60;
    std::uint64_t at = 1000;
};

Record make(const Made& made) {
    Record record;
    record.clear();
    record.timestamp_ns = made.at;
    record.set(Field::timestamp);
    Headers& headers = record.packet;
    headers.ip_version = 4;
    headers.src_ip.bytes.fill(0xEE);  // what is behind an IPv4 address means nothing
    std::copy(made.source.begin(), made.source.end(), headers.src_ip.bytes.begin());
    headers.dest_ip.bytes = {198, 51, 100, 7};
    headers.proto_number = made.proto;
    headers.dest_port = made.port;
    headers.length = made.length;
    for (const HeaderField field :
         {HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip,
          HeaderField::proto_number, HeaderField::dest_port, HeaderField::length}) {
        headers.set(field);
    }
    return record;
}

void set_prefix(Record& record, std::string_view text) {
    record.prefix_length = static_cast<std::uint8_t>(text.copy(record.prefix.data(), 127));
    record.set(Field::prefix);
}

std::vector<std::string> names(const Listing& listing) {
    std::vector<std::string> all;
    for (const Row& row : listing.rows) all.push_back(row.name);
    return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("packets and bytes are counted by what a record says", "[summary]") {
    Labels labels;
    Summary summary(labels);
    summary.add(make({.at = 3000}));
    summary.add(make({.source = {203, 0, 113, 9}, .proto = 17, .port = 53, .length = 1000}));
    summary.add(make({.port = 80, .at = 2000}));
    CHECK(summary.total() == Count{3, 1120});
    CHECK(summary.first() == 1000);
    CHECK(summary.last() == 3000);
    const Listing sources = summary.list(By::source, Order::packets, 10);
    CHECK(names(sources) == Names{"192.0.2.1", "203.0.113.9"});
    CHECK(sources.rows[0].count == Count{2, 120});
    CHECK(sources.rows[1].count == Count{1, 1000});
    CHECK(names(summary.list(By::source, Order::bytes, 1)) == Names{"203.0.113.9"});
    CHECK(names(summary.list(By::destination, Order::packets, 10)) == Names{"198.51.100.7"});
    CHECK(names(summary.list(By::port, Order::bytes, 10)) == Names{"udp/53", "tcp/22", "tcp/80"});
    CHECK(names(summary.list(By::protocol, Order::packets, 10)) == Names{"tcp", "udp"});
}

TEST_CASE("what a record does not say is counted as absent", "[summary]") {
    Labels labels;
    Summary summary(labels);
    Record arp;
    arp.clear();
    summary.add(arp);
    summary.add(make({}));
    for (const By by : kAllBy) {
        const Listing listing = summary.list(by, Order::packets, 10);
        std::uint64_t counted = listing.absent.packets;
        for (const Row& row : listing.rows) counted += row.count.packets;
        CHECK(counted == 2);
        CHECK(listing.absent.packets >= 1);
    }
    CHECK(summary.total() == Count{2, 60});
}

TEST_CASE("rules by name or prefix, whatever their actions", "[summary]") {
    Labels labels;
    const std::uint16_t drop = *labels.add("ssh", "drop");
    const std::uint16_t accept = *labels.add("ssh", "accept");
    Summary summary(labels);
    Record record = make({});
    record.rule = drop;
    record.set(Field::rule);
    record.set(Field::action);
    set_prefix(record, "ssh");
    summary.add(record);
    record.rule = accept;
    summary.add(record);
    Record foreign = make({});
    set_prefix(foreign, "other\x1b[2J");
    summary.add(foreign);
    const Listing rules = summary.list(By::rule, Order::packets, 10);
    CHECK(names(rules) == Names{"ssh", "other\x1b[2J"});
    CHECK(rules.rows[0].count.packets == 2);
    const Listing actions = summary.list(By::action, Order::packets, 10);
    CHECK(names(actions) == Names{"accept", "drop"});
    CHECK(actions.absent.packets == 1);
}

TEST_CASE("interfaces by name, or by number where the name is gone", "[summary]") {
    Labels labels;
    Summary summary(labels);
    Record record = make({});
    record.set(Field::in_iface);
    record.in_iface = {3, {'w', 'a', 'n', '0'}};
    summary.add(record);
    record.in_iface = {9, {'w', 'a', 'n', '0'}};
    summary.add(record);
    record.in_iface = {12, {}};
    summary.add(record);
    CHECK(names(summary.list(By::interface, Order::packets, 10)) == Names{"wan0", "if12"});
}

TEST_CASE("IPv6 addresses are not those of IPv4 with the same bytes", "[summary]") {
    Labels labels;
    Summary summary(labels);
    summary.add(make({}));
    Record six = make({});
    six.packet.ip_version = 6;
    six.packet.src_ip.bytes = {192, 0, 2, 1};
    summary.add(six);
    CHECK(names(summary.list(By::source, Order::packets, 10)) == Names{"192.0.2.1", "c000:201::"});
}

TEST_CASE("too many sources are told, and the sums hold", "[summary]") {
    Labels labels;
    Summary summary(labels, 16);
    for (int i = 0; i < 2000; ++i) {
        const auto high = static_cast<std::uint8_t>(i / 256);
        const auto low = static_cast<std::uint8_t>(i % 256);
        summary.add(make({.source = {10, 0, high, low}}));
        summary.add(make({}));
    }
    const Listing sources = summary.list(By::source, Order::packets, 3);
    CHECK(sources.unseen > 0);
    CHECK(sources.unseen <= 2 * 4000 / 16);
    CHECK(sources.rows[0].name == "192.0.2.1");
    CHECK(sources.rows[0].count.packets + sources.rows[0].missed >= 2000);
    CHECK(sources.absent == Count{0, 0});
    summary.clear();
    CHECK(summary.total() == Count{});
    CHECK_FALSE(summary.first());
    CHECK(summary.list(By::source, Order::packets, 3).rows.empty());
}
