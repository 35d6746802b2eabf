// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `ocsf`: Open Cybersecurity Schema Framework 1.8, one document a line. A
// packet is a Network Activity (class 4001, activity Traffic) with the profiles host and
// security_control; one of which neither endpoint is known, which the class does not
// allow, is a Base Event. What the schema has no place for is in `unmapped`, a new row of
// fields.def too. docs/formats.md has every field.
// Facts: events/network/network_activity.json, objects/network_*.json and
// profiles/security_control.json of the schema.
#include <array>

#include "core/names.hpp"
#include "core/version.hpp"
#include "format/escape.hpp"
#include "format/flow.hpp"
#include "format/formatter.hpp"
#include "format/json_fields.hpp"
#include "format/ocsf_event.hpp"

namespace nflogd::format {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

constexpr std::string_view kNetworkActivity =
    R"({"category_uid":4,"category_name":"Network Activity","class_uid":4001,)"
    R"("class_name":"Network Activity","activity_id":6,"activity_name":"Traffic",)"
    R"("type_uid":400106,"type_name":"Network Activity: Traffic")";

/// What an action is by the profile security_control, and how grave that is.
struct ControlRow {
    std::string_view action;
    std::string_view members;
};
constexpr ControlRow kUnknownControl = {
    "", R"(,"severity_id":1,"severity":"Informational","action_id":0,"action":"Unknown",)"
        R"("disposition_id":0,"disposition":"Unknown")"};
constexpr std::array kControls = {
    ControlRow{"accept",
               R"(,"severity_id":1,"severity":"Informational","action_id":1,"action":"Allowed",)"
               R"("disposition_id":1,"disposition":"Allowed")"},
    ControlRow{"drop", R"(,"severity_id":2,"severity":"Low","action_id":2,"action":"Denied",)"
                       R"("disposition_id":6,"disposition":"Dropped")"},
    ControlRow{"reject", R"(,"severity_id":2,"severity":"Low","action_id":2,"action":"Denied",)"
                         R"("disposition_id":25,"disposition":"Rejected")"},
    ControlRow{"log",
               R"(,"severity_id":1,"severity":"Informational","action_id":3,"action":"Observed",)"
               R"("disposition_id":17,"disposition":"Logged")"},
};

std::string_view control_of(std::string_view action) {
    for (const ControlRow& row : kControls) {
        if (row.action == action) return row.members;
    }
    return kUnknownControl.members;
}

/// By Direction; OCSF has no word for a packet that only passes.
constexpr std::array<std::string_view, 4> kDirections = {
    R"(,"direction_id":1,"direction":"Inbound")", R"(,"direction_id":2,"direction":"Outbound")",
    R"(,"direction_id":3,"direction":"Lateral")", R"(,"direction_id":99,"direction":"External")"};
constexpr std::string_view kUnknownDirection = R"(,"direction_id":0,"direction":"Unknown")";

Writer write_mac(Writer writer, const MacAddress& mac) {
    writer.literal(R"(,"mac":")");
    writer.mac(mac);
    writer.put('"');
    return writer;
}

Writer write_interface_name(Writer writer, const Interface& interface) {
    writer.literal(R"(,"interface_name":")");
    writer = write_interface(writer, interface);
    writer.put('"');
    return writer;
}

Writer write_ip(Writer writer, const IpAddress& address, std::uint8_t version) {
    writer.literal(R"(,"ip":")");
    writer.address(address, version);
    writer.put('"');
    return writer;
}

Writer write_ip(Writer writer, const Ipv4Address& address) {
    writer.literal(R"(,"ip":")");
    writer.ipv4(address.data());
    writer.put('"');
    return writer;
}

Writer write_port(Writer writer, std::uint16_t port) {
    writer.literal(R"(,"port":)");
    writer.decimal(port);
    return writer;
}

/// An endpoint is known by its address or by the interface on its side; ports and MAC
/// addresses alone name none.
bool has_source(const Record& record) {
    return record.has(Field::in_iface) ||
           (record.packet.present & bits(HeaderField::src_ip, HeaderField::arp_src_ip)) != 0;
}

bool has_destination(const Record& record) {
    return record.has(Field::out_iface) ||
           (record.packet.present & bits(HeaderField::dest_ip, HeaderField::arp_dest_ip)) != 0;
}

Writer write_source(Writer writer, const Record& record) {
    if (!has_source(record)) return writer;
    const Headers& headers = record.packet;
    return write_object(writer, R"(,"src_endpoint":)", [&](Writer inside) {
        if (headers.has(HeaderField::src_ip)) {
            inside = write_ip(inside, headers.src_ip, headers.ip_version);
        } else if (headers.has(HeaderField::arp_src_ip)) {
            inside = write_ip(inside, headers.arp_src_ip);
        }
        if (headers.has(HeaderField::src_port)) inside = write_port(inside, headers.src_port);
        if (record.has(Field::src_mac)) inside = write_mac(inside, record.src_mac);
        const bool known = record.has(Field::in_iface);
        return known ? write_interface_name(inside, record.in_iface) : inside;
    });
}

Writer write_destination(Writer writer, const Record& record) {
    if (!has_destination(record)) return writer;
    const Headers& headers = record.packet;
    return write_object(writer, R"(,"dst_endpoint":)", [&](Writer inside) {
        if (headers.has(HeaderField::dest_ip)) {
            inside = write_ip(inside, headers.dest_ip, headers.ip_version);
        } else if (headers.has(HeaderField::arp_dest_ip)) {
            inside = write_ip(inside, headers.arp_dest_ip);
        }
        if (headers.has(HeaderField::dest_port)) inside = write_port(inside, headers.dest_port);
        if (record.has(Field::dest_mac)) inside = write_mac(inside, record.dest_mac);
        const bool known = record.has(Field::out_iface);
        return known ? write_interface_name(inside, record.out_iface) : inside;
    });
}

/// In attributes of the schema, and so not in `unmapped`.
struct Mapped {
    std::uint64_t envelope;
    std::uint64_t headers;
};

Mapped mapped_in(const Record& record) {
    Mapped mapped{bits(Field::timestamp, Field::seq, Field::rule, Field::action, Field::rule_id,
                       Field::rule_comment),
                  0};
    const bool source = has_source(record);
    const bool destination = has_destination(record);
    if (!source && !destination) return mapped;
    mapped.headers = bits(HeaderField::ip_version, HeaderField::proto, HeaderField::proto_number,
                          HeaderField::length, HeaderField::tcp_flags);
    if (source) {
        const bool ip = record.packet.has(HeaderField::src_ip);
        mapped.envelope |= bits(Field::in_iface, Field::src_mac);
        mapped.headers |= bits(HeaderField::src_port);
        mapped.headers |= ip ? bits(HeaderField::src_ip) : bits(HeaderField::arp_src_ip);
    }
    if (destination) {
        const bool ip = record.packet.has(HeaderField::dest_ip);
        mapped.envelope |= bits(Field::out_iface, Field::dest_mac);
        mapped.headers |= bits(HeaderField::dest_port);
        mapped.headers |= ip ? bits(HeaderField::dest_ip) : bits(HeaderField::arp_dest_ip);
    }
    return mapped;
}

Writer write_traffic(Writer writer, const Record& record) {
    if (!record.packet.has(HeaderField::length)) return writer;
    writer.literal(R"(,"traffic":{"packets":1,"bytes":)");
    writer.decimal(record.packet.length);
    writer.put('}');
    return writer;
}

class OcsfFormatter : public Formatter {
public:
    explicit OcsfFormatter(FormatOptions options)
        : labels_(*options.labels),
          fields_(*options.labels),
          flow_(options.text),
          metadata_(ocsf_metadata(program_version())),
          device_(ocsf_device(json_text(options.host, kMaxEscapedName))) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        const bool is_network = has_source(record) || has_destination(record);
        Writer writer(out.data());
        writer.put(is_network ? kNetworkActivity : kOcsfBaseEvent);
        writer.literal(R"(,"time":)");
        writer.decimal(record.timestamp_ns / kNsPerMs);
        writer = write_control(writer, record);
        if (is_network) writer = write_network(writer, record);
        writer = write_metadata(writer, record);
        writer.put(device_);
        writer = write_unmapped(writer, record);
        writer.literal("}\n");
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_ocsf_event(event, metadata_, device_, out);
    }

private:
    /// What a rule's label makes of the document, put together once.
    struct OcsfLabel {
        std::string_view control;
        std::string name;  ///< members of `firewall_rule`: `,"name":"ssh"`
        std::string uid;   ///< likewise
        std::string desc;
    };

