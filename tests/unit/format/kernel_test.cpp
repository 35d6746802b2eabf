// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel prints for the same packets is what tests/netns/test_kernel_format.py
// compares; here is what no kernel prints.
#include "format/kernel_packet.hpp"

#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "allocations.hpp"
#include "catch.hpp"
#include "format/formatter.hpp"

using namespace nflogd;

namespace {

using Message = std::vector<std::uint8_t>;

void add(Message& message, std::uint16_t type, Bytes value) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
    const auto* const head = reinterpret_cast<const std::uint8_t*>(&header);
    message.insert(message.end(), head, head + sizeof header);
    message.insert(message.end(), value.begin(), value.end());
    message.resize((message.size() + 3) / 4 * 4);
}

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lines are printed without a head.
struct Printer {
    Labels labels;
    Record record;
    std::unique_ptr<format::Formatter> kernel;

    explicit Printer(KernelLogHead head = KernelLogHead::none) {
        format::FormatOptions options{"gw\n1", &labels};
        options.text.kernel_head = head;
        options.text.kernel_flags = {true, true, true, true, true};
        kernel = format::make_kernel(options);
        record.clear();
        record.timestamp_ns = 1795428234'123456000;
    }
    std::string print(Bytes raw) {
        std::string out(format::kMaxPacketText, '\0');
        out.resize(kernel->packet({record, raw}, out));
        return out;
    }
};

/// Extension headers of 8 bytes, one after the other.
Message many_extensions(std::size_t count) {
    Message packet(40 + 8 * count, 0);
    packet[0] = 0x60;
    packet[6] = 44;
    for (std::size_t i = 0; i < count; ++i) {
        packet[40 + 8 * i] = 44;
        packet[40 + 8 * i + 3] = 1;
    }
    return packet;
}

}  // namespace

TEST_CASE("a prefix is printed with its space, and cannot end the line") {
    Printer printer;
    Message message = {2, 0, 0, 100};
    add(message, NFULA_PREFIX, bytes_of(std::string_view("a\nb \xff\xc3\xa9 \0x", 10)));
    CHECK(printer.print(message) == "a\\x0ab \\xff\xc3\xa9 IN= OUT= TRUNCATED\n");
}

TEST_CASE("a host name cannot end the line either") {
    Printer printer(KernelLogHead::iso);
    CHECK(printer.print({}) == "2026-11-23T10:03:54.123456Z gw\\x0a1 kernel: IN= OUT= \n");
    std::string event;
    printer.kernel->event(Lifecycle{1795428234'000000000, "started", {}}, event);
    CHECK(event == "2026-11-23T10:03:54.000000Z gw\\x0a1 nflogd: started\n");
}

TEST_CASE("a chain of extension headers ends where the kernel's line would") {
    const format::KernelContext context{{true, true, true, true, true}, {}, {}, 0};
    std::vector<char> out(format::kMaxText);
    const Message packet = many_extensions(900);
    const auto end = format::write_kernel_ipv6(format::Writer(out.data()), packet, context);
    const auto length = static_cast<std::size_t>(end.position() - out.data());
    CHECK(length > 1000);
    CHECK(length < format::kMaxKernelPacket);
}

TEST_CASE("whatever the bytes are, they become one line of bounded length") {
    Printer printer;
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        Message packet(random() % 300);
        for (auto& byte : packet) byte = static_cast<std::uint8_t>(random() % 256);
        constexpr std::uint8_t kNext[] = {0, 1, 6, 17, 43, 44, 50, 51, 58, 60, 136};
        if (packet.size() > 9) packet[i % 2 == 0 ? 9 : 6] = kNext[random() % std::size(kNext)];
        Message message = {static_cast<std::uint8_t>(i % 2 == 0 ? 2 : 10), 0, 0, 100};
        add(message, NFULA_PAYLOAD, packet);
        message.resize(message.size() - random() % 3);
        const std::string line = printer.print(message);
        REQUIRE(line.size() < format::kMaxKernelPacket);
        REQUIRE(std::count(line.begin(), line.end(), '\n') == 1);
        REQUIRE(
            std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= 32 && c < 127; }));
    }
}

TEST_CASE("lines of the kernel's format are printed without an allocation") {
    Printer printer;
    Message message = {10, 0, 0, 100};
    add(message, NFULA_PREFIX, bytes_of("input-new "));
    add(message, NFULA_PAYLOAD, many_extensions(3));
    std::string out(format::kMaxPacketText, '\0');
    printer.kernel->packet({printer.record, message}, out);
    const auto before = allocations();
    for (int i = 0; i < 1000; ++i) printer.kernel->packet({printer.record, message}, out);
    CHECK(allocations() == before);
}
