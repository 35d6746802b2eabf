// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/retention.hpp"

namespace nflogd::sink {
namespace {

std::uint64_t total(const std::vector<RotatedFile>& list) {
    std::uint64_t bytes = 0;
    for (const RotatedFile& file : list) bytes += file.bytes;
    return bytes;
}

}  // namespace

std::optional<std::uint64_t> keep_newest(RotatedFiles& files, std::uint32_t keep) {
    const auto list = files.list();
    if (!list) return std::nullopt;
    std::uint64_t bytes = total(*list);
    if (keep == 0 || list->size() <= keep) return bytes;
    for (std::size_t i = 0; i < list->size() - keep; ++i) {
        if (files.remove((*list)[i].id) == 0) bytes -= (*list)[i].bytes;
    }
    return bytes;
}

std::optional<std::uint64_t> shrink(RotatedFiles& files, std::uint64_t allowance) {
    const auto list = files.list();
    if (!list) return std::nullopt;
    std::uint64_t bytes = total(*list);
    for (const RotatedFile& file : *list) {
        if (bytes <= allowance) break;
        if (files.remove(file.id) == 0) bytes -= file.bytes;
    }
    return bytes;
}

}  // namespace nflogd::sink
