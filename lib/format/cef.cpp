// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `cef`: ArcSight's Common Event Format, version 0, one event a line.
// docs/formats.md has every key and what is not in it.
// Facts: the implementation standard (header, dictionary of extensions, lengths).
#include <array>
#include <cstring>

#include "core/names.hpp"
#include "core/version.hpp"
#include "format/cef_text.hpp"
#include "format/event_line.hpp"
#include "format/flow.hpp"
#include "format/formatter.hpp"
#include "format/label_cache.hpp"

namespace nflogd::format {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

// Most that each part and key takes.
constexpr std::size_t kMaxVersion = 31;
constexpr std::size_t kMaxClass = 1023;
constexpr std::size_t kMaxAct = 63;
constexpr std::size_t kMaxDeviceHost = 100;
constexpr std::size_t kMaxInterface = 128;
constexpr std::size_t kMaxCustom = 4000;
constexpr std::size_t kMaxMessage = 1023;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

/// What an action is called, and how grave it is: 0-3 low, 4-6 medium, 7-8 high.
struct EventRow {
    std::string_view action;
    std::string_view name;
    char severity;
};
constexpr EventRow kPlain = {"", "Packet logged", '3'};
constexpr std::array kEvents = {
    EventRow{"accept", "Packet accepted", '3'},
    EventRow{"drop", "Packet dropped", '5'},
    EventRow{"reject", "Packet rejected", '5'},
};

const EventRow& row_of(std::string_view action) {
    for (const EventRow& row : kEvents) {
        if (row.action == action) return row;
    }
    return kPlain;
}

/// "CEF:0|nflogd|nflogd|0.1.0|drop|Packet dropped|5|"
std::string make_head(std::string_view event_class, std::string_view name, char severity) {
    std::string head = "CEF:0|nflogd|nflogd|";
    head += cef_header(program_version(), kMaxVersion) + '|';
    head += cef_header(event_class, kMaxClass) + '|';
    head += name;
    head += '|';
    head += severity;
    return head + '|';
}

template <std::size_t Size, std::unsigned_integral Integer>
void number(Writer& writer, const char (&key)[Size], Integer value) {
    writer.literal(key);
    writer.decimal(value);
}

template <std::size_t Size>
void text(Writer& writer, const char (&key)[Size], std::string_view value) {
    writer.literal(key);
    writer.put(value);
}

template <std::size_t Size>
void mac(Writer& writer, const char (&key)[Size], const MacAddress& value) {
    writer.literal(key);
    writer.mac(value);
}

template <std::size_t Size>
void interface(Writer& writer, const char (&key)[Size], const Interface& value) {
    writer.literal(key);
    const std::string_view name(value.name.data(), ::strnlen(value.name.data(), value.name.size()));
    if (!name.empty()) {
        writer = write_cef_value(writer, name, kMaxInterface);
    } else {
        writer.literal("if");
        writer.decimal(value.index);
    }
}

Writer write_tcp_flags(Writer writer, std::uint16_t flags) {
    writer.literal(" cs3Label=TCP Flags cs3=");
    bool first = true;
    for (const TcpFlagName& flag : tcp_flag_names()) {
        if ((flags & flag.bit) == 0) continue;
        if (!first) writer.put(' ');
        first = false;
        writer.put(flag.name);
    }
    return writer;
}

/// "TCP" and "UDP" are the standard's examples.
Writer write_protocol(Writer writer, std::uint8_t number) {
    if (number == kTcp) {
        writer.literal(" proto=TCP");
    } else if (number == kUdp) {
        writer.literal(" proto=UDP");
    } else {
        const std::string_view name = iana_protocol(number);
        writer.literal(" proto=");
        if (name.empty()) {
            writer.decimal(number);
        } else {
            for (const char c : name) writer.put(c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c);
        }
    }
    return writer;
}

Writer write_link(Writer writer, const Record& record) {
    if (record.has(Field::src_mac)) mac(writer, " smac=", record.src_mac);
    if (record.has(Field::dest_mac)) mac(writer, " dmac=", record.dest_mac);
    if (record.has(Field::in_iface)) interface(writer, " deviceInboundInterface=", record.in_iface);
    if (record.has(Field::out_iface)) {
        interface(writer, " deviceOutboundInterface=", record.out_iface);
    }
    return writer;
}

Writer write_transport(Writer writer, const Headers& headers) {
    if (headers.has(HeaderField::src_port)) number(writer, " spt=", headers.src_port);
    if (headers.has(HeaderField::dest_port)) number(writer, " dpt=", headers.dest_port);
    if (headers.has(HeaderField::proto_number)) {
        writer = write_protocol(writer, headers.proto_number);
    }
    if (headers.has(HeaderField::length)) number(writer, " in=", headers.length);
    if (headers.has(HeaderField::icmp_type)) {
        number(writer, " cn1Label=ICMP Type cn1=", headers.icmp_type);
    }
    if (headers.has(HeaderField::icmp_code)) {
        number(writer, " cn2Label=ICMP Code cn2=", headers.icmp_code);
    }
    if (headers.has(HeaderField::ttl)) number(writer, " cn3Label=TTL cn3=", headers.ttl);
    if (headers.has(HeaderField::tcp_flags) && (headers.tcp_flags & 0x1ff) != 0) {
        writer = write_tcp_flags(writer, headers.tcp_flags);
    }
    return writer;
}

class CefFormatter : public Formatter {
public:
    explicit CefFormatter(FormatOptions options)
        : labels_(*options.labels),
          flow_(options.text),
          strict_ipv6_(options.text.strict_ipv6),
          host_(cef_value(options.host, kMaxDeviceHost)),
          plain_head_(make_head("packet", kPlain.name, kPlain.severity)) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        Writer writer(out.data());
        writer.put(record.has(Field::action) ? label(record.rule).head : plain_head_);
        number(writer, "rt=", record.timestamp_ns / kNsPerMs);
        text(writer, " dvchost=", host_);
        if (record.has(Field::seq)) number(writer, " externalId=", record.seq);
        writer = write_label(writer, record);
        writer = write_addresses(writer, record.packet);
        writer = write_transport(writer, record.packet);
        writer = write_link(writer, record);
        writer = write_flow(writer, record.packet);
        writer = write_log(writer, record);
        writer.put('\n');
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        std::visit([&](const auto& one) { write_event(one, event_text(event), out); }, event);
    }

private:
    /// What a rule's label makes of the line, put together once.
    struct CefLabel {
        std::string head;
        std::string act;   ///< " act=drop"
        std::string rule;  ///< " cs1Label=Rule cs1=…"
        std::string ruleset;
    };

