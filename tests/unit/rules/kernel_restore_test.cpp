// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that somebody removes: noticed, and put back.
#include "catch.hpp"
#include "kernel_support.hpp"

using namespace nflogd;
using namespace nflogd::rules;
using namespace nflogd::rules::test;

namespace {

/// As on a kernel that cannot give the table an owner: everybody can change it.
RulesOptions unprotected(std::vector<LogRule> rules) {
    auto made = options(std::move(rules));
    made.owner = false;
    made.table = "T";
    return made;
}

std::string missing(Ruleset& ruleset) {
    const auto what = ruleset.missing();
    INFO((what ? "" : what.error().message));
    REQUIRE(what.ok());
    return *what;
}

std::string nft_listing() { return output_of({"nft", "-s", "list", "ruleset"}); }

/// What was taken away is told as `told`, comes back as it was, and once.
void mends(Ruleset& ruleset, const std::string& told, const std::function<std::string()>& listing,
           const std::function<void()>& damage) {
    const auto before = listing();
    REQUIRE(missing(ruleset).empty());
    damage();
    CHECK(missing(ruleset) == told);
    require(ruleset.restore());
    CHECK(missing(ruleset).empty());
    CHECK(listing() == before);
    require(ruleset.restore());
    CHECK(listing() == before);
}

void nft(const std::string& commands) { output_of({"nft", "-f", "-"}, commands); }

struct Row {
    const char* damage;
    const char* told;
};

}  // namespace

TEST_CASE("nftables: whatever is done to a table without owner is undone") {
    constexpr Row kRows[] = {
        {"flush ruleset", "table inet T is gone"},
        {"delete table inet T", "table inet T is gone"},
        {"flush table inet T", "what is in chain input is gone, and 4 more"},
        {"flush chain inet T input", "what is in chain input is gone"},
        {"flush chain inet T log.b", "what is in chain log.b is gone"},
        {"flush chain inet T output\ndelete chain inet T output",
         "chain output is gone, and 1 more"},
        {"add chain inet T input { policy drop; }", "chain input was changed"},
        {"add table inet T { flags dormant; }", "table inet T was changed"},
        {"insert rule inet T input accept", "what is in chain input was changed"},
        {"add chain inet T theirs { type filter hook input priority 0; }",
         "chain theirs was added"},
        {"flush table inet T\ndelete counter inet T matched.a",
         "counter matched.a is gone, and 5 more"},
        {"rename chain inet T log.a log.x", "chain log.a is gone, and 3 more"},
        {"delete table inet T\nadd table inet T", "table inet T was changed"},
    };
    for (const auto& row : kRows) {
        INFO(row.damage);
        OwnNetwork network;
        const auto ruleset = make_ruleset(RulesBackend::nftables);
        require(ruleset->install(
            unprotected({udp_rule("a"), udp_rule("b"), udp_rule("c", Hook::output)})));
        send_udp("127.0.0.1", 9999, 3);
        REQUIRE(count_of(*ruleset, "a").matched == 3);
        mends(*ruleset, row.told, nft_listing, [&] { nft(row.damage); });
        send_udp("127.0.0.1", 9999, 4);
        CHECK(count_of(*ruleset, "a").matched == 7);
        CHECK(count_of(*ruleset, "b").passed == 7);
        CHECK(count_of(*ruleset, "c").passed == 7);
    }
}

TEST_CASE("nftables: a rule that was replaced by its twin is noticed") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    require(ruleset->install(unprotected({udp_rule("a")})));
    const auto before = nft_listing();
    nft("add rule inet T log.a accept\nflush chain inet T log.a\nadd rule inet T log.a counter "
        "name "
        "matched.a counter name passed.a log prefix \"a\" group 100 snaplen 128 "
        "queue-threshold 64\n");
    REQUIRE(nft_listing() == before);
    CHECK(missing(*ruleset) == "what is in chain log.a was changed");
}

TEST_CASE("nftables: what counted before stays when only rules were flushed") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    require(ruleset->install(unprotected({udp_rule("a")})));
    send_udp("127.0.0.1", 9999, 5);
    nft("flush table inet T");
    require(ruleset->restore());
    const auto count = count_of(*ruleset, "a");
    CHECK(count.matched == 5);  // although nobody had read it before the flush
    CHECK_FALSE(count.restarted);
}