    Writer write_control(Writer writer, const Record& record) {
        const bool acted = record.has(Field::action);
        writer.put(acted ? label(record.rule).control : kUnknownControl.members);
        return write_object(writer, R"(,"firewall_rule":)", [&](Writer inside) {
            if (record.has(Field::rule)) inside.put(label(record.rule).name);
            if (record.has(Field::rule_id)) inside.put(label(record.rule).uid);
            if (record.has(Field::rule_comment)) inside.put(label(record.rule).desc);
            return inside;
        });
    }

    Writer write_network(Writer writer, const Record& record) {
        writer = write_source(writer, record);
        writer = write_destination(writer, record);
        writer = write_connection(writer, record.packet);
        return write_traffic(writer, record);
    }

    Writer write_connection(Writer writer, const Headers& headers) {
        return write_object(writer, R"(,"connection_info":)", [&](Writer inside) {
            const auto direction = flow_.direction(headers);
            inside.put(direction ? kDirections[static_cast<std::size_t>(*direction)]
                                 : kUnknownDirection);
            if (headers.has(HeaderField::proto_number)) {
                inside.literal(R"(,"protocol_num":)");
                inside.decimal(headers.proto_number);
            }
            if (headers.has(HeaderField::proto)) inside = write_protocol(inside, headers);
            if (headers.has(HeaderField::ip_version)) {
                inside.literal(R"(,"protocol_ver_id":)");
                inside.decimal(headers.ip_version);
            }
            if (headers.has(HeaderField::tcp_flags)) {
                inside.literal(R"(,"tcp_flags":)");
                inside.decimal(headers.tcp_flags);
            }
            return write_community_id(inside, headers);
        });
    }

