// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `ecs`: Elastic Common Schema, one nested document a line. Details of the
// packet are called as Elastic's iptables integration calls them; what neither has a
// name for is in `nflogd`, a new row of fields.def too. docs/formats.md has every field.
// Facts: ECS 8.17 and 9.4 (field types, allowed values of event.*, the pattern of MAC
// addresses), packages/iptables of elastic/integrations (iptables.*).
#include <array>

#include "core/version.hpp"
#include "format/date.hpp"
#include "format/ecs_event.hpp"
#include "format/ecs_members.hpp"
#include "format/escape.hpp"
#include "format/flow.hpp"
#include "format/formatter.hpp"
#include "format/json_fields.hpp"

namespace nflogd::format {
namespace {

using namespace ecs;

/// Printed under a name of ECS or of the integration, and so not in `nflogd`.
constexpr std::uint64_t kMappedEnvelope =
    bits(Field::timestamp, Field::seq, Field::rule, Field::action, Field::ruleset, Field::rule_id,
         Field::rule_comment, Field::in_iface, Field::out_iface, Field::uid, Field::gid,
         Field::src_mac, Field::dest_mac, Field::ether_type, Field::vlan_id);
constexpr std::uint64_t kMappedHeaders = bits(
    HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip, HeaderField::proto,
    HeaderField::proto_number, HeaderField::length, HeaderField::ttl, HeaderField::ip_id,
    HeaderField::df, HeaderField::mf, HeaderField::fragment_offset, HeaderField::flow_label,
    HeaderField::src_port, HeaderField::dest_port, HeaderField::tcp_flags, HeaderField::tcp_seq,
    HeaderField::tcp_ack, HeaderField::tcp_window, HeaderField::udp_length, HeaderField::icmp_type,
    HeaderField::icmp_code, HeaderField::icmp_id, HeaderField::icmp_seq, HeaderField::icmp_gateway);

Writer write_side(Writer writer, const Interface& interface) {
    return write_object(writer, R"(,"interface":)", [&](Writer inside) {
        keyword(inside, R"(,"id":)", interface.index);
        if (interface.name[0] != '\0') device(inside, R"(,"name":)", interface);
        return inside;
    });
}

Writer write_user(Writer writer, const Shown& shown) {
    return write_object(writer, R"(,"user":)", [&](Writer inside) {
        if (shown.has(Field::uid)) keyword(inside, R"(,"id":)", shown.record.uid);
        return write_object(inside, R"(,"group":)", [&](Writer group) {
            if (shown.has(Field::gid)) keyword(group, R"(,"id":)", shown.record.gid);
            return group;
        });
    });
}

/// Each address once.
class AddressList {
public:
    explicit AddressList(Writer writer) : writer_(writer) {}

