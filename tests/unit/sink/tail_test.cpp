// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tail.hpp"

#include <fcntl.h>

#include "catch.hpp"
#include "core/fd.hpp"
#include "sink/faults.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;

namespace {

/// What is left of `content`, and how many bytes went.
std::pair<std::string, std::uint64_t> repaired(const std::string& content) {
    const TempDir temp;
    write_file(temp / "log", content);
    const Fd fd(::open((temp / "log").c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
    const auto removed = repair_tail(fd.get());
    REQUIRE(removed.ok());
    return {read_file(temp / "log"), *removed};
}

}  // namespace

TEST_CASE("a file cut at any byte keeps exactly its whole lines") {
    const std::string content = "{\"a\":1}\n{\"bb\":22}\n{\"ccc\":333}\n";
    for (std::size_t cut = 0; cut <= content.size(); ++cut) {
        const std::string torn = content.substr(0, cut);
        const std::size_t whole = torn.rfind('\n') == std::string::npos ? 0 : torn.rfind('\n') + 1;
        const auto [left, removed] = repaired(torn);
        INFO("cut at " << cut);
        REQUIRE(left == content.substr(0, whole));
        REQUIRE(removed == cut - whole);
    }
}

TEST_CASE("zero bytes that a power cut left are a torn line") {
    const std::string zeros(10'000, '\0');
    REQUIRE(repaired("one\n" + zeros) == std::pair<std::string, std::uint64_t>("one\n", 10'000));
    REQUIRE(repaired("one\ntw" + zeros) == std::pair<std::string, std::uint64_t>("one\n", 10'002));
    REQUIRE(repaired(zeros) == std::pair<std::string, std::uint64_t>("", 10'000));
}

TEST_CASE("a torn line may be longer than what is read at a time") {
    constexpr std::size_t kChunk = 16 << 10;
    for (const std::size_t length : {kChunk - 1, kChunk, kChunk + 1, 5 * kChunk + 7}) {
        const std::string torn(length, 'x');
        REQUIRE(repaired("one\n" + torn) == std::pair<std::string, std::uint64_t>("one\n", length));
        REQUIRE(repaired(torn) == std::pair<std::string, std::uint64_t>("", length));
    }
}

TEST_CASE("a tail that cannot be cut off is an error") {
    const TempDir temp;
    write_file(temp / "log", "torn");
    const Fd fd(::open((temp / "log").c_str(), O_RDWR | O_CLOEXEC));
    Faults faults;
    faults.ftruncate = [] { return EPERM; };
    REQUIRE(repair_tail(fd.get()).error().message == "truncate: Operation not permitted");
    REQUIRE_FALSE(repair_tail(-1).ok());
    const Fd unreadable(::open((temp / "log").c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(repair_tail(unreadable.get()).error().message == "read: Bad file descriptor");
}
