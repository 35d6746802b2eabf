// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/pcap_file.hpp"

#include <fcntl.h>

#include <cstring>

#include "catch.hpp"
#include "core/fd.hpp"
#include "sink/file_support.hpp"
#include "sink/tail.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

std::string head() { return std::string(pcap_layout().head); }

std::string packet(std::size_t length) {
    PcapPacketHeader header{1795428234, 999'999, static_cast<std::uint32_t>(length),
                            static_cast<std::uint32_t>(length)};
    std::string text(reinterpret_cast<const char*>(&header), sizeof header);
    return text + std::string(length, '\n');
}

struct Packets {
    Packets(std::initializer_list<std::size_t> lengths) {
        for (const std::size_t length : lengths) {
            bytes += packet(length);
            ends.push_back(static_cast<std::uint32_t>(bytes.size()));
        }
    }
    [[nodiscard]] Batch batch() const { return {bytes, ends}; }
    std::string bytes;
    std::vector<std::uint32_t> ends;
};

std::unique_ptr<Sink> open(const LogPlace& place) {
    auto sink = open_file(place.options, place.clock, nullptr, Opening::now, pcap_layout());
    if (!sink) FAIL(sink.error().message);
    return std::move(*sink);
}

Result<std::uint64_t> repair(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    return repair_tail(fd.get(), pcap_layout());
}

}  // namespace

TEST_CASE("a pcap file cut at any byte keeps exactly its whole packets") {
    const TempDir temp;
    const std::string content = head() + packet(1) + packet(100) + packet(7);
    const std::size_t wholes[] = {0, 24, 41, 157, 180};
    REQUIRE(content.size() == wholes[4]);
    for (std::size_t cut = 0; cut <= content.size(); ++cut) {
        write_file(temp / "log", content.substr(0, cut));
        const auto removed = repair(temp / "log");
        REQUIRE(removed.ok());
        std::size_t whole = 0;
        for (const std::size_t end : wholes) whole = end <= cut ? end : whole;
        INFO("cut at " << cut);
        REQUIRE(read_file(temp / "log") == content.substr(0, whole));
        REQUIRE(*removed == cut - whole);
    }
}

TEST_CASE("zero bytes that a power cut left are no packets") {
    const TempDir temp;
    const std::string content = head() + packet(100'000);
    write_file(temp / "log", content + std::string(70'000, '\0'));
    REQUIRE(*repair(temp / "log") == 70'000);
    REQUIRE(read_file(temp / "log") == content);
}

TEST_CASE("packets that lie across what is read at a time are whole") {
    const TempDir temp;
    std::string content = head();
    for (std::size_t i = 0; i < 3000; ++i) content += packet(1 + i % 211);
    write_file(temp / "log", content + packet(10).substr(0, 20));
    REQUIRE(*repair(temp / "log") == 20);
    REQUIRE(read_file(temp / "log") == content);
}

TEST_CASE("a file of something else is left alone") {
    const LogPlace place;
    const std::string other = R"({"event":"packet"})"
                              "\n";
    write_file(place.options.path, other);
    const auto sink = open_file(place.options, place.clock, nullptr, Opening::now, pcap_layout());
    REQUIRE(sink.error().exit_code == EX_CANTCREAT);
    REQUIRE_THAT(sink.error().message, Catch::Matchers::Contains("link type NFLOG; move it away"));
    REQUIRE(place.content() == other);
}

TEST_CASE("each file begins with the head, once") {
    LogPlace place;
    const Packets packets{60, 60};
    {
        const auto sink = open(place);
        REQUIRE(sink->write(packets.batch()).records == 2);
        REQUIRE(place.content() == head() + packets.bytes);
        SECTION("also one that somebody emptied") {
            write_file(place.options.path, "");
            REQUIRE(sink->write(packets.batch()).records == 2);
            REQUIRE(place.content() == head() + packets.bytes);
        }
        SECTION("also one that somebody moved away") {
            std::rename(place.options.path.c_str(), (place.temp / "moved").c_str());
            REQUIRE(sink->reopen().ok());
            REQUIRE(sink->write(packets.batch()).records == 2);
            REQUIRE(place.content() == head() + packets.bytes);
            REQUIRE(place.content("moved") == head() + packets.bytes);
        }
        SECTION("not one that was there") {
            REQUIRE(sink->close().ok());
            REQUIRE(open(place)->write(packets.batch()).records == 2);
            REQUIRE(place.content() == head() + packets.bytes + packets.bytes);
        }
    }
}

TEST_CASE("rotated files begin with the head, and one with the head alone is not rotated") {
    LogPlace place;
    place.options.rotate = {.size = 200, .keep = 10};
    const auto sink = open(place);
    REQUIRE(sink->write(Packets{500}.batch()).records == 1);  // longer than a file
    REQUIRE(sink->write(Packets{60, 60, 60, 60}.batch()).records == 4);
    std::size_t packets = 0;
    REQUIRE(place.temp.names().size() == 3);
    for (const std::string& name : place.temp.names()) {
        const std::string content = place.content(name);
        REQUIRE(content.starts_with(head()));
        REQUIRE(content.size() > head().size());
        packets += (content.size() - head().size()) % 76 == 0 ? (content.size() - 24) / 76 : 0;
    }
    REQUIRE(packets == 4);
}