    void add(const IpAddress& address, std::uint8_t version) {
        const Writer before = writer_;
        writer_.put(',');
        const char* const start = writer_.position();
        writer_.put('"');
        writer_.address(address, version);
        writer_.put('"');
        const auto size = static_cast<std::size_t>(writer_.position() - start);
        const std::string_view text(start, size);
        for (std::size_t i = 0; i < count_; ++i) {
            if (known_[i] == text) {
                writer_ = before;
                return;
            }
        }
        known_[count_++] = text;
    }
    void add(const Ipv4Address& address) {
        IpAddress wide{};
        std::copy(address.begin(), address.end(), wide.bytes.begin());
        add(wide, 4);
    }
    void add(const Headers& headers, std::uint64_t shown) {
        if ((shown & bits(HeaderField::src_ip)) != 0) add(headers.src_ip, headers.ip_version);
        if ((shown & bits(HeaderField::dest_ip)) != 0) add(headers.dest_ip, headers.ip_version);
        if ((shown & bits(HeaderField::arp_src_ip)) != 0) add(headers.arp_src_ip);
        if ((shown & bits(HeaderField::arp_dest_ip)) != 0) add(headers.arp_dest_ip);
    }
    [[nodiscard]] Writer writer() const { return writer_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }

private:
    Writer writer_;
    std::array<std::string_view, 8> known_;
    std::size_t count_ = 0;
};

Writer write_related(Writer writer, const Shown& shown) {
    const Writer before = writer;
    writer.literal(R"(,"related":{"ip":)");
    char* const start = writer.position();
    AddressList list(writer);
    list.add(shown.record.packet, shown.packet);
    list.add(shown.record.inner, shown.inner);
    if (list.empty()) return before;
    *start = '[';
    writer = list.writer();
    writer.literal("]}");
    return writer;
}

class EcsFormatter : public Formatter {
public:
    explicit EcsFormatter(FormatOptions options)
        : labels_(*options.labels),
          fields_(*options.labels),
          flow_(options.text),
          selection_(options.text.fields),
          host_(json_text(options.host, kMaxEscapedName)),
          observer_(ecs_observer(host_, program_version())) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        const Shown shown(record, selection_);
        Writer writer(out.data());
        writer.literal(R"({"@timestamp":")");
        writer = time_.write(writer, record.timestamp_ns);
        writer.literal(R"(","ecs":{"version":")");
        writer.put(kEcsVersion);
        writer.literal(R"("},"event":{"kind":"event","category":["network"],)"
                       R"("module":"nflogd","dataset":"nflogd.packet")");
        writer = write_event(writer, shown);
        writer = write_network(writer, shown);
        writer = write_source(writer, shown);
        writer = write_destination(writer, shown);
        writer = write_rule(writer, shown);
        writer = write_user(writer, shown);
        writer = write_related(writer, shown);
        writer = write_observer(writer, shown);
        writer = write_iptables(writer, shown);
        writer = write_rest(writer, shown);
        writer.literal("}\n");
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_ecs_event(event, observer_, out);
    }

private:
    /// What a rule's label makes of the document, put together once.
    struct EcsLabel {
        std::string name;     ///< members of `rule`: `,"name":"ssh"`
        std::string ruleset;  ///< likewise
        std::string id;
        std::string description;
        std::string action;   ///< `,"action":"drop"`
        std::string outcome;  ///< `,"denied"`
    };

    Writer write_event(Writer writer, const Shown& shown) {
        const Record& record = shown.record;
        const bool acted = shown.has(Field::action);
        if (acted) writer.put(label(record.rule).action);
        if (shown.has(Field::seq)) number(writer, R"(,"sequence":)", record.seq);
        const bool is_ip = record.packet.has(HeaderField::ip_version);
        writer.put(is_ip ? std::string_view(R"(,"type":["connection")") : R"(,"type":["info")");
        if (acted && is_ip) writer.put(label(record.rule).outcome);
        writer.literal("]}");
        return writer;
    }

    Writer write_network(Writer writer, const Shown& shown) {
        const Record& record = shown.record;
        const Headers& headers = record.packet;
        return write_object(writer, R"(,"network":)", [&](Writer inside) {
            if (shown.has(HeaderField::ip_version)) {
                text(inside, R"(,"type":)", headers.ip_version == 4 ? "ipv4" : "ipv6");
            }
            if (shown.has(HeaderField::proto)) {
                const auto name = iana_protocol(headers.proto_number);
                if (!name.empty()) text(inside, R"(,"transport":)", name);
            }
            if (shown.has(HeaderField::proto_number)) {
                keyword(inside, R"(,"iana_number":)", headers.proto_number);
            }
            const std::string_view id = flow_.community_id(headers);
            if (!id.empty()) text(inside, R"(,"community_id":)", id);
            if (const auto direction = flow_.direction(headers)) {
                text(inside, R"(,"direction":)", direction_name(*direction));
            }
            if (shown.has(HeaderField::length)) {
                number(inside, R"(,"bytes":)", headers.length);
                inside.literal(R"(,"packets":1)");
            }
            return write_object(inside, R"(,"vlan":)", [&](Writer vlan) {
                if (shown.has(Field::vlan_id)) keyword(vlan, R"(,"id":)", record.vlan_id);
                return vlan;
            });
        });
    }

