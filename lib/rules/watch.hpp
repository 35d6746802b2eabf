// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Tells when somebody may have touched our rules. nf_tables reports every
/// change, whoever makes it, iptables-nft included and ourselves too: an event is
/// a reason to look (Ruleset::missing()), never a reason to install. Changes of
/// iptables-legacy are reported nowhere, so there one has to look now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cursor.hpp"
#include "core/fd.hpp"
#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::rules {

/// A table of nf_tables.
struct NftPlace {
    std::uint8_t family = 0;  ///< NFPROTO_*
    std::string table;
};

/// One thread.
class Watch {
public:
    /// For the rules of `options`. Needs no privilege. With backend `none` there is
    /// nothing to watch.
    static Result<Watch> open(const RulesOptions& options);

    /// For all of nf_tables, whosever it is.
    static Result<Watch> open_all();

    /// To be polled for reading, then call changed(); -1: nothing is reported.
    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Reads all that waits, never blocks. True: something in the tables that hold
    /// our rules was changed, or there were more events than the socket could hold.
    [[nodiscard]] bool changed();

    /// How often to look although nothing was reported; absent: never.
    [[nodiscard]] std::optional<std::chrono::milliseconds> poll_interval() const { return poll_; }

private:
    Watch() = default;

    Fd fd_;
    std::vector<NftPlace> places_;  ///< none: all
    std::optional<std::chrono::milliseconds> poll_;
};

/// Whether a datagram of NFNLGRP_NFTABLES speaks of one of the places.
[[nodiscard]] bool speaks_of(Bytes datagram, const std::vector<NftPlace>& places);

}  // namespace nflogd::rules
