// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Datagrams of journald's native protocol: MESSAGE is the text of another format, and
/// every field of the record is one of the journal's, `src_ip` as NFLOG_SRC_IP, those of
/// a quoted packet as NFLOG_INNER_SRC_IP. docs/formats.md has them all.
///
///   MESSAGE=drop   ssh lan0 > - tcp 192.0.2.1:40000 > 192.0.2.254:22 ...
///   MESSAGE_ID=…
///   PRIORITY=4
///   NFLOG_GROUP=100
///
/// A value with a line break is in the protocol's binary form. Text and fields of any
/// bytes; nobody can make a field of their own.
/// Source: systemd's NATIVE_JOURNAL_PROTOCOL.
#pragma once

#include <memory>

#include "core/options.hpp"
#include "format/formatter.hpp"

namespace nflogd::format {

/// `text` prints lines, which may begin with blanks. `labels` outlives the formatter.
std::unique_ptr<Formatter> make_journald(std::unique_ptr<Formatter> text,
                                         const JournaldOptions& options, const Labels& labels);

}  // namespace nflogd::format
