// SPDX-License-Identifier: GPL-2.0-or-later
//
// Documents of the Open Cybersecurity Schema Framework against its classes Network
// Activity and Base Event (ocsf-schema 1.8: attributes, enumerations, constraints).
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
    {"category_uid", Type::number, "|0|4|", true},
    {"category_name", Type::keyword, "|Uncategorized|Network Activity|"},
    {"class_uid", Type::number, "|0|4001|", true},
    {"class_name", Type::keyword, "|Base Event|Network Activity|"},
    {"activity_id", Type::number, "|6|99|", true},
    {"activity_name", Type::keyword, "|Traffic|Other|"},
    {"type_uid", Type::number, "|99|400106|", true},
    {"type_name", Type::keyword, "|Base Event: Other|Network Activity: Traffic|"},
    {"time", Type::number, "", true},
    {"severity_id", Type::number, "|1|2|", true},
    {"severity", Type::keyword, "|Informational|Low|"},
    {"message", Type::keyword},
    {"action_id", Type::number, "|0|1|2|3|"},
    {"action", Type::keyword, "|Unknown|Allowed|Denied|Observed|"},
    {"disposition_id", Type::number, "|0|1|6|17|25|"},
    {"disposition", Type::keyword, "|Unknown|Allowed|Dropped|Logged|Rejected|"},
    {"firewall_rule.name", Type::keyword},
    {"firewall_rule.uid", Type::keyword},
    {"firewall_rule.desc", Type::keyword},
    {"src_endpoint.ip", Type::ip},
    {"src_endpoint.port", Type::number},
    {"src_endpoint.mac", Type::colons},
    {"src_endpoint.interface_name", Type::keyword},
    {"dst_endpoint.ip", Type::ip},
    {"dst_endpoint.port", Type::number},
    {"dst_endpoint.mac", Type::colons},
    {"dst_endpoint.interface_name", Type::keyword},
    {"connection_info.direction_id", Type::number, "|0|1|2|3|99|"},
    {"connection_info.direction", Type::keyword, "|Unknown|Inbound|Outbound|Lateral|External|"},
    {"connection_info.protocol_num", Type::number},
    {"connection_info.protocol_name", Type::keyword},
    {"connection_info.protocol_ver_id", Type::number, "|4|6|"},
    {"connection_info.tcp_flags", Type::number},
    {"connection_info.community_uid", Type::keyword},
    {"traffic.packets", Type::number, "|1|"},
    {"traffic.bytes", Type::number},
    {"metadata.version", Type::keyword, "|1.8.0|", true},
    {"metadata.profiles", Type::keyword, "|host|security_control|", true, true},
    {"metadata.product.name", Type::keyword, "|nflogd|", true},
    {"metadata.product.vendor_name", Type::keyword, "|nflogd|", true},
    {"metadata.product.version", Type::keyword, "", true},
    {"metadata.log_name", Type::keyword, "|nflogd|", true},
    {"metadata.sequence", Type::number},
    {"device.type_id", Type::number, "|9|", true},
    {"device.type", Type::keyword, "|Firewall|"},
    {"device.hostname", Type::keyword, "", true},
    {"unmapped", Type::any},
};

/// What the table cannot say: sums of ids, and constraints.
std::string fault_of(const json& document) {
    std::string fault = fakes::fault_of_document(document, kSchema);
    const int class_uid = document.value("class_uid", -1);
    if (document.value("type_uid", -1) != class_uid * 100 + document.value("activity_id", -1)) {
        fault += "type_uid; ";
    }
    const bool has_endpoint =
        document.contains("src_endpoint") || document.contains("dst_endpoint");
    if (has_endpoint != (class_uid == 4001)) fault += "at least one endpoint; ";
    for (const char* side : {"src_endpoint", "dst_endpoint"}) {
        if (!document.contains(side)) continue;
        const json& endpoint = document[side];
        if (!endpoint.contains("ip") && !endpoint.contains("interface_name")) {
            fault += std::string(side) + " is nobody; ";
        }
    }
    if (class_uid == 4001 && !document["connection_info"].contains("direction_id")) {
        fault += "direction_id is required; ";
    }
    return fault;
}

json packet(const Record& record, format::FormatOptions options = fakes::siem_options()) {
    return json::parse(fakes::format_packet(*format::make_ocsf(std::move(options)), record));
}

Record example(std::string_view name) {
    for (const auto& named : fakes::example_records()) {
        if (named.name == name) return named.record;
    }
    throw std::runtime_error("no such example");
}

}  // namespace

TEST_CASE("every example is a document of OCSF") {
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        REQUIRE(fault_of(packet(record)).empty());
    }
}

