// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel reports of changes, and the guard that acts upon it.
#include <poll.h>

#include "catch.hpp"
#include "kernel_support.hpp"
#include "rules/guard.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

Watch open_watch(const RulesOptions& options) {
    auto watch = Watch::open(options);
    INFO((watch ? "" : watch.error().message));
    REQUIRE(watch.ok());
    return std::move(*watch);
}

bool readable(int fd, int milliseconds) {
    pollfd poll{fd, POLLIN, 0};
    return ::poll(&poll, 1, milliseconds) == 1;
}

void nft(const std::string& commands) { output_of({"nft", "-f", "-"}, commands); }

RulesOptions unprotected() {
    auto made = options({udp_rule("a")});
    made.owner = false;
    return made;
}

/// Runs the guard as the main loop does until it says that all is back.
GuardNews guard_until_restored(Guard& guard) {
    GuardNews all;
    const auto end = system_clock().monotonic() + std::chrono::seconds(10);
    while (!all.restored && system_clock().monotonic() < end) {
        const auto due = guard.deadline().value_or(end) - system_clock().monotonic();
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due).count();
        readable(guard.fd(), static_cast<int>(std::max<std::int64_t>(wait, 0)));
        const auto news = guard.tick();
        if (!news.missing.empty()) all.missing = news.missing;
        all.restored |= news.restored;
        INFO((news.failure ? news.failure->message : ""));
        REQUIRE_FALSE(news.failure);
    }
    return all;
}

}  // namespace

TEST_CASE("watch: changes of our table are seen, those of others are not") {
    OwnNetwork network;
    nft("table inet T { chain c { }\n}\ntable ip T { }\n");
    auto watch = open_watch(unprotected());
    REQUIRE(watch.fd() >= 0);
    REQUIRE_FALSE(watch.poll_interval());
    REQUIRE_FALSE(watch.changed());
    nft("table inet other { set s { type ipv4_addr; }\nchain c { }\n}\n"
        "add element inet other s { 192.0.2.1 }\ndelete table ip T\n");
    REQUIRE(readable(watch.fd(), 10000));
    CHECK_FALSE(watch.changed());
    CHECK_FALSE(readable(watch.fd(), 0));
    for (const char* change :
         {"add rule inet T c accept", "flush chain inet T c", "add counter inet T x",
          "delete chain inet T c", "delete table inet T"}) {
        INFO(change);
        nft(change);
        REQUIRE(readable(watch.fd(), 10000));
        CHECK(watch.changed());
        CHECK_FALSE(watch.changed());
    }
}

TEST_CASE("watch: iptables-nft is seen") {
    if (!usable(IptablesFlavour::nft)) return;
    OwnNetwork network;
    auto made = options({udp_rule("a")}, RulesBackend::iptables);
    made.flavour = IptablesFlavour::nft;
    auto watch = open_watch(made);
    for (const char* command :
         {"iptables-nft -A INPUT -j ACCEPT", "ip6tables-nft -t mangle -A PREROUTING -j ACCEPT",
          "iptables-nft -F"}) {
        INFO(command);
        output_of({"sh", "-c", command});
        REQUIRE(readable(watch.fd(), 10000));
        CHECK(watch.changed());
    }
    output_of({"iptables-nft", "-t", "nat", "-A", "PREROUTING", "-j", "ACCEPT"});
    REQUIRE(readable(watch.fd(), 10000));
    CHECK_FALSE(watch.changed());
    output_of({"iptables-nft-save"});
    output_of({"iptables-nft", "-L"});
    CHECK_FALSE(readable(watch.fd(), 0));  // looking is no change
}

TEST_CASE("watch: more events than the socket holds may have been anything") {
    OwnNetwork network;
    auto watch = open_watch(unprotected());
    std::string many;
    for (int i = 0; i < 20000; ++i) many += "add chain inet other c" + std::to_string(i) + '\n';
    nft("add table inet other\n" + many);
    CHECK(watch.changed());
}

TEST_CASE("guard: our own transactions are looked at, and that is all") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    Guard guard(*ruleset, open_watch(unprotected()), system_clock());
    require(ruleset->install(unprotected()));
    const auto before = output_of({"nft", "-a", "list", "ruleset"});
    for (int i = 0; i < 3; ++i) {
        const bool event = readable(guard.fd(), 0);
        const auto news = guard.tick();
        CHECK(news.missing.empty());
        CHECK_FALSE(news.restored);
        CHECK((i == 0 || !event));
    }
    CHECK(output_of({"nft", "-a", "list", "ruleset"}) == before);
}

TEST_CASE("guard: nftables without owner is back after each removal") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    Guard guard(*ruleset, open_watch(unprotected()), system_clock());
    require(ruleset->install(unprotected()));
    static_cast<void>(guard.tick());
    for (const char* damage :
         {"flush ruleset", "delete table inet T", "flush chain inet T input"}) {
        INFO(damage);
        nft(damage);
        const auto news = guard_until_restored(guard);
        CHECK_FALSE(news.missing.empty());
        CHECK(news.restored);
    }
    send_udp("127.0.0.1", 9999, 3);
    CHECK(count_of(*ruleset, "a").matched == 3);
}

TEST_CASE("guard: iptables of both flavours is back after each removal") {
    for (const auto& [flavour, infix] :
         {std::pair{IptablesFlavour::nft, "-nft"}, std::pair{IptablesFlavour::legacy, "-legacy"}}) {
        if (!usable(flavour)) continue;
        INFO(infix);
        OwnNetwork network;
        auto made = options({udp_rule("a")}, RulesBackend::iptables);
        made.flavour = flavour;
        const auto ruleset = make_ruleset(RulesBackend::iptables);
        Guard guard(*ruleset, open_watch(made), system_clock());
        require(ruleset->install(made));
        static_cast<void>(guard.tick());
        for (const char* damage : {"-F", "-D INPUT -j T.INPUT"}) {
            INFO(damage);
            output_of({"sh", "-c", std::string("iptables") + infix + ' ' + damage});
            const auto news = guard_until_restored(guard);
            CHECK_FALSE(news.missing.empty());
            CHECK(news.restored);
        }
        send_udp("127.0.0.1", 9999, 3);
        CHECK(count_of(*ruleset, "a").matched == 3);
    }
}