    Writer write_label(Writer writer, const Record& record) {
        if (record.has(Field::action)) writer.put(label(record.rule).act);
        if (record.has(Field::rule)) writer.put(label(record.rule).rule);
        if (record.has(Field::ruleset)) writer.put(label(record.rule).ruleset);
        if (record.has(Field::prefix)) {
            writer.literal(" cs2Label=Log Prefix cs2=");
            writer = write_cef_value(writer, record.prefix_text(), kMaxCustom);
        }
        return writer;
    }

    Writer write_addresses(Writer writer, const Headers& headers) const {
        const bool custom = strict_ipv6_ && headers.ip_version == 6;
        if (headers.has(HeaderField::src_ip)) {
            writer.put(custom ? std::string_view(" c6a2Label=Source IPv6 Address c6a2=") : " src=");
            writer.address(headers.src_ip, headers.ip_version);
        }
        if (headers.has(HeaderField::dest_ip)) {
            writer.put(custom ? std::string_view(" c6a3Label=Destination IPv6 Address c6a3=")
                              : " dst=");
            writer.address(headers.dest_ip, headers.ip_version);
        }
        return writer;
    }

    Writer write_flow(Writer writer, const Headers& headers) {
        const auto direction = flow_.direction(headers);
        if (direction == Direction::inbound) writer.literal(" deviceDirection=0");
        if (direction == Direction::outbound) writer.literal(" deviceDirection=1");
        const std::string_view id = flow_.community_id(headers);
        if (id.empty()) return writer;
        writer.literal(" cs5Label=Community ID cs5=");
        return write_cef_value(writer, id, kMaxCustom);
    }

    static Writer write_log(Writer writer, const Record& record) {
        if (record.has(Field::hook)) text(writer, " cs4Label=Hook cs4=", hook_name(record.hook));
        if (record.has(Field::uid)) number(writer, " suid=", record.uid);
        if (record.has(Field::malformed)) {
            text(writer, " reason=", malformed_text(record.malformed));
        }
        return writer;
    }

    void start_event(std::string_view head, std::uint64_t timestamp_ns, std::string& out) const {
        out += head;
        out += "rt=" + std::to_string(timestamp_ns / kNsPerMs) + " dvchost=" + host_;
    }

    void write_event(const Ledger& ledger, const std::string& message, std::string& out) const {
        std::uint64_t received = 0;
        std::uint64_t lost = 0;
        std::uint64_t not_written = 0;
        for (const GroupLedger& group : ledger.groups) {
            received += group.received;
            lost += group.lost_kernel;
        }
        for (const OutputLedger& output : ledger.outputs) {
            not_written += output.dropped + output.failed;
        }
        start_event(make_head("ledger", "Ledger", '3'), ledger.timestamp_ns, out);
        out += " cn1Label=Received cn1=" + std::to_string(received);
        out += " cn2Label=Lost In Kernel cn2=" + std::to_string(lost);
        out += " cn3Label=Not Written cn3=" + std::to_string(not_written);
        out += " msg=" + cef_value(message, kMaxMessage) + '\n';
    }

    void write_event(const Lifecycle& lifecycle, const std::string& message,
                     std::string& out) const {
        start_event(make_head("lifecycle", "State changed", '3'), lifecycle.timestamp_ns, out);
        out += " act=" + cef_value(lifecycle.change, kMaxAct);
        for (const auto& [name, value] : lifecycle.details) {
            if (name != "reason") continue;
            out += " reason=" + cef_value(value, kMaxMessage);
            break;
        }
        out += " msg=" + cef_value(message, kMaxMessage) + '\n';
    }

    const CefLabel& label(std::uint16_t number) { return labels_.get(number, make_label); }

    static CefLabel make_label(const RuleLabel& label) {
        const std::string_view action = label[LabelText::action];
        const EventRow& row = row_of(action);
        return {make_head("packet-" + std::string(action), row.name, row.severity),
                " act=" + cef_value(action, kMaxAct),
                " cs1Label=Rule cs1=" + cef_value(label[LabelText::name], kMaxCustom),
                " cs6Label=Ruleset cs6=" + cef_value(label[LabelText::ruleset], kMaxCustom)};
    }

    LabelCache<CefLabel> labels_;
    FlowFacts flow_;
    const bool strict_ipv6_;
    const std::string host_;
    const std::string plain_head_;
};

}  // namespace

std::unique_ptr<Formatter> make_cef(FormatOptions options) {
    return std::make_unique<CefFormatter>(std::move(options));
}

}  // namespace nflogd::format
