// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the benchmarks work on: packets that a real kernel delivered, from
/// tests/fixtures/decode. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cursor.hpp"
#include "core/labels.hpp"
#include "core/record.hpp"
#include "enrich/interfaces.hpp"
#include "enrich/rules.hpp"

namespace nflogd::bench {

/// Records in a datagram: the default queue_threshold.
inline constexpr std::size_t kBatch = 64;

enum class Sample : std::uint8_t {
    udp,
    tcp_syn,
    tcp_syn_v6,
    icmp_error,  ///< with the packet that it quotes
    mixed,       ///< one of each in turn
};
inline constexpr std::array kSamples = {"udp", "tcp_syn", "tcp_syn_v6", "icmp_error", "mixed"};

/// A netlink datagram of kBatch messages, numbered from 0, and its NLMSG_DONE.
[[nodiscard]] std::vector<std::uint8_t> datagram(Sample sample);

/// The messages of its packets, as Packet::raw; parts of `datagram`.
[[nodiscard]] std::vector<Bytes> messages(Bytes datagram);

/// The same packets as an output gets them: rule, action and interface names there.
[[nodiscard]] std::vector<Record> records(Sample sample);

/// What a daemon knows that has a rule for each of these packets but the ICMP
/// error, which carries no prefix.
[[nodiscard]] const Labels& labels();
[[nodiscard]] const enrich::RuleIndex& rules();
[[nodiscard]] const enrich::InterfaceTable& interfaces();

/// What the capture adds to a record (Capture::complete()).
void complete(Record& record);

}  // namespace nflogd::bench
