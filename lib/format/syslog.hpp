// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Syslog messages around the text of another format: RFC 5424, or RFC 3164 for
/// receivers that know no other. What a message means and how it is cut is in
/// docs/configuration.md. Each ends in a newline, which the sink may leave out.
///
///   <132>1 2026-11-23T10:03:54.123456Z gw1 nflogd 4711 packet
///     [nflogd@32473 boot="0f1c…" start="5000000" group="100" seq="7"] {"timestamp":…
///   <132>Nov 23 10:03:54 gw1 nflogd[4711]: {"timestamp":…
///
/// Packets in the format of the kernel's LOG are sent as the kernel's: "kernel: IN=…".
///
/// MSG is what the other format made harmless; everything before it is ours, but
/// for the host, of which only printable ASCII is shown.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "core/run_id.hpp"
#include "format/formatter.hpp"

namespace nflogd::format {

/// No header is longer than this.
inline constexpr std::size_t kMaxSyslogHeader = 640;
static_assert(kMaxSyslogHeader <= kMaxPacketText - kMaxText);

struct SyslogIdentity {
    std::string host;
    std::uint32_t pid = 0;
    RunId run;
    bool as_kernel = false;  ///< packets are to look like the kernel's own messages
};

/// `labels` outlives the formatter; they tell the actions of rules.
std::unique_ptr<Formatter> make_syslog(std::unique_ptr<Formatter> text,
                                       const SyslogOptions& options, const SyslogIdentity& identity,
                                       const Labels& labels);

}  // namespace nflogd::format
