// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a log's ledgers say was lost between them. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/event.hpp"

namespace nflogd::pipeline {

/// Losses are told when their sums grow. The first ledger seen is where counting begins,
/// unless the daemon's start was seen before it: nobody knows when its losses were.
class LossBook {
public:
    /// What has been lost since the last ledger: "1,234 records lost in the kernel (rule
    /// ssh)". Names are harmless in a terminal.
    std::vector<std::string> add(const Ledger& ledger);
    /// The daemon's start begins all sums again; "records_missed" of an output for
    /// readers tells of a loss itself.
    std::vector<std::string> add(const Lifecycle& lifecycle);

    /// "17 records missed: this reader was too slow".
    [[nodiscard]] static std::string missed(std::uint64_t packets);

private:
    std::uint64_t grown(const std::string& what, std::uint64_t count);

    std::map<std::string, std::uint64_t> known_;
    bool from_zero_ = false;  ///< sums that were never seen are taken for 0
};

}  // namespace nflogd::pipeline
