// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/sections.hpp"

namespace nflogd::config {
namespace {

constexpr Range kGroup{0, 65535};  // u16 in struct nfulnl_msg_config_cmd's header
constexpr Range kSpread{1, 64};
constexpr Range kSnaplen{0, 65535};   // the kernel cuts at 65531
constexpr Range kThreshold{1, 1024};  // more hardly fit into the largest netlink_buffer
constexpr Range kFlush{10, 10'000};
constexpr std::uint64_t kFlushStep = 10;             // NFULA_CFG_TIMEOUT counts 1/100 s
constexpr Range kNetlinkBuffer{4 << 10, 128 << 10};  // outside the kernel ignores it silently
constexpr Range kReceiveBuffer{64 << 10, 1 << 30};   // SO_RCVBUFFORCE doubles it into an int

enum class SourceType : std::uint8_t { nflog };
constexpr Choice<SourceType> kTypes[] = {{"nflog", SourceType::nflog}};

void read_groups(const TreeNode& node, SourceDraft& source, Reader& reader) {
    source.options.groups.clear();
    reader.each(node, [&](const TreeNode& item) {
        std::uint16_t group = 0;
        const std::size_t before = reader.failures();
        reader.integer(item, group, kGroup);
        if (reader.failures() != before) return;
        source.options.groups.push_back(group);
        source.groups_at.push_back(reader.at(item));
    });
}

constexpr Key<SourceDraft> kKeys[] = {
    {"type",
     [](const TreeNode& node, SourceDraft&, Reader& reader) {
         SourceType type{};
         reader.choice<SourceType>(node, type, "type of source", kTypes);
     }},
    {"groups", read_groups},
    {"spread",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         source.spread_at = reader.at(node);
         reader.integer(node, source.spread, kSpread);
     }},
    {"priority_group",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         source.priority_group_at = reader.at(node);
         reader.integer(node, source.priority_group.emplace(), kGroup);
     }},
    {"snaplen", [](const TreeNode& node, SourceDraft& source,
                   Reader& reader) { reader.integer(node, source.options.snaplen, kSnaplen); }},
    {"queue_threshold",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         reader.integer(node, source.options.queue_threshold, kThreshold);
     }},
    {"flush_timeout",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         reader.duration(node, source.options.flush_timeout, kFlush, kFlushStep);
     }},
    {"netlink_buffer",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         reader.size(node, source.options.netlink_buffer, kNetlinkBuffer);
     }},
    {"receive_buffer",
     [](const TreeNode& node, SourceDraft& source, Reader& reader) {
         reader.size(node, source.options.receive_buffer, kReceiveBuffer);
     }},
};

}  // namespace

void read_sources(const TreeNode& list, Draft& draft, Reader& reader) {
    const std::size_t before = reader.failures();
    reader.mappings(list, [&](const TreeNode& entry) {
        SourceDraft& source = draft.sources.emplace_back();
        source.options.where = reader.at(entry);
        reader.mapping<SourceDraft>(entry, kKeys, source);
    });
    if (reader.failures() != before) draft.sources_sound = false;
}

void list_source_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<SourceDraft>(kKeys, prefix, out);
}

}  // namespace nflogd::config
