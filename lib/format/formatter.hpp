// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records to text. A formatter belongs to one lane and is called by its thread
/// only; it allocates nothing per packet.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/options.hpp"
#include "core/packet.hpp"
#include "core/run_id.hpp"

namespace nflogd::format {

/// No packet's text is longer than this, whatever its bytes ...
inline constexpr std::size_t kMaxText = 16 << 10;
/// ... nor this with the frame that a format puts around another's text.
inline constexpr std::size_t kMaxPacketText = kMaxText + 1024;

struct FormatOptions {
    std::string host;      ///< any bytes
    const Labels* labels;  ///< outlives the formatter
    bool colour = false;   ///< terminal colours, where the format has any
    RunId run = {};        ///< of the daemon, for formats that number messages
    TextOptions text = {};
};

class Formatter {
public:
    virtual ~Formatter() = default;
    /// Writes one packet, its final newline included, at the start of `out`,
    /// which holds at least kMaxPacketText bytes. Returns the bytes written.
    virtual std::size_t packet(const Packet& packet, std::span<char> out) = 0;
    /// Appends a ledger or lifecycle record, if the format has a place for it.
    virtual void event(const Event& event, std::string& out) = 0;
};

std::unique_ptr<Formatter> make_json(FormatOptions options);
std::unique_ptr<Formatter> make_line(FormatOptions options);
std::unique_ptr<Formatter> make_ecs(FormatOptions options);
std::unique_ptr<Formatter> make_cef(FormatOptions options);
std::unique_ptr<Formatter> make_ocsf(FormatOptions options);
/// What the kernel's LOG would print, from Packet::raw.
std::unique_ptr<Formatter> make_kernel(FormatOptions options);
/// Prints Packet::raw; a file of its records is begun by a head that the sink writes.
std::unique_ptr<Formatter> make_pcap(FormatOptions options);

}  // namespace nflogd::format
