// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the operator's rules are, from the keeper to the worker: in memory that both
/// share, since a ruleset may be larger than a message. The keeper writes and then sends
/// Message::origins; a worker that reads while the next version is being written gets
/// nothing, and another message.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/labels.hpp"
#include "core/shared_memory.hpp"
#include "enrich/origins.hpp"

namespace nflogd::pipeline {

class OriginTable {
public:
    static constexpr std::size_t kMost = Labels::kMaxOthers;

    /// The keeper. What is more than kMost is left out.
    void write(const std::vector<enrich::Origin>& origins);
    /// The worker.
    [[nodiscard]] std::optional<std::vector<enrich::Origin>> read() const;

private:
    struct Entry {
        std::uint16_t group;
        std::uint16_t label;
        std::uint8_t length;
        std::array<char, Record::kMaxPrefix> prefix;
    };
    struct Table {
        std::atomic<std::uint64_t> version{0};  ///< odd: being written
        std::uint32_t count = 0;
        std::array<Entry, kMost> entries;
    };

    Shared<Table> table_;
};

}  // namespace nflogd::pipeline
