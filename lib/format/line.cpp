// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `line`: one readable line a packet, for somebody at a terminal.
//
//   Nov 23 10:03:54.123 drop   ssh-tries  wan0 > lan0  tcp 192.0.2.1:40312 -> 192.0.2.254:22
//   SYN len=60 ttl=64
#include <algorithm>

#include "core/names.hpp"
#include "format/date.hpp"
#include "format/escape.hpp"
#include "format/event_line.hpp"
#include "format/formatter.hpp"
#include "format/icmp_names.hpp"

namespace nflogd::format {
namespace {

/// Longer names are cut: they come from the configuration, which allows less.
constexpr std::size_t kActionColumn = 6;

constexpr std::string_view kReset = "\033[0m";
constexpr std::string_view kDim = "\033[2m";
constexpr std::string_view kYellow = "\033[33m";

struct ActionColour {
    std::string_view action;
    std::string_view colour;
};
constexpr std::array kActionColours = {
    ActionColour{"drop", "\033[31m"},
    ActionColour{"reject", "\033[33m"},
    ActionColour{"accept", "\033[32m"},
    ActionColour{"log", "\033[36m"},
};

class LineFormatter : public Formatter {
public:
    explicit LineFormatter(FormatOptions options)
        : labels_(*options.labels), colour_(options.colour), timed_(options.text.line_time) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        Writer writer(out.data());
        if (timed_) write_time(writer, record);
        write_rule(writer, record);
        write_interfaces(writer, record);
        write_headers(writer, record.packet);
        if (record.quotes) {
            writer.put(" [about:");
            write_headers(writer, record.inner);
            writer.put(" ]");
        }
        write_remarks(writer, record);
        writer.put('\n');
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_event_line(event, colour_, out);
    }

private:
    void paint(Writer& writer, std::string_view colour) const {
        if (colour_) writer.put(colour);
    }

    void write_time(Writer& writer, const Record& record) {
        paint(writer, kDim);
        writer = time_.write(writer, record.timestamp_ns);
        paint(writer, kReset);
    }

    void write_rule(Writer& writer, const Record& record) const {
        writer.put(' ');
        if (record.has(Field::rule)) {
            write_action(writer, labels_.text(record.rule, LabelText::action));
            writer = write_plain_word(writer, labels_.text(record.rule, LabelText::name));
            return;
        }
        if (record.has(Field::action)) {
            write_action(writer, labels_.text(record.rule, LabelText::action));
        } else {
            writer.put('-');
            write_padding(writer, 1);
        }
        if (record.has(Field::prefix)) {
            writer = write_plain_word(writer, record.prefix_text());
        } else {
            writer.put('-');
        }
    }

    void write_action(Writer& writer, std::string_view action) const {
        const auto* colour = std::find_if(kActionColours.begin(), kActionColours.end(),
                                          [&](const auto& row) { return row.action == action; });
        if (colour == kActionColours.end()) {  // none that the configuration allows
            writer = write_plain_word(writer, action);
            return writer.put(' ');
        }
        paint(writer, colour->colour);
        writer.put(action);
        paint(writer, kReset);
        write_padding(writer, action.size());
    }

    /// Up to the next column, behind a text of `size` bytes.
    static void write_padding(Writer& writer, std::size_t size) {
        for (std::size_t i = size; i <= kActionColumn; ++i) writer.put(' ');
    }

    static void write_interface(Writer& writer, bool present, const Interface& interface) {
        if (!present) return writer.put('-');
        const std::string_view name(interface.name.data(),
                                    ::strnlen(interface.name.data(), interface.name.size()));
        if (name.empty()) {
            writer.put("if");
            writer.decimal(interface.index);
        } else {
            writer = write_plain_word(writer, name);
        }
    }

    static void write_interfaces(Writer& writer, const Record& record) {
        if (!record.has(Field::in_iface) && !record.has(Field::out_iface)) return;
        writer.put("  ");
        write_interface(writer, record.has(Field::in_iface), record.in_iface);
        writer.put(" > ");
        write_interface(writer, record.has(Field::out_iface), record.out_iface);
        writer.put(' ');
    }

    static void write_headers(Writer& writer, const Headers& headers) {
        if (headers.has(HeaderField::arp_op)) {
            write_arp(writer, headers);
            return;
        }
        writer.put(' ');
        if (headers.has(HeaderField::proto)) {
            writer.put(protocol_name(headers.proto_number));
        } else if (headers.has(HeaderField::proto_number)) {
            writer.put("proto=");
            writer.decimal(headers.proto_number);
        }
        write_endpoint(writer, headers, HeaderField::src_ip, HeaderField::src_port);
        if (headers.has(HeaderField::dest_ip)) writer.put(" ->");
        write_endpoint(writer, headers, HeaderField::dest_ip, HeaderField::dest_port);
        write_details(writer, headers);
    }

