// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/syslog.hpp"

#include <cstdlib>
#include <ctime>
#include <memory>
#include <regex>
#include <string>

#include "allocations.hpp"
#include "catch.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"

using namespace nflogd;

namespace {

const RunId kRun{"0f1c2a3b-0000-4000-8000-0123456789ab", "5000000"};
constexpr std::uint64_t kTime = 1795428234'123456789;

/// Says what it is told to say.
class FixedText : public format::Formatter {
public:
    explicit FixedText(std::string text) : text_(std::move(text)) {}
    std::size_t packet(const Packet&, std::span<char> out) override {
        std::copy(text_.begin(), text_.end(), out.begin());
        return text_.size();
    }
    void event(const Event&, std::string& out) override { out += text_; }

private:
    std::string text_;
};

std::unique_ptr<format::Formatter> make(const SyslogOptions& options = {}, std::string host = "gw1",
                                        std::string text = "text\n", RunId run = kRun) {
    return format::make_syslog(std::make_unique<FixedText>(std::move(text)), options,
                               {std::move(host), 4711, std::move(run)}, fakes::example_labels());
}

SyslogOptions bsd() {
    SyslogOptions options;
    options.protocol = SyslogProtocol::rfc3164;
    return options;
}

Record record() {
    Record record;
    record.clear();
    record.timestamp_ns = kTime;
    record.set(Field::timestamp);
    record.group = 100;
    record.set(Field::group);
    record.seq = 7;
    record.set(Field::seq);
    return record;
}

Record record_of_rule(std::uint16_t rule) {
    Record made = record();
    made.rule = rule;
    made.set(Field::rule);
    made.set(Field::action);
    return made;
}

std::string event_text(format::Formatter& formatter, const Event& event) {
    std::string out;
    formatter.event(event, out);
    return out;
}

/// SYSLOG-MSG of RFC 5424, section 6, with a MSG that is one line.
const std::regex kGrammar(
    R"(<(0|[1-9]\d?|1[0-8]\d|19[01])>[1-9]\d{0,2} )"
    R"((-|\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)"
    R"((?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) )"
    R"(([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) )"
    R"((-|(?:\[[!#-<>-\\^-~]{1,32}(?: [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])+))"
    R"((?: ([^\n]*))?\n)");

std::smatch parsed(const std::string& text) {
    std::smatch match;
    CAPTURE(text);
    REQUIRE(std::regex_match(text, match, kGrammar));
    return match;
}

}  // namespace

TEST_CASE("a packet in the frame of RFC 5424") {
    const auto syslog = make();
    REQUIRE(fakes::format_packet(*syslog, record()) ==
            "<134>1 2026-11-23T10:03:54.123456Z gw1 nflogd 4711 packet [nflogd@32473 "
            "boot=\"0f1c2a3b-0000-4000-8000-0123456789ab\" start=\"5000000\" group=\"100\" "
            "seq=\"7\"] text\n");
}

TEST_CASE("a packet in the frame of RFC 3164") {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    const auto syslog = make(bsd());
    REQUIRE(fakes::format_packet(*syslog, record()) ==
            "<134>Nov 23 11:03:54 gw1 nflogd[4711]: text\n");
    Record early = record();
    early.timestamp_ns = 1793701234'000000000;
    REQUIRE(fakes::format_packet(*syslog, early) ==
            "<134>Nov  3 11:20:34 gw1 nflogd[4711]: text\n");
}

TEST_CASE("what a record does not have is not told as zero") {
    Record nothing;
    nothing.clear();
    const std::string text = fakes::format_packet(*make({}, "", "text\n", {}), nothing);
    REQUIRE(text == "<134>1 - - nflogd 4711 packet [nflogd@32473] text\n");
    parsed(text);
    REQUIRE(fakes::format_packet(*make(bsd()), nothing) == "<134>nflogd[4711]: text\n");
}

TEST_CASE("the severity follows the action and the kind of event") {
    SyslogOptions options;
    options.facility = 4;
    options.severity = {7, 6, 1, 2, 3, 0};
    const auto syslog = make(options);
    const auto packet = [&](const Record& one) { return fakes::format_packet(*syslog, one); };
    REQUIRE(packet(record()).starts_with("<39>1 "));           // of no rule: log
    REQUIRE(packet(record_of_rule(0)).starts_with("<33>1 "));  // drop
    REQUIRE(packet(record_of_rule(1)).starts_with("<38>1 "));  // accept
    REQUIRE(event_text(*syslog, Ledger{}).starts_with("<35>1 "));
    REQUIRE(event_text(*syslog, Lifecycle{}).starts_with("<32>1 "));
    const auto usual = make();
    REQUIRE(fakes::format_packet(*usual, record_of_rule(0)).starts_with("<132>1 "));
    REQUIRE(fakes::format_packet(*usual, record_of_rule(1)).starts_with("<134>1 "));
    REQUIRE(event_text(*usual, Ledger{}).starts_with("<133>1 "));
}

