// SPDX-License-Identifier: GPL-2.0-or-later
#include "recorded.hpp"

#include <utility>
#include <vector>

#include "pipeline/replay.hpp"
#include "source/input.hpp"

namespace nflogd::daemon {
namespace {

enrich::RuleIndex index_rules(const config::Config& config, Labels& labels) {
    std::vector<enrich::KnownRule> known;
    for (const LogRule& rule : config.rules.log) {
        if (const auto label = labels.add(rule.name, rule.action)) {
            known.push_back({rule.name, rule.group, *label});
        }
    }
    return enrich::RuleIndex(std::move(known));
}

}  // namespace

RecordedRules::RecordedRules(const config::Config& config, Labels& labels)
    : rules_(index_rules(config, labels)), book_(labels, config.prefixes), origins_(book_) {}

void RecordedRules::apply(Record& record) {
    rules_.apply(record);
    if (!record.has(Field::rule)) origins_.apply(record);
}

Status read_recorded(const std::string& path, RecordedRules& rules,
                     const std::function<Status(const Packet&)>& take) {
    auto input = source::open_input(path);
    if (!input) return input.error();
    Record record;
    while (true) {
        auto chunk = (*input)->next();
        if (!chunk) return chunk.error();
        if (!*chunk) return {};
        pipeline::ChunkReader reader(**chunk);
        while (reader.next(record)) {
            rules.apply(record);
            if (Status status = take({record, reader.raw()}); !status) return status;
        }
    }
}

}  // namespace nflogd::daemon