    static void write_endpoint(Writer& writer, const Headers& headers, HeaderField ip,
                               HeaderField port) {
        if (!headers.has(ip)) return;
        const bool source = ip == HeaderField::src_ip;
        const bool bracket = headers.ip_version == 6 && headers.has(port);
        writer.put(bracket ? " [" : " ");
        writer.address(source ? headers.src_ip : headers.dest_ip, headers.ip_version);
        if (bracket) writer.put(']');
        if (!headers.has(port)) return;
        writer.put(':');
        writer.decimal(source ? headers.src_port : headers.dest_port);
    }

    static void write_number(Writer& writer, const Headers& headers, HeaderField field,
                             std::string_view name, std::uint64_t value) {
        if (!headers.has(field)) return;
        writer.put(name);
        writer.decimal(value);
    }

    static void write_details(Writer& writer, const Headers& headers) {
        if (headers.has(HeaderField::tcp_flags)) {
            for (const TcpFlagName& flag : tcp_flag_names()) {
                if ((headers.tcp_flags & flag.bit) == 0) continue;
                writer.put(' ');
                writer.put(flag.name);
            }
        }
        if (headers.has(HeaderField::icmp_type)) write_icmp(writer, headers);
        if (headers.has(HeaderField::spi)) {
            writer.put(" spi=0x");
            for (int shift = 24; shift >= 0; shift -= 8) {
                writer.hex(static_cast<std::uint8_t>(headers.spi >> shift));
            }
        }
        write_number(writer, headers, HeaderField::length, " len=", headers.length);
        write_number(writer, headers, HeaderField::ttl, " ttl=", headers.ttl);
        const bool later = headers.has(HeaderField::fragment_offset) && headers.fragment_offset > 0;
        const bool more = headers.has(HeaderField::mf) && headers.mf;
        if (later || more) {
            writer.put(" frag=");
            writer.decimal(later ? std::uint64_t{headers.fragment_offset} * 8 : 0);
            if (more) writer.put('+');
        }
    }

    static void write_icmp(Writer& writer, const Headers& headers) {
        const bool v6 = headers.ip_version == 6;
        const std::uint8_t code = headers.has(HeaderField::icmp_code) ? headers.icmp_code : 0;
        const std::string_view name = icmp_name(v6, headers.icmp_type, code);
        writer.put(' ');
        if (name.empty()) {
            writer.put("type=");
            writer.decimal(headers.icmp_type);
            writer.put(" code=");
            writer.decimal(code);
        } else {
            writer.put(name);
        }
        write_number(writer, headers, HeaderField::icmp_id, " id=", headers.icmp_id);
        write_number(writer, headers, HeaderField::icmp_seq, " seq=", headers.icmp_seq);
        write_number(writer, headers, HeaderField::icmp_mtu, " mtu=", headers.icmp_mtu);
        if (headers.has(HeaderField::icmp_gateway)) {
            writer.put(" gateway=");
            writer.ipv4(headers.icmp_gateway.data());
        }
    }

    static void write_arp(Writer& writer, const Headers& headers) {
        writer.put(" arp ");
        if (headers.arp_op == 2) {
            write_arp_address(writer, headers, HeaderField::arp_src_ip, headers.arp_src_ip);
            if (!headers.has(HeaderField::arp_src_mac)) return;
            writer.put(" is at ");
            writer.mac(headers.arp_src_mac);
            return;
        }
        if (headers.arp_op == 1) {
            writer.put("who has ");
        } else {
            writer.put("op=");
            writer.decimal(headers.arp_op);
            writer.put(' ');
        }
        write_arp_address(writer, headers, HeaderField::arp_dest_ip, headers.arp_dest_ip);
        writer.put(" tell ");
        write_arp_address(writer, headers, HeaderField::arp_src_ip, headers.arp_src_ip);
    }

    static void write_arp_address(Writer& writer, const Headers& headers, HeaderField field,
                                  const Ipv4Address& address) {
        if (headers.has(field)) {
            writer.ipv4(address.data());
        } else {
            writer.put('?');
        }
    }

    void write_remarks(Writer& writer, const Record& record) const {
        if (record.has(Field::vlan_id)) {
            writer.put(" vlan=");
            writer.decimal(record.vlan_id);
        }
        if (record.has(Field::mark)) {
            writer.put(" mark=");
            writer.decimal(record.mark);
        }
        if (record.has(Field::uid)) {
            writer.put(" uid=");
            writer.decimal(record.uid);
        }
        const bool odd = record.has(Field::truncated) || record.has(Field::malformed);
        if (!odd) return;
        paint(writer, kYellow);
        if (record.has(Field::truncated)) writer.put(" truncated");
        if (record.has(Field::malformed)) {
            writer.put(" malformed: ");
            writer.put(malformed_text(record.malformed));
        }
        paint(writer, kReset);
    }

    const Labels& labels_;
    const bool colour_;
    const bool timed_;
    LocalTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_line(FormatOptions options) {
    return std::make_unique<LineFormatter>(std::move(options));
}

}  // namespace nflogd::format
