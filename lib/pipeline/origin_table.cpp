// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/origin_table.hpp"

#include <algorithm>

namespace nflogd::pipeline {

void OriginTable::write(const std::vector<enrich::Origin>& origins) {
    Table& table = *table_;
    table.version.fetch_add(1, std::memory_order_acq_rel);
    table.count = 0;
    for (const enrich::Origin& origin : origins) {
        if (table.count == kMost) break;
        Entry& entry = table.entries[table.count++];
        entry.group = origin.group;
        entry.label = origin.label;
        entry.length = static_cast<std::uint8_t>(
            origin.prefix.copy(entry.prefix.data(), entry.prefix.size() - 1));
    }
    table.version.fetch_add(1, std::memory_order_acq_rel);
}

std::optional<std::vector<enrich::Origin>> OriginTable::read() const {
    const Table& table = *table_;
    const std::uint64_t before = table.version.load(std::memory_order_acquire);
    if (before % 2 != 0) return std::nullopt;
    std::vector<enrich::Origin> origins;
    for (std::size_t i = 0; i < std::min<std::size_t>(table.count, kMost); ++i) {
        const Entry& entry = table.entries[i];
        const std::size_t length = std::min<std::size_t>(entry.length, entry.prefix.size());
        origins.push_back({entry.group, entry.label, std::string(entry.prefix.data(), length)});
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    if (table.version.load(std::memory_order_relaxed) != before) return std::nullopt;
    return origins;
}

}  // namespace nflogd::pipeline