    static Writer write_protocol(Writer writer, const Headers& headers) {
        const std::string_view name = iana_protocol(headers.proto_number);
        if (name.empty()) return writer;
        writer.literal(R"(,"protocol_name":")");
        writer.put(name);
        writer.put('"');
        return writer;
    }

    Writer write_community_id(Writer writer, const Headers& headers) {
        const std::string_view id = flow_.community_id(headers);
        if (id.empty()) return writer;
        writer.literal(R"(,"community_uid":")");
        writer.put(id);
        writer.put('"');
        return writer;
    }

    Writer write_metadata(Writer writer, const Record& record) const {
        writer.put(metadata_);
        if (record.has(Field::seq)) {
            writer.literal(R"(,"sequence":)");
            writer.decimal(record.seq);
        }
        writer.put('}');
        return writer;
    }

    /// All that has no attribute.
    Writer write_unmapped(Writer writer, const Record& record) {
        const Mapped mapped = mapped_in(record);
        return write_object(writer, R"(,"unmapped":)", [&](Writer inside) {
            inside = fields_.envelope(inside, record, record.present & ~mapped.envelope);
            inside = fields_.headers(inside, record.packet, record,
                                     record.packet.present & ~mapped.headers);
            return record.quotes ? fields_.inner(inside, record, record.inner.present) : inside;
        });
    }

    const OcsfLabel& label(std::uint16_t number) { return labels_.get(number, make_label); }

    static OcsfLabel make_label(const RuleLabel& label) {
        return {control_of(label[LabelText::action]), json_member("name", label[LabelText::name]),
                json_member("uid", label[LabelText::rule_id]),
                json_member("desc", label[LabelText::comment])};
    }

    LabelCache<OcsfLabel> labels_;
    JsonFields fields_;
    FlowFacts flow_;
    const std::string metadata_;  ///< without its last brace
    const std::string device_;
};

}  // namespace

std::unique_ptr<Formatter> make_ocsf(FormatOptions options) {
    return std::make_unique<OcsfFormatter>(std::move(options));
}

}  // namespace nflogd::format
