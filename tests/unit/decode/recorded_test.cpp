// SPDX-License-Identifier: GPL-2.0-or-later
#include "recorded.hpp"

#include <cerrno>

#include "catch.hpp"
#include "describe.hpp"
#include "record_of.hpp"

using namespace nflogd;

namespace nflogd::decode {

void check_recorded(const std::vector<Recorded>& rows) {
    for (const auto& row : rows) {
        INFO(row.fixture);
        const auto datagram = fixture(row.fixture);
        DatagramReader reader(datagram, kReceived);
        Record record = dirty_record();
        std::vector<std::string> records;
        while (reader.next(record)) records.push_back(describe(record));
        CHECK(records == row.records);
        CHECK_FALSE(reader.info().cut);
        CHECK_FALSE(reader.info().acknowledged);
    }
}

}  // namespace nflogd::decode

using namespace nflogd::decode;

namespace {

std::uint64_t recorded_time(const char* name) {
    const auto datagram = fixture(name);
    Record record = dirty_record();
    REQUIRE(DatagramReader(datagram, kReceived).next(record));
    return record.timestamp_ns;
}

DatagramInfo recorded_answer(const char* name) {
    const auto datagram = fixture(name);
    DatagramReader reader(datagram, kReceived);
    Record record = dirty_record();
    CHECK_FALSE(reader.next(record));
    return reader.info();
}

}  // namespace

TEST_CASE("the kernel's time where it sends one, else that of receipt") {
    CHECK(recorded_time("tcp_input") == 0x6b0423b0 * std::uint64_t{1'000'000'000} + 0x8ff40 * 1000);
    CHECK(recorded_time("udp_output_uid") == kReceived);
}

TEST_CASE("recorded answers of the kernel") {
    const auto bound = recorded_answer("ack_bind");
    CHECK(bound.acknowledged);
    CHECK(bound.ack_errno == 0);
    CHECK(bound.ack_sequence == 1);
    CHECK_FALSE(bound.cut);
    const auto refused = recorded_answer("ack_bind_refused");
    CHECK(refused.acknowledged);
    CHECK(refused.ack_errno == EPERM);
    CHECK(refused.ack_sequence == 1);
}
