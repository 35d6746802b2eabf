// SPDX-License-Identifier: GPL-2.0-or-later
// The line that the kernel's LOG prints of a packet (net/netfilter/nf_log_syslog.c), for
// the many programs that read nothing else:
//
//   Nov 23 10:03:54 gw1 kernel: DROP IN=eth0 OUT= MAC=… SRC=192.0.2.1 DST=… LEN=60 …
//
// It is made from the message itself: a record lacks what only this line shows (reserved
// bits, options, padding of the link-layer header).
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <net/if_arp.h>

#include <algorithm>
#include <array>

#include "core/nflog_attributes.hpp"
#include "format/date.hpp"
#include "format/escape.hpp"
#include "format/event_line.hpp"
#include "format/formatter.hpp"
#include "format/kernel_packet.hpp"

namespace nflogd::format {
namespace {

constexpr std::size_t kMaxHost = 255;

std::string harmless_host(std::string_view host) {
    std::array<char, kMaxHost * kMaxEscaped> buffer;
    return {buffer.data(),
            write_harmless(Writer(buffer.data()), host.substr(0, kMaxHost)).position()};
}

std::uint16_t be16(Bytes value) {
    return value.size() < 2 ? std::uint16_t{0}
                            : static_cast<std::uint16_t>(value[0] << 8 | value[1]);
}

/// One message, read once.
struct Message {
    explicit Message(Bytes raw)
        : family(raw.empty() ? std::uint8_t{0} : raw[0]),
          attributes(raw.subspan(std::min(raw.size(), sizeof(nfgenmsg)))),
          payload(attributes[NFULA_PAYLOAD]),
          hw_protocol(be16(attributes[NFULA_PACKET_HDR])) {}

    /// What the payload begins with. At egress it begins with the link-layer header.
    [[nodiscard]] std::uint16_t protocol() const {
        switch (family) {
            case NFPROTO_IPV4: return ETH_P_IP;
            case NFPROTO_IPV6: return ETH_P_IPV6;
            case NFPROTO_ARP: return ETH_P_ARP;
            default: return hw_protocol;
        }
    }

    [[nodiscard]] bool is_arp() const {
        return protocol() == ETH_P_ARP || protocol() == ETH_P_RARP;
    }

    std::uint8_t family;
    PacketAttributes attributes;
    Bytes payload;
    std::uint16_t hw_protocol;
};

class Kernel final : public Formatter {
public:
    explicit Kernel(const FormatOptions& options)
        : flags_(options.text.kernel_flags),
          head_(options.text.kernel_head),
          host_(harmless_host(options.host)) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        Writer writer = write_head(Writer(out.data()), packet.record.timestamp_ns, "kernel");
        const Message message(packet.raw);
        writer = write_prefix(writer, message);
        writer = write_interfaces(writer, message, packet.record);
        const bool has_mac = !message.is_arp() || flags_.mac_decode;
        if (packet.record.has(Field::in_iface) && has_mac) {
            writer = write_mac(writer, message);
        }
        writer = write_payload(writer, message, context_of(packet.record));
        writer.put('\n');
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    /// In a line that no reader takes for a packet: the program is another one.
    void event(const Event& event, std::string& out) override {
        std::array<char, kMaxHost * kMaxEscaped + 64> head;
        const auto time = std::visit([](const auto& one) { return one.timestamp_ns; }, event);
        out.append(head.data(), write_head(Writer(head.data()), time, "nflogd").position());
        out += event_text(event);
        out += '\n';
    }

private:
    Writer write_head(Writer writer, std::uint64_t time, std::string_view program) {
        if (head_ == KernelLogHead::none) return writer;
        writer = head_ == KernelLogHead::bsd ? bsd_.write(writer, time) : utc_.write(writer, time);
        writer.put(' ');
        writer.put(host_);
        writer.put(' ');
        writer.put(program);
        writer.literal(": ");
        return writer;
    }

    /// As it is, with the space at its end. Its control bytes would end the line.
    static Writer write_prefix(Writer writer, const Message& message) {
        const Bytes value = message.attributes[NFULA_PREFIX];
        const Bytes room = value.first(std::min(value.size(), Record::kMaxPrefix));
        const auto end = std::find(room.begin(), room.end(), 0);
        return write_harmless(writer, {reinterpret_cast<const char*>(room.data()),
                                       static_cast<std::size_t>(end - room.begin())});
    }

