// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/interfaces.hpp"

#include <net/if.h>

#include <atomic>
#include <string>
#include <thread>

#include "catch.hpp"

using namespace nflogd;
using enrich::InterfaceTable;

namespace {

std::string name_of(const InterfaceTable& table, std::uint32_t index) {
    Interface interface {
        index, {}
    };
    interface.name.fill('x');
    table.name(interface);
    return interface.name.data();
}

}  // namespace

TEST_CASE("names come, change and go") {
    InterfaceTable table;
    REQUIRE(name_of(table, 3).empty());
    table.set(3, "eth0");
    REQUIRE(name_of(table, 3) == "eth0");
    table.set(3, "wan");
    REQUIRE(name_of(table, 3) == "wan");
    table.forget(3);
    REQUIRE(name_of(table, 3).empty());
    table.forget(3);
    table.forget(99);
}

TEST_CASE("indexes that share a slot keep apart, also when one goes") {
    InterfaceTable table;
    const std::uint32_t stride = InterfaceTable::kSlots;
    table.set(5, "a");
    table.set(5 + stride, "b");
    table.set(5 + 2 * stride, "c");
    table.forget(5 + stride);
    REQUIRE(name_of(table, 5) == "a");
    REQUIRE(name_of(table, 5 + stride).empty());
    REQUIRE(name_of(table, 5 + 2 * stride) == "c");
    table.set(5 + 3 * stride, "d");
    REQUIRE(name_of(table, 5 + 2 * stride) == "c");
    REQUIRE(name_of(table, 5 + 3 * stride) == "d");
}

TEST_CASE("a name of the greatest length keeps its end") {
    InterfaceTable table;
    table.set(1, "123456789012345");
    REQUIRE(name_of(table, 1) == "123456789012345");
}

TEST_CASE("a reader never sees half of one name and half of another") {
    InterfaceTable table;
    const std::string first(15, 'a');
    const std::string second(15, 'b');
    table.set(7, first);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (int i = 0; i < 20000; ++i) table.set(7, i % 2 == 0 ? second : first);
        done = true;
    });
    bool whole = true;
    while (!done) {
        const std::string name = name_of(table, 7);
        whole = whole && (name == first || name == second);
    }
    writer.join();
    REQUIRE(whole);
}

TEST_CASE("the monitor knows this machine's interfaces") {
    InterfaceTable table;
    const auto monitor = enrich::InterfaceMonitor::open(table);
    REQUIRE(monitor);
    const unsigned loopback = ::if_nametoindex("lo");
    REQUIRE(loopback > 0);
    REQUIRE(name_of(table, loopback) == "lo");
}

TEST_CASE("bytes that are no link message change nothing") {
    InterfaceTable table;
    table.set(1, "lo");
    std::vector<std::uint8_t> bytes(64, 0xff);
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        enrich::apply_link_messages(Bytes(bytes).first(length), table);
    }
    REQUIRE(name_of(table, 1) == "lo");
}