TEST_CASE("nftables: counters of a removed table go on from their last reading") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    require(ruleset->install(unprotected({udp_rule("a")})));
    send_udp("127.0.0.1", 9999, 5);
    REQUIRE(count_of(*ruleset, "a").matched == 5);
    send_udp("127.0.0.1", 9999, 2);  // nobody will ever know
    nft("delete table inet T");
    REQUIRE_FALSE(ruleset->count().ok());
    require(ruleset->restore());
    send_udp("127.0.0.1", 9999, 50);  // more than before: the reading alone would not tell
    const auto count = count_of(*ruleset, "a");
    CHECK(count.matched == 55);
    CHECK(count.passed == 55);
    CHECK(count.restarted);
    CHECK_FALSE(count_of(*ruleset, "a").restarted);
}

TEST_CASE("nftables: counters that somebody resets never make a sum smaller") {
    for (const char* reset : {"reset counters table inet T", "reset counter inet T matched.a"}) {
        INFO(reset);
        OwnNetwork network;
        const auto ruleset = make_ruleset(RulesBackend::nftables);
        require(ruleset->install(unprotected({udp_rule("a")})));
        send_udp("127.0.0.1", 9999, 5);
        REQUIRE(count_of(*ruleset, "a").matched == 5);
        nft(reset);
        CHECK(missing(*ruleset).empty());
        const auto after = count_of(*ruleset, "a");
        CHECK(after.matched == 5);
        CHECK(after.passed == 5);
        CHECK(after.restarted);
        send_udp("127.0.0.1", 9999, 3);
        CHECK(count_of(*ruleset, "a").matched == 8);
        CHECK(count_of(*ruleset, "a").passed == 8);
    }
}

TEST_CASE("nftables: an owned table is never reported missing") {
    OwnNetwork network;
    const auto ruleset = make_ruleset(RulesBackend::nftables);
    require(ruleset->install(options({udp_rule("a")})));
    nft("flush ruleset");
    CHECK(missing(*ruleset).empty());
    require(ruleset->quiesce());
    CHECK(missing(*ruleset).empty());
    require(ruleset->restore());
    send_udp("127.0.0.1", 9999, 1);
    CHECK(count_of(*ruleset, "a").matched == 0);
}

namespace {

struct Flavour {
    IptablesFlavour id;
    std::string infix;
};

std::vector<Flavour> flavours() {
    std::vector<Flavour> found;
    for (const auto& flavour :
         {Flavour{IptablesFlavour::nft, "-nft"}, Flavour{IptablesFlavour::legacy, "-legacy"}})
        if (usable(flavour.id)) found.push_back(flavour);
    return found;
}

std::string policies_without_counts(std::string text) {
    std::string kept;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('\n', from), text.size() - 1) + 1;
        auto line = text.substr(from, end - from);
        if (line.front() == ':') line = line.substr(0, line.find(" [")) + '\n';
        kept += line;
        from = end;
    }
    return kept;
}

/// iptables of one flavour, used by somebody else.
struct Iptables {
    Flavour flavour;

    void run(const std::string& arguments) const {
        output_of({"sh", "-c", "iptables" + flavour.infix + ' ' + arguments});
    }
    [[nodiscard]] std::string listing() const {
        std::string text;
        for (const std::string version : {"ip", "ip6"})
            text +=
                policies_without_counts(output_of({version + "tables" + flavour.infix + "-save"}));
        return text;
    }
    [[nodiscard]] RulesOptions rules() const {
        auto made = options({udp_rule("a"), udp_rule("b"), udp_rule("c", Hook::output)},
                            RulesBackend::iptables);
        made.flavour = flavour.id;
        return made;
    }
};

}  // namespace

TEST_CASE("iptables: whatever is done to our chains is undone") {
    constexpr Row kRows[] = {
        {"-F", "iptables: chain T.0 was changed, and 6 more"},
        {"-F INPUT", "iptables: the jump from INPUT to T.INPUT is gone"},
        {"-F T.INPUT", "iptables: chain T.INPUT was changed"},
        {"-F T.0", "iptables: chain T.0 was changed"},
        {"-D T.0 1", "iptables: chain T.0 was changed"},
        {"-A INPUT -j T.INPUT", "iptables: the jump from INPUT to T.INPUT was changed"},
        {"-I T.1 -j ACCEPT", "iptables: chain T.1 was changed"},
        {"-N T.9", "iptables: chain T.9 was added"},
    };
    for (const auto& flavour : flavours())
        for (const auto& row : kRows) {
            INFO(flavour.infix << ' ' << row.damage);
            OwnNetwork network;
            const Iptables iptables{flavour};
            iptables.run("-A FORWARD -p tcp -j ACCEPT");
            const auto ruleset = make_ruleset(RulesBackend::iptables);
            require(ruleset->install(iptables.rules()));
            send_udp("127.0.0.1", 9999, 3);
            REQUIRE(count_of(*ruleset, "a").matched == 3);
            const auto damage = [&] {
                iptables.run(row.damage);
                iptables.run("-F FORWARD");  // theirs: nobody puts it back
                iptables.run("-A FORWARD -p tcp -j ACCEPT");
            };
            mends(
                *ruleset, row.told, [&] { return iptables.listing(); }, damage);
            send_udp("127.0.0.1", 9999, 4);
            CHECK(count_of(*ruleset, "a").matched == 7);
            CHECK(count_of(*ruleset, "b").passed == 7);
            CHECK(count_of(*ruleset, "c").passed == 7);
        }
}

