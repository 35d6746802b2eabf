// SPDX-License-Identifier: GPL-2.0-or-later
//
// Documents of the Elastic Common Schema against its types, patterns and allowed values
// (elastic/ecs 8.17 and 9.4) and those of Elastic's iptables integration.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"
#include "schema.hpp"
#include "siem.hpp"

using namespace nflogd;
using fakes::SchemaRow;
using fakes::Type;
using nlohmann::json;

namespace {

constexpr SchemaRow kSchema[] = {
    {"@timestamp", Type::date, "", true},
    {"ecs.version", Type::keyword, "|8.17.0|", true},
    {"event.kind", Type::keyword, "|event|metric|state|", true},
    {"event.category", Type::keyword, "|network|process|", true, true},
    {"event.type", Type::keyword, "|allowed|connection|denied|info|change|start|end|", true, true},
    {"event.module", Type::keyword, "|nflogd|", true},
    {"event.dataset", Type::keyword, "|nflogd.packet|nflogd.ledger|nflogd.lifecycle|", true},
    {"event.action", Type::keyword},
    {"event.reason", Type::keyword},
    {"event.sequence", Type::number},
    {"network.type", Type::keyword, "|ipv4|ipv6|"},
    {"network.transport", Type::keyword},
    {"network.iana_number", Type::keyword},
    {"network.community_id", Type::keyword},
    {"network.direction", Type::keyword, "|inbound|outbound|internal|external|"},
    {"network.bytes", Type::number},
    {"network.packets", Type::number},
    {"network.vlan.id", Type::keyword},
    {"source.ip", Type::ip},
    {"source.port", Type::number},
    {"source.mac", Type::mac},
    {"source.bytes", Type::number},
    {"source.packets", Type::number},
    {"destination.ip", Type::ip},
    {"destination.port", Type::number},
    {"destination.mac", Type::mac},
    {"rule.name", Type::keyword},
    {"rule.ruleset", Type::keyword},
    {"rule.id", Type::keyword},
    {"rule.description", Type::keyword},
    {"user.id", Type::keyword},
    {"user.group.id", Type::keyword},
    {"related.ip", Type::ip, "", false, true},
    {"observer.type", Type::keyword, "|firewall|", true},
    {"observer.vendor", Type::keyword, "|nflogd|", true},
    {"observer.product", Type::keyword, "|nflogd|", true},
    {"observer.version", Type::keyword, "", true},
    {"observer.name", Type::keyword, "", true},
    {"observer.hostname", Type::keyword, "", true},
    {"observer.ingress.interface.id", Type::keyword},
    {"observer.ingress.interface.name", Type::keyword},
    {"observer.egress.interface.id", Type::keyword},
    {"observer.egress.interface.name", Type::keyword},
    {"iptables.input_device", Type::keyword},
    {"iptables.output_device", Type::keyword},
    {"iptables.ether_type", Type::number},
    {"iptables.length", Type::number},
    {"iptables.tos", Type::number},
    {"iptables.precedence_bits", Type::number, "|0|32|64|96|128|160|192|224|"},
    {"iptables.ttl", Type::number},
    {"iptables.id", Type::number},
    {"iptables.fragment_flags", Type::keyword, "|DF|MF|", false, true},
    {"iptables.fragment_offset", Type::number},
    {"iptables.flow_label", Type::number},
    {"iptables.tcp.flags", Type::keyword, "|SYN|ACK|FIN|RST|PSH|URG|ECE|CWR|AE|", false, true},
    {"iptables.tcp.seq", Type::number},
    {"iptables.tcp.ack", Type::number},
    {"iptables.tcp.window", Type::number},
    {"iptables.udp.length", Type::number},
    {"iptables.icmp.type", Type::number},
    {"iptables.icmp.code", Type::number},
    {"iptables.icmp.id", Type::number},
    {"iptables.icmp.seq", Type::number},
    {"iptables.icmp.redirect", Type::ip},
    {"nflogd", Type::any},
};

json packet(const Record& record, format::FormatOptions options = fakes::siem_options()) {
    return json::parse(fakes::format_packet(*format::make_ecs(std::move(options)), record));
}

Record example(std::string_view name) {
    for (const auto& named : fakes::example_records()) {
        if (named.name == name) return named.record;
    }
    throw std::runtime_error("no such example");
}

/// The document of that record with flags that no packet has taken out: a random one can
/// have none of the nine, an empty list.
Record with_flags(Record record) {
    record.packet.tcp_flags |= kTcpSyn;
    record.inner.tcp_flags |= kTcpSyn;
    return record;
}

}  // namespace