TEST_CASE("events have a frame of their own, and none without a text") {
    Lifecycle change{kTime, "started", {}};
    const auto syslog = make();
    REQUIRE(parsed(event_text(*syslog, change))[6] == "lifecycle");
    REQUIRE(parsed(event_text(*syslog, Ledger{}))[6] == "ledger");
    REQUIRE(event_text(*syslog, change).find("seq=") == std::string::npos);
    REQUIRE(event_text(*make({}, "gw1", ""), change).empty());
    REQUIRE(event_text(*make(bsd()), change).ends_with(" gw1 nflogd[4711]: text\n"));
}

TEST_CASE("no host name and no id can leave its field") {
    const std::string host = GENERATE("a b", "a\nb", "g\xc3\xbcrtel", "\x01\x7f", "]\"\\");
    const auto syslog = make({}, host, "text\n", {"a\"] b\n", "\\"});
    const std::string text = fakes::format_packet(*syslog, record());
    REQUIRE(fakes::fault_of_line(text) == nullptr);
    REQUIRE(parsed(text)[8] == "text");
    REQUIRE(parsed(text)[4] == "nflogd");
    const std::string old = fakes::format_packet(*make(bsd(), host), record());
    REQUIRE(fakes::fault_of_line(old) == nullptr);
}

TEST_CASE("a long host is cut, and the longest record fits") {
    const auto labels = std::make_unique<Labels>();
    labels->add(fakes::hostile_text(500), fakes::hostile_text(500));
    SyslogOptions options;
    options.facility = 23;
    options.enterprise_number = ~std::uint32_t{0};
    options.protocol = GENERATE(SyslogProtocol::rfc5424, SyslogProtocol::rfc3164);
    const std::string host = fakes::hostile_text(500);
    const RunId run{std::string(100, 'b'), std::string(100, '9')};
    const auto syslog = format::make_syslog(format::make_json({host, labels.get(), false}), options,
                                            {host, ~std::uint32_t{0}, run}, *labels);
    std::string out(2 * format::kMaxPacketText, '\0');
    out.resize(syslog->packet(fakes::longest_record(), out));
    REQUIRE(out.size() < format::kMaxPacketText);
    REQUIRE(out.find('{') < format::kMaxSyslogHeader);
    if (options.protocol == SyslogProtocol::rfc5424) REQUIRE(parsed(out)[3].length() == 255);
}

TEST_CASE("random records make messages by the grammar, and single lines") {
    std::mt19937 random(5424);
    const auto make_text = GENERATE(format::make_json, format::make_line);
    const auto syslog = format::make_syslog(make_text({"gw1", &fakes::example_labels(), false}), {},
                                            {"gw1", 4711, kRun}, fakes::example_labels());
    for (int i = 0; i < 500; ++i) {
        Record one = fakes::random_record(random);
        one.rule %= 2;
        const std::string text = fakes::format_packet(*syslog, one);
        REQUIRE(fakes::fault_of_line(text) == nullptr);
        const std::string header = text.substr(0, text.find("] ") + 2) + "\n";
        REQUIRE((parsed(header)[2] != "-") == one.has(Field::timestamp));
    }
}

TEST_CASE("framing 10,000 packets allocates nothing") {
    SyslogOptions options;
    options.protocol = GENERATE(SyslogProtocol::rfc5424, SyslogProtocol::rfc3164);
    const auto syslog =
        format::make_syslog(format::make_json({"gw1", &fakes::example_labels(), false}), options,
                            {"gw1", 4711, kRun}, fakes::example_labels());
    const auto records = fakes::example_records();
    std::string out(format::kMaxPacketText, '\0');
    for (const auto& named : records) syslog->packet(named.record, out);
    const auto before = allocations();
    for (std::size_t i = 0; i < 10'000; ++i) {
        syslog->packet(records[i % records.size()].record, out);
    }
    REQUIRE(allocations() == before);
}
