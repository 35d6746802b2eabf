// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "decode/header_bytes.hpp"
#include "decode/transport.hpp"

namespace nflogd::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 8;

/// What the four bytes behind type, code and checksum hold.
enum class Body : std::uint8_t {
    other,
    echo,     ///< identifier and sequence number
    gateway,  ///< IPv4 address
    mtu16,    ///< in the last two bytes (RFC 1191)
    mtu32,
};

template <typename... Rows>
constexpr Layout<kHeaderSize> layout_with(Rows... rows) {
    return Layout<kHeaderSize>({{HeaderField::icmp_type, 1}, {HeaderField::icmp_code, 2}, rows...});
}

using Row = Layout<kHeaderSize>::Row;

/// Indexed by Body.
constexpr std::array kLayouts = {
    layout_with(),
    layout_with(Row{HeaderField::icmp_id, 6}, Row{HeaderField::icmp_seq, 8}),
    layout_with(Row{HeaderField::icmp_gateway, 8}),
    layout_with(Row{HeaderField::icmp_mtu, 8}),
    layout_with(Row{HeaderField::icmp_mtu, 8}),
};

struct Message {
    Body body = Body::other;
    bool quotes = false;  ///< an error: the packet it is about follows
};

struct MessageRow {
    std::uint8_t type;
    Message message;
};

/// Indexed by type; those without a row have only type and code.
constexpr std::array<Message, 256> by_type(std::initializer_list<MessageRow> rows) {
    std::array<Message, 256> messages{};
    for (const auto& row : rows) messages[row.type] = row.message;
    return messages;
}

/// Fragmentation needed (code 4 of unreachable) has a body of its own.
constexpr auto kMessages = by_type({
    {ICMP_ECHOREPLY, {Body::echo, false}},
    {ICMP_ECHO, {Body::echo, false}},
    {ICMP_TIMESTAMP, {Body::echo, false}},
    {ICMP_TIMESTAMPREPLY, {Body::echo, false}},
    {ICMP_INFO_REQUEST, {Body::echo, false}},
    {ICMP_INFO_REPLY, {Body::echo, false}},
    {ICMP_ADDRESS, {Body::echo, false}},
    {ICMP_ADDRESSREPLY, {Body::echo, false}},
    {ICMP_DEST_UNREACH, {Body::other, true}},
    {ICMP_SOURCE_QUENCH, {Body::other, true}},
    {ICMP_REDIRECT, {Body::gateway, true}},
    {ICMP_TIME_EXCEEDED, {Body::other, true}},
    {ICMP_PARAMETERPROB, {Body::other, true}},
});

constexpr auto kMessagesV6 = by_type({
    {ICMPV6_DEST_UNREACH, {Body::other, true}},
    {ICMPV6_PKT_TOOBIG, {Body::mtu32, true}},
    {ICMPV6_TIME_EXCEED, {Body::other, true}},
    {ICMPV6_PARAMPROB, {Body::other, true}},
    {ICMPV6_ECHO_REQUEST, {Body::echo, false}},
    {ICMPV6_ECHO_REPLY, {Body::echo, false}},
});

using Header = HeaderBytes<kHeaderSize>;

void read_body(Body body, const Header& header, Headers& out) {
    switch (body) {
        case Body::other: return;
        case Body::echo:
            out.icmp_id = header.be16<4>();
            out.icmp_seq = header.be16<6>();
            return;
        case Body::gateway: return header.copy<4>(out.icmp_gateway);
        case Body::mtu16: out.icmp_mtu = header.be16<6>(); return;
        case Body::mtu32: out.icmp_mtu = header.be32<4>(); return;
    }
}

void read_message(const Header& header, Message message, const Part& part, Reading& reading) {
    reading.headers.icmp_type = header.u8<0>();
    reading.headers.icmp_code = header.u8<1>();
    read_body(message.body, header, reading.headers);
    reading.add(kLayouts[static_cast<std::size_t>(message.body)], part);
    if (message.quotes) reading.quote = part.after(kHeaderSize);
}

}  // namespace

void read_icmp(const Part& part, Reading& reading) {
    const Header header(part.bytes);
    Message message = part.bytes.empty() ? Message{} : kMessages[header.u8<0>()];
    const bool has_code = part.bytes.size() >= 2;
    if (has_code && header.u8<0>() == ICMP_DEST_UNREACH && header.u8<1>() == ICMP_FRAG_NEEDED) {
        message.body = Body::mtu16;
    }
    read_message(header, message, part, reading);
}

void read_icmpv6(const Part& part, Reading& reading) {
    const Header header(part.bytes);
    const Message message = part.bytes.empty() ? Message{} : kMessagesV6[header.u8<0>()];
    read_message(header, message, part, reading);
}

}  // namespace nflogd::decode