TEST_CASE("every example is a document of ECS") {
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        REQUIRE(fakes::fault_of_document(packet(record), kSchema).empty());
    }
}

TEST_CASE("any record is a document of ECS") {
    std::mt19937 random(4001);
    for (int i = 0; i < 500; ++i) {
        const Record record = with_flags(fakes::random_record(random));
        fakes::SiemPrinter printer(fakes::hostile_siem_strings(random), format::make_ecs);
        const std::string text = printer.packet(record);
        CAPTURE(text);
        REQUIRE(fakes::fault_of_line(text) == nullptr);
        REQUIRE(fakes::fault_of_document(json::parse(text), kSchema).empty());
    }
}

TEST_CASE("ledgers and changes of state are documents of ECS") {
    const auto ecs = format::make_ecs(fakes::siem_options());
    const std::pair<const char*, const char*> expected[] = {
        {"metric", "info"}, {"state", "start"}, {"state", "end"}, {"state", "change"}};
    const auto events = fakes::example_events();
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string text = fakes::format_event(*ecs, events[i]);
        const json document = json::parse(text);
        REQUIRE(fakes::fault_of_line(text) == nullptr);
        REQUIRE(fakes::fault_of_document(document, kSchema).empty());
        REQUIRE(document["event"]["kind"] == expected[i].first);
        REQUIRE(document["event"]["type"] == json::array({expected[i].second}));
    }
    const json ledger = json::parse(fakes::format_event(*ecs, events[0]));
    REQUIRE(ledger["nflogd"]["ledger"]["rules"][0]["lost_kernel"] == 3);
    REQUIRE(ledger["nflogd"]["ledger"]["final"] == true);
    const json suspended = json::parse(fakes::format_event(*ecs, events[3]));
    REQUIRE(suspended["event"]["reason"] == "No space left | on = \\device\n");
    REQUIRE(suspended["nflogd"]["lifecycle"]["output"] == "main");
}

TEST_CASE("actions are allowed, denied, or neither") {
    const auto type_of = [](const char* action) {
        auto labels = std::make_unique<Labels>();
        labels->add("a rule", action);
        auto options = fakes::siem_options();
        options.labels = labels.get();
        const json document = packet(example("tcp"), options);
        REQUIRE(document["event"]["action"] == action);
        REQUIRE(document["rule"]["name"] == "a rule");
        return document["event"]["type"];
    };
    REQUIRE(type_of("drop") == json::array({"connection", "denied"}));
    REQUIRE(type_of("reject") == json::array({"connection", "denied"}));
    REQUIRE(type_of("accept") == json::array({"connection", "allowed"}));
    REQUIRE(type_of("log") == json::array({"connection"}));
    REQUIRE(packet(example("arp"))["event"]["type"] == json::array({"info"}));
}