TEST_CASE("any record is a document of OCSF") {
    std::mt19937 random(4101);
    for (int i = 0; i < 500; ++i) {
        const Record record = fakes::random_record(random);
        fakes::SiemPrinter printer(fakes::hostile_siem_strings(random), format::make_ocsf);
        const std::string text = printer.packet(record);
        CAPTURE(text);
        REQUIRE(fakes::fault_of_line(text) == nullptr);
        REQUIRE(fault_of(json::parse(text)).empty());
    }
}

TEST_CASE("ledgers and changes of state are base events") {
    const auto ocsf = format::make_ocsf(fakes::siem_options());
    for (const Event& event : fakes::example_events()) {
        const std::string text = fakes::format_event(*ocsf, event);
        CAPTURE(text);
        REQUIRE(fakes::fault_of_line(text) == nullptr);
        const json document = json::parse(text);
        REQUIRE(fault_of(document).empty());
        REQUIRE(document["class_uid"] == 0);
    }
    const json ledger = json::parse(fakes::format_event(*ocsf, fakes::example_events()[0]));
    REQUIRE(ledger["unmapped"]["ledger"]["rules"][0]["lost_kernel"] == 3);
}

TEST_CASE("actions are those of the security control") {
    const auto control_of = [](const char* action) {
        auto labels = std::make_unique<Labels>();
        labels->add("a rule", action);
        auto options = fakes::siem_options();
        options.labels = labels.get();
        const json document = packet(example("tcp"), options);
        REQUIRE(document["firewall_rule"]["name"] == "a rule");
        return std::pair(document["action_id"].get<int>(), document["disposition_id"].get<int>());
    };
    REQUIRE(control_of("drop") == std::pair(2, 6));
    REQUIRE(control_of("reject") == std::pair(2, 25));
    REQUIRE(control_of("accept") == std::pair(1, 1));
    REQUIRE(control_of("log") == std::pair(3, 17));
    REQUIRE(control_of("other") == std::pair(0, 0));
    REQUIRE(packet(example("udp6"))["action_id"] == 0);
}

TEST_CASE("what no attribute takes is unmapped") {
    const json tcp = packet(example("tcp"));
    REQUIRE(tcp["time"] == 1795428234123);
    REQUIRE(tcp["connection_info"]["direction_id"] == 2);
    REQUIRE(tcp["connection_info"]["tcp_flags"] == 0xc2);
    REQUIRE(tcp["traffic"]["bytes"] == 60);
    REQUIRE(tcp["unmapped"]["hook"] == "input");
    REQUIRE(tcp["unmapped"]["tcp_window"] == 64240);
    const json arp = packet(example("arp"));
    REQUIRE(arp["src_endpoint"]["ip"] == "192.0.2.10");
    REQUIRE(arp["unmapped"]["arp_op"] == 1);
    REQUIRE(packet(example("icmp-error"))["unmapped"]["inner"]["dest_port"] == 53);
    const json cut = packet(example("arp-cut"));
    REQUIRE(cut["class_uid"] == 0);
    REQUIRE(cut["unmapped"]["truncated"] == true);
}

TEST_CASE("no field of a record is missing from its document") {
    std::mt19937 random(4102);
    const auto json_format = format::make_json({"gw1", &fakes::example_labels(), false});
    for (int i = 0; i < 200; ++i) {
        const Record record = fakes::random_record(random);
        const json flat = json::parse(fakes::format_packet(*json_format, record));
        const std::string text = packet(record).dump();
        for (const auto& [name, value] : flat.items()) {
            if (name == "timestamp" || name == "event" || name == "proto" || name == "tcp_flags" ||
                name == "action" || name == "rule") {
                continue;
            }
            CAPTURE(name, text);
            REQUIRE(text.find(value.dump()) != std::string::npos);
        }
    }
}

TEST_CASE("strings are kept in documents of OCSF") {
    std::mt19937 random(4103);
    Record record = example("tcp");
    record.set(Field::rule_id);
    record.set(Field::rule_comment);
    for (int i = 0; i < 500; ++i) {
        const auto strings = fakes::hostile_siem_strings(random);
        const json document =
            json::parse(fakes::SiemPrinter(strings, format::make_ocsf).packet(record));
        REQUIRE(document["device"]["hostname"] == fakes::read_back(strings.host));
        for (const char* name : {"name", "uid", "desc"}) {
            REQUIRE(document["firewall_rule"][name] == fakes::read_back(strings.rule));
        }
        REQUIRE(document["unmapped"]["prefix"] == fakes::read_back(strings.prefix));
        REQUIRE(document["src_endpoint"]["interface_name"] == fakes::read_back(strings.in));
    }
}
