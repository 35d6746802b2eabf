// SPDX-License-Identifier: GPL-2.0-or-later
#include "samples.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

#include "core/nflog_attributes.hpp"
#include "decode/build.hpp"
#include "decode/decode.hpp"

namespace nflogd::bench {
namespace {

using decode::Buffer;
using decode::operator+;

/// By Sample.
constexpr std::array kFixtures = {"udp_prerouting", "tcp_input", "tcp_v6_input",
                                  "icmp_unreachable_input"};
/// The log prefixes that those packets carry.
constexpr std::array kPrefixes = {"dns", "in-new", "v6"};
/// nfnetlink_log group that they were recorded from.
constexpr std::uint16_t kGroup = 5;
constexpr std::uint32_t kInterfaces = 32;

/// Writes the sequence number into the message's NFULA_SEQ.
void set_sequence(Buffer& message, std::uint32_t sequence) {
    const PacketAttributes attributes(Bytes(message).subspan(sizeof(nlmsghdr) + sizeof(nfgenmsg)));
    if (!attributes.has(NFULA_SEQ)) throw std::runtime_error("recorded without sequence numbers");
    const auto at = attributes[NFULA_SEQ].data() - message.data();
    const Buffer bytes = decode::be32(sequence);
    std::copy(bytes.begin(), bytes.end(), message.begin() + at);
}

/// The recorded message alone, without what else is in its datagram.
Buffer message(const char* fixture) {
    Buffer bytes = decode::fixture(fixture);
    nlmsghdr header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    bytes.resize(NLMSG_ALIGN(header.nlmsg_len));
    return bytes;
}

enrich::RuleIndex make_rules() {
    std::vector<enrich::KnownRule> known;
    for (const char* prefix : kPrefixes) {
        known.push_back({prefix, kGroup, labels().first(prefix).value()});
    }
    return enrich::RuleIndex(known);
}

}  // namespace

std::vector<std::uint8_t> datagram(Sample sample) {
    Buffer bytes;
    for (std::uint32_t i = 0; i < kBatch; ++i) {
        const auto kind =
            sample == Sample::mixed ? i % kFixtures.size() : static_cast<std::size_t>(sample);
        Buffer next = message(kFixtures.at(kind));
        set_sequence(next, i);
        bytes = bytes + next;
    }
    return bytes + decode::netlink(NLMSG_DONE, decode::repeated(4));
}

std::vector<Bytes> messages(Bytes datagram) {
    std::vector<Bytes> all;
    decode::DatagramReader reader(datagram, 0);
    for (Record record; reader.next(record);) all.push_back(reader.raw());
    return all;
}

std::vector<Record> records(Sample sample) {
    std::vector<Record> all;
    const Buffer bytes = datagram(sample);
    decode::DatagramReader reader(bytes, 0);
    for (Record record; reader.next(record);) {
        complete(record);
        all.push_back(record);
    }
    if (all.size() != kBatch) throw std::runtime_error("not every sample is a packet");
    return all;
}

const Labels& labels() {
    static const auto made = [] {
        auto labels = std::make_unique<Labels>();
        for (const char* prefix : kPrefixes) labels->add(prefix, "log");
        return labels;
    }();
    return *made;
}

const enrich::RuleIndex& rules() {
    static const enrich::RuleIndex made = make_rules();
    return made;
}

const enrich::InterfaceTable& interfaces() {
    static const auto made = [] {
        auto table = std::make_unique<enrich::InterfaceTable>();
        for (std::uint32_t i = 1; i <= kInterfaces; ++i) table->set(i, "eth" + std::to_string(i));
        return table;
    }();
    return *made;
}

void complete(Record& record) {
    rules().apply(record);
    if (record.has(Field::in_iface)) interfaces().name(record.in_iface);
    if (record.has(Field::out_iface)) interfaces().name(record.out_iface);
    if (record.has(Field::phys_in)) interfaces().name(record.phys_in);
    if (record.has(Field::phys_out)) interfaces().name(record.phys_out);
}

}  // namespace nflogd::bench