    static Writer write_interface(Writer writer, std::string_view token, bool present,
                                  const Interface& interface) {
        writer.put(token);
        if (present && interface.name[0] == '\0') {
            writer.literal("if");
            writer.decimal(interface.index);
        } else if (present) {
            const std::string_view name(interface.name.data(),
                                        ::strnlen(interface.name.data(), interface.name.size()));
            writer = write_harmless(writer, name);
        }
        writer.put(' ');
        return writer;
    }

    /// On a bridge, nfnetlink_log tells the bridge and its port, LOG only the port.
    static Writer write_interfaces(Writer writer, const Message& message, const Record& record) {
        const bool in_port = record.has(Field::phys_in);
        const bool out_port = record.has(Field::phys_out);
        const bool bridge = message.family == NFPROTO_BRIDGE;
        writer = bridge && in_port
                     ? write_interface(writer, "IN=", true, record.phys_in)
                     : write_interface(writer, "IN=", record.has(Field::in_iface), record.in_iface);
        writer = bridge && out_port ? write_interface(writer, "OUT=", true, record.phys_out)
                                    : write_interface(writer, "OUT=", record.has(Field::out_iface),
                                                      record.out_iface);
        if (bridge) return writer;
        if (in_port) writer = write_interface(writer, "PHYSIN=", true, record.phys_in);
        if (out_port) writer = write_interface(writer, "PHYSOUT=", true, record.phys_out);
        return writer;
    }

    Writer write_mac(Writer writer, const Message& message) const {
        const Bytes header = message.attributes[NFULA_HWHEADER];
        // A packet that has no link-layer header yet.
        if (flags_.mac_decode && !message.attributes.has(NFULA_HWTYPE)) return writer;
        if (flags_.mac_decode && be16(message.attributes[NFULA_HWTYPE]) == ARPHRD_ETHER &&
            header.size() >= ETH_HLEN) {
            return write_decoded_mac(writer, message, header);
        }
        constexpr std::size_t kLongest = 64;  // MAX_HEADER of the kernel is less
        writer.literal("MAC=");
        for (std::size_t i = 0; i < std::min(header.size(), kLongest); ++i) {
            if (i > 0) writer.put(':');
            writer.hex(header[i]);
        }
        writer.put(' ');
        return writer;
    }

    static Writer write_decoded_mac(Writer writer, const Message& message, Bytes header) {
        const auto put = [&](std::string_view token, std::size_t at) {
            MacAddress mac;
            std::copy_n(header.begin() + static_cast<std::ptrdiff_t>(at), mac.size(), mac.begin());
            writer.put(token);
            writer.mac(mac);
            writer.put(' ');
        };
        put("MACSRC=", ETH_ALEN);
        put("MACDST=", 0);
        const VlanAttributes vlan(message.attributes[NFULA_VLAN]);
        if (vlan.has(NFULA_VLAN_PROTO) && vlan.has(NFULA_VLAN_TCI)) {
            writer.literal("VPROTO=");
            writer = write_hex(writer, be16(vlan[NFULA_VLAN_PROTO]));
            writer.literal(" VID=");
            writer.decimal(be16(vlan[NFULA_VLAN_TCI]));  // the priority with it, as there
            writer.put(' ');
        }
        writer.literal("MACPROTO=");
        writer = write_hex(writer, be16(header.subspan(12)));
        writer.put(' ');
        return writer;
    }

    static Writer write_hex(Writer writer, std::uint16_t value) {
        writer.hex(static_cast<std::uint8_t>(value >> 8));
        writer.hex(static_cast<std::uint8_t>(value));
        return writer;
    }

    [[nodiscard]] KernelContext context_of(const Record& record) const {
        KernelContext context{flags_, {}, {}, 0};
        if (record.has(Field::uid)) context.uid = record.uid;
        if (record.has(Field::gid)) context.gid = record.gid;
        if (record.has(Field::mark)) context.mark = record.mark;
        return context;
    }

    static Writer write_payload(Writer writer, const Message& message,
                                const KernelContext& context) {
        switch (message.protocol()) {
            case ETH_P_IP: return write_kernel_ipv4(writer, message.payload, context);
            case ETH_P_IPV6: return write_kernel_ipv6(writer, message.payload, context);
            case ETH_P_ARP:
            case ETH_P_RARP: return write_kernel_arp(writer, message.payload);
            default: return writer;
        }
    }

    const KernelLogFlags flags_;
    const KernelLogHead head_;
    const std::string host_;
    BsdTime bsd_;
    UtcTime utc_;
};

}  // namespace

std::unique_ptr<Formatter> make_kernel(FormatOptions options) {
    return std::make_unique<Kernel>(options);
}

}  // namespace nflogd::format