TEST_CASE("iptables: a rule put before our jump stays there, and nothing is missing") {
    for (const auto& flavour : flavours()) {
        INFO(flavour.infix);
        OwnNetwork network;
        const Iptables iptables{flavour};
        const auto ruleset = make_ruleset(RulesBackend::iptables);
        require(ruleset->install(iptables.rules()));
        iptables.run("-I INPUT 1 -p tcp -j ACCEPT");
        CHECK(missing(*ruleset).empty());
    }
}

TEST_CASE("iptables: a chain that nobody touched goes on counting") {
    for (const auto& flavour : flavours()) {
        INFO(flavour.infix);
        OwnNetwork network;
        const Iptables iptables{flavour};
        const auto ruleset = make_ruleset(RulesBackend::iptables);
        require(ruleset->install(iptables.rules()));
        send_udp("127.0.0.1", 9999, 5);
        iptables.run("-F T.1");
        iptables.run("-F INPUT");
        require(ruleset->restore());
        CHECK(count_of(*ruleset, "a").matched == 5);  // although nobody had read it before
        CHECK(count_of(*ruleset, "b").matched == 0);  // lost, and said so by the first count
        send_udp("127.0.0.1", 9999, 1);
        CHECK(count_of(*ruleset, "b").matched == 1);
    }
}

TEST_CASE("iptables: after -F and -X everything comes back, and goes without a trace") {
    for (const auto& flavour : flavours()) {
        INFO(flavour.infix);
        OwnNetwork network;
        const Iptables iptables{flavour};
        const auto ruleset = make_ruleset(RulesBackend::iptables);
        require(ruleset->install(iptables.rules()));
        const auto before = iptables.listing();
        send_udp("127.0.0.1", 9999, 5);
        REQUIRE(count_of(*ruleset, "a").matched == 5);
        iptables.run("-F");
        iptables.run("-X");
        CHECK_FALSE(missing(*ruleset).empty());
        require(ruleset->restore());
        CHECK(iptables.listing() == before);
        send_udp("127.0.0.1", 9999, 20);
        const auto count = count_of(*ruleset, "a");
        CHECK(count.matched == 25);
        CHECK(count.restarted);
        require(ruleset->remove());
        CHECK_FALSE(contains(iptables.listing(), "T."));
        if (flavour.id == IptablesFlavour::nft) CHECK(nft_listing().empty());
    }
}

TEST_CASE("iptables-nft: everything comes back after nft flush ruleset") {
    if (!usable(IptablesFlavour::nft)) return;
    OwnNetwork network;
    const Iptables iptables{{IptablesFlavour::nft, "-nft"}};
    const auto ruleset = make_ruleset(RulesBackend::iptables);
    require(ruleset->install(iptables.rules()));
    const auto before = iptables.listing();
    nft("flush ruleset");
    CHECK(missing(*ruleset) == "iptables: chain T.0 is gone, and 9 more");
    require(ruleset->restore());
    CHECK(iptables.listing() == before);
    require(ruleset->remove());
    CHECK(nft_listing().empty());
}

TEST_CASE("iptables: counters set to zero never make a sum smaller") {
    for (const auto& flavour : flavours()) {
        INFO(flavour.infix);
        OwnNetwork network;
        const Iptables iptables{flavour};
        const auto ruleset = make_ruleset(RulesBackend::iptables);
        require(ruleset->install(iptables.rules()));
        send_udp("127.0.0.1", 9999, 5);
        send_udp("::1", 9999, 100);
        REQUIRE(count_of(*ruleset, "a").matched == 105);
        iptables.run("-Z");
        CHECK(missing(*ruleset).empty());
        send_udp("::1", 9999, 30);  // more than the reset took: the sum alone would not tell
        const auto count = count_of(*ruleset, "a");
        CHECK(count.matched == 135);
        CHECK(count.restarted);
        send_udp("127.0.0.1", 9999, 2);
        CHECK(count_of(*ruleset, "a").matched == 137);
        CHECK_FALSE(count_of(*ruleset, "a").restarted);
    }
}