    static Writer write_source(Writer writer, const Shown& shown) {
        const Headers& headers = shown.record.packet;
        return write_object(writer, R"(,"source":)", [&](Writer inside) {
            if (shown.has(HeaderField::src_ip)) {
                inside.literal(R"(,"ip":")");
                inside.address(headers.src_ip, headers.ip_version);
                inside.put('"');
            }
            if (shown.has(HeaderField::src_port)) number(inside, R"(,"port":)", headers.src_port);
            if (shown.has(Field::src_mac)) mac(inside, R"(,"mac":)", shown.record.src_mac);
            if (shown.has(HeaderField::length)) {
                number(inside, R"(,"bytes":)", headers.length);
                inside.literal(R"(,"packets":1)");
            }
            return inside;
        });
    }

    static Writer write_destination(Writer writer, const Shown& shown) {
        const Headers& headers = shown.record.packet;
        return write_object(writer, R"(,"destination":)", [&](Writer inside) {
            if (shown.has(HeaderField::dest_ip)) {
                inside.literal(R"(,"ip":")");
                inside.address(headers.dest_ip, headers.ip_version);
                inside.put('"');
            }
            if (shown.has(HeaderField::dest_port)) {
                number(inside, R"(,"port":)", headers.dest_port);
            }
            if (shown.has(Field::dest_mac)) mac(inside, R"(,"mac":)", shown.record.dest_mac);
            return inside;
        });
    }

    Writer write_rule(Writer writer, const Shown& shown) {
        return write_object(writer, R"(,"rule":)", [&](Writer inside) {
            const std::uint16_t rule = shown.record.rule;
            if (shown.has(Field::rule)) inside.put(label(rule).name);
            if (shown.has(Field::ruleset)) inside.put(label(rule).ruleset);
            if (shown.has(Field::rule_id)) inside.put(label(rule).id);
            if (shown.has(Field::rule_comment)) inside.put(label(rule).description);
            return inside;
        });
    }

    Writer write_observer(Writer writer, const Shown& shown) {
        writer.put(observer_);
        writer = write_object(writer, R"(,"ingress":)", [&](Writer inside) {
            const bool known = shown.has(Field::in_iface);
            return known ? write_side(inside, shown.record.in_iface) : inside;
        });
        writer = write_object(writer, R"(,"egress":)", [&](Writer inside) {
            const bool known = shown.has(Field::out_iface);
            return known ? write_side(inside, shown.record.out_iface) : inside;
        });
        writer.put('}');
        return writer;
    }

    /// All that has no other name.
    Writer write_rest(Writer writer, const Shown& shown) {
        const Record& record = shown.record;
        return write_object(writer, R"(,"nflogd":)", [&](Writer inside) {
            inside = fields_.envelope(inside, record, shown.envelope & ~kMappedEnvelope);
            inside = fields_.headers(inside, record.packet, record, shown.packet & ~kMappedHeaders);
            return shown.inner == 0 ? inside : fields_.inner(inside, record, shown.inner);
        });
    }

    const EcsLabel& label(std::uint16_t number) { return labels_.get(number, make_label); }

    static EcsLabel make_label(const RuleLabel& label) {
        EcsLabel made;
        made.name = json_member("name", label[LabelText::name]);
        made.ruleset = json_member("ruleset", label[LabelText::ruleset]);
        made.id = json_member("id", label[LabelText::rule_id]);
        made.description = json_member("description", label[LabelText::comment]);
        const std::string_view action = label[LabelText::action];
        made.action = json_member("action", action);
        if (action == "accept") made.outcome = R"(,"allowed")";
        if (action == "drop" || action == "reject") made.outcome = R"(,"denied")";
        return made;
    }

    LabelCache<EcsLabel> labels_;
    JsonFields fields_;
    FlowFacts flow_;
    const FieldSelection selection_;
    const std::string host_;
    const std::string observer_;  ///< without its last brace
    UtcTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_ecs(FormatOptions options) {
    return std::make_unique<EcsFormatter>(std::move(options));
}

}  // namespace nflogd::format