TEST_CASE("values are where Elastic looks for them") {
    const json tcp = packet(example("tcp"));
    REQUIRE(tcp["source"]["mac"] == "E6-9A-26-53-72-9B");
    REQUIRE(tcp["network"]["direction"] == "outbound");
    REQUIRE(tcp["network"]["transport"] == "tcp");
    REQUIRE(tcp["network"]["iana_number"] == "6");
    REQUIRE(tcp["network"]["bytes"] == 60);
    REQUIRE(tcp["related"]["ip"] == json::array({"192.0.2.1", "198.51.100.254"}));
    REQUIRE(tcp["iptables"]["fragment_flags"] == json::array({"DF"}));
    REQUIRE(tcp["iptables"]["ether_type"] == 2048);
    REQUIRE(tcp["observer"]["ingress"]["interface"] == json({{"id", "7"}, {"name", "wan0"}}));
    const json udp6 = packet(example("udp6"));
    REQUIRE(udp6["iptables"]["tos"] == 0xb8);
    REQUIRE_FALSE(udp6["iptables"].contains("precedence_bits"));
    REQUIRE_FALSE(udp6["observer"]["egress"]["interface"].contains("name"));
    REQUIRE(udp6["iptables"]["output_device"] == "if7");
    REQUIRE(packet(example("icmpv6-echo"))["network"]["transport"] == "ipv6-icmp");
    Record marked = example("tcp");
    marked.packet.tos = 0xb8;
    REQUIRE(packet(marked)["iptables"]["tos"] == 0x18);
    REQUIRE(packet(marked)["iptables"]["precedence_bits"] == 0xa0);
    const json error = packet(example("icmp-error"));
    REQUIRE(error["nflogd"]["inner"]["dest_port"] == 53);
    REQUIRE(error["nflogd"]["icmp_mtu"] == 1280);
    REQUIRE(packet(example("arp"))["related"]["ip"] == json::array({"192.0.2.10", "192.0.2.11"}));
    REQUIRE(packet(example("esp-from-a-user"))["user"] ==
            json({{"id", "1000"}, {"group", {{"id", "100"}}}}));
}

TEST_CASE("an id of the flow is there unless nobody wants it") {
    auto options = fakes::siem_options();
    const std::string id = packet(example("tcp"), options)["network"]["community_id"];
    REQUIRE(id.size() == 30);
    options.text.community_id_seed = 1;
    REQUIRE(packet(example("tcp"), options)["network"]["community_id"] != id);
    options.text.community_id = false;
    REQUIRE_FALSE(packet(example("tcp"), options)["network"].contains("community_id"));
    REQUIRE_FALSE(packet(example("fragment"))["network"].contains("community_id"));
}

TEST_CASE("strings are kept and break nothing") {
    std::mt19937 random(4002);
    Record record = example("tcp");
    for (const Field field : {Field::ruleset, Field::rule_id, Field::rule_comment}) {
        record.set(field);
    }
    for (int i = 0; i < 500; ++i) {
        const auto strings = fakes::hostile_siem_strings(random);
        const json document =
            json::parse(fakes::SiemPrinter(strings, format::make_ecs).packet(record));
        REQUIRE(document["observer"]["hostname"] == fakes::read_back(strings.host));
        for (const char* name : {"name", "ruleset", "id", "description"}) {
            REQUIRE(document["rule"][name] == fakes::read_back(strings.rule));
        }
        REQUIRE(document["nflogd"]["prefix"] == fakes::read_back(strings.prefix));
        REQUIRE(document["iptables"]["input_device"] == fakes::read_back(strings.in));
    }
}

TEST_CASE("only the selected fields are in a document") {
    auto options = fakes::siem_options();
    options.text.fields = {0, 0, 0};
    const json none = packet(example("tcp"), options);
    for (const char* gone : {"source", "destination", "rule", "iptables", "nflogd", "related"}) {
        CAPTURE(gone);
        REQUIRE_FALSE(none.contains(gone));
    }
    REQUIRE(none["event"]["type"] == json::array({"connection"}));
    REQUIRE(fakes::fault_of_document(none, kSchema).empty());
    options.text.fields.packet = std::uint64_t{1} << static_cast<unsigned>(HeaderField::src_ip);
    const json one = packet(example("tcp"), options);
    REQUIRE(one["source"] == json({{"ip", "192.0.2.1"}}));
    REQUIRE(one["related"]["ip"] == json::array({"192.0.2.1"}));
}
