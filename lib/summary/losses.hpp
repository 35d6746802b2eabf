// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What logs do not hold: those of one host, or of many in one place. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "summary/host_losses.hpp"

namespace nflogd::summary {

/// Rules and outputs of one name on several hosts are added up.
class Losses {
public:
    void add(const std::string& host, const Event& event);

    /// As HostLosses::forget(), of all hosts.
    void forget();

    [[nodiscard]] LossTotals totals() const;
    [[nodiscard]] LossTotals before() const;
    [[nodiscard]] std::uint64_t ledgers() const { return ledgers_; }

    /// Those with anything but zeros, by name.
    [[nodiscard]] std::vector<RuleLosses> rules() const;
    [[nodiscard]] std::vector<OutputLosses> outputs() const;

private:
    /// More different hosts are taken for one, called "…".
    static constexpr std::size_t kMaxHosts = 256;

    std::map<std::string, HostLosses> hosts_;
    std::uint64_t ledgers_ = 0;
};

}  // namespace nflogd::summary
