// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/channel.hpp"

#include "catch.hpp"

using namespace nflogd;
using pipeline::Channel;
using pipeline::Message;

TEST_CASE("messages arrive whole and in order") {
    auto pair = Channel::make();
    REQUIRE(pair.ok());
    auto& [keeper, worker] = *pair;
    REQUIRE_FALSE(worker.receive());
    REQUIRE_FALSE(worker.closed());
    REQUIRE(keeper.send(Message::reopen));
    REQUIRE(keeper.send(Message::lifecycle, "text"));
    REQUIRE(worker.receive()->message == Message::reopen);
    const auto second = worker.receive();
    REQUIRE(second->message == Message::lifecycle);
    REQUIRE(second->text == "text");
    REQUIRE_FALSE(worker.receive());
}

TEST_CASE("the end of the other process is seen, behind what it had said") {
    auto pair = Channel::make();
    auto& [keeper, worker] = *pair;
    keeper.send(Message::drain);
    { const Channel gone = std::move(keeper); }
    REQUIRE(worker.receive()->message == Message::drain);
    REQUIRE_FALSE(worker.receive());
    REQUIRE(worker.closed());
    REQUIRE_FALSE(worker.send(Message::want_counts));
}

TEST_CASE("a reader that hangs does not hang the writer") {
    auto pair = Channel::make();
    int sent = 0;
    while (pair->first.send(Message::reopen) && sent < 100'000) ++sent;
    REQUIRE(sent >= 50);
    REQUIRE(sent < 100'000);
}

TEST_CASE("a change of state keeps its details on the way") {
    const Lifecycle there{5, "rules_missing", {{"rules", "a, b"}, {"empty", ""}}};
    const Lifecycle here = pipeline::lifecycle_from(pipeline::to_text(there), 9);
    REQUIRE(here.timestamp_ns == 9);
    REQUIRE(here.change == "rules_missing");
    REQUIRE(here.details == there.details);
    REQUIRE(pipeline::lifecycle_from("", 1).change.empty());
    REQUIRE(pipeline::lifecycle_from("cut", 1).change == "cut");
}
