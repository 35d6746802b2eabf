// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the readers of a packet's layers share as they print it in the kernel's words. The
/// names of the tokens, their order and their spaces are those of dump_ipv4_packet(),
/// dump_ipv6_packet(), dump_arp_packet(), nf_log_dump_tcp_header() and
/// nf_log_dump_udp_header() (net/netfilter/nf_log_syslog.c).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/cursor.hpp"
#include "format/kernel_packet.hpp"
#include "format/writer.hpp"

namespace nflogd::format {

/// A part of the packet, from some header on.
class KernelHeader {
public:
    KernelHeader(Bytes packet, std::size_t at)
        : bytes_(packet.subspan(std::min(at, packet.size()))) {}

    [[nodiscard]] bool has(std::size_t count) const { return bytes_.size() >= count; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
    [[nodiscard]] std::uint16_t be16(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
    }
    [[nodiscard]] std::uint32_t be32(std::size_t at) const {
        return static_cast<std::uint32_t>(be16(at)) << 16 | be16(at + 2);
    }
    [[nodiscard]] const std::uint8_t* at(std::size_t at) const { return bytes_.data() + at; }

private:
    Bytes bytes_;
};

/// One packet, and the one that it quotes.
class KernelDump {
public:
    KernelDump(Writer writer, Bytes packet, const KernelContext& context)
        : out_(writer), begin_(writer.position()), packet_(packet), context_(context) {}

    [[nodiscard]] Writer writer() const { return out_; }

    void ipv4(std::size_t start);
    void ipv6(std::size_t start);
    void arp();

private:
    static constexpr std::string_view kLower = "0123456789abcdef";
    static constexpr std::string_view kUpper = "0123456789ABCDEF";

    /// What a reader of a layer says: go on with what stands behind the headers, or not.
    enum class Next : std::uint8_t { tail, end };

    void ipv4_options(const KernelHeader& ip, std::size_t options);
    Next ipv4_protocol(std::uint8_t protocol, bool fragment, std::size_t start, std::size_t at);
    void icmp(std::size_t start, std::size_t at);
    void icmp_body(const KernelHeader& icmp, std::size_t start, std::size_t at);
    void security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                  std::size_t spi);
    /// False if the line ends there.
    bool ipv6_extension(std::uint8_t& next, std::size_t& at, bool& fragment);
    bool ipv6_fragment(std::size_t at, bool& fragment);
    bool ipv6_security(std::string_view name, bool fragment, std::size_t at, std::size_t size,
                       std::size_t spi);
    Next ipv6_protocol(std::uint8_t protocol, bool fragment, std::size_t start, std::size_t at);
    Next icmpv6(std::size_t start, std::size_t at);
    void icmpv6_body(const KernelHeader& icmp, std::size_t start, std::size_t at);
    Next tcp(bool fragment, std::size_t at);
    void tcp_flags(const KernelHeader& tcp);
    Next udp(std::uint8_t protocol, bool fragment, std::size_t at);
    void tail();

    void text(std::string_view words) { out_.put(words); }
    void number(std::string_view name, std::uint64_t value) {
        text(name);
        out_.decimal(value);
        out_.put(' ');
    }
    /// As %x and the like, with at least `digits` of them.
    void hex(std::string_view name, std::uint32_t value, unsigned digits,
             std::string_view figures = kLower) {
        text(name);
        unsigned count = 8;
        while (count > digits && value >> 4 * (count - 1) == 0) --count;
        while (count-- > 0) out_.put(figures[value >> 4 * count & 0xf]);
    }
    void hex_word(std::string_view name, std::uint32_t value, unsigned digits,
                  std::string_view figures = kLower) {
        hex(name, value, digits, figures);
        out_.put(' ');
    }
    void octets(KernelHeader header, std::size_t from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) hex("", header.u8(from + i), 2, kUpper);
    }
    void incomplete(const KernelHeader& header) {
        text("INCOMPLETE [");
        out_.decimal(static_cast<std::uint64_t>(header.size()));
        text(" bytes] ");
    }
    void address6(std::string_view name, const std::uint8_t* bytes) {
        text(name);
        for (std::size_t i = 0; i < 16; ++i) {
            if (i > 0 && i % 2 == 0) out_.put(':');
            out_.hex(bytes[i]);
        }
        out_.put(' ');
    }

    /// The kernel's line ends there, too (S_SIZE): extension headers may be many.
    [[nodiscard]] bool is_full() const { return out_.position() - begin_ > 1000; }

    Writer out_;
    const char* const begin_;
    Bytes packet_;
    const KernelContext& context_;
};
}  // namespace nflogd::format
