// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/losses.hpp"

#include <charconv>

#include "core/columns.hpp"
#include "format/escape.hpp"

namespace nflogd::pipeline {
namespace {

std::string records(std::uint64_t count) {
    return grouped(count) + (count == 1 ? " record" : " records");
}

void tell(std::vector<std::string>& losses, std::uint64_t count, const std::string& what) {
    if (count > 0) losses.push_back(records(count) + what);
}

}  // namespace

std::string LossBook::missed(std::uint64_t packets) {
    return records(packets) + " missed: this reader was too slow";
}

/// A sum that is smaller than before is a new daemon's.
std::uint64_t LossBook::grown(const std::string& what, std::uint64_t count) {
    const auto known = known_.find(what);
    const bool is_new = known == known_.end();
    std::uint64_t before = is_new ? 0 : known->second;
    if (is_new && !from_zero_) before = count;
    if (count < before) before = 0;
    known_[what] = count;
    return count - before;
}

std::vector<std::string> LossBook::add(const Ledger& ledger) {
    std::vector<std::string> losses;
    std::uint64_t of_rules = 0;
    for (const RuleLedger& rule : ledger.rules) {
        const std::uint64_t lost = grown("rule " + rule.rule, rule.lost_kernel.value_or(0));
        of_rules += lost;
        tell(losses, lost, " lost in the kernel (rule " + format::plain_word(rule.rule) + ")");
    }
    for (const GroupLedger& group : ledger.groups) {
        const std::string name = "group " + std::to_string(group.group);
        const std::uint64_t lost = grown(name, group.lost_kernel);
        // Where rules are counted they have told of these.
        if (of_rules == 0) tell(losses, lost, " lost in the kernel (" + name + ")");
    }
    for (const OutputLedger& output : ledger.outputs) {
        const std::string name = format::plain_word(output.output);
        tell(losses, grown("dropped " + output.output, output.dropped),
             " dropped: the queue of output " + name + " was full");
        tell(losses, grown("failed " + output.output, output.failed),
             " failed: output " + name + " could not be written");
    }
    from_zero_ = true;  // what appears from now on was not there before
    return losses;
}

std::vector<std::string> LossBook::add(const Lifecycle& lifecycle) {
    if (lifecycle.change == "started") {
        known_.clear();
        from_zero_ = true;
    }
    if (lifecycle.change != "records_missed") return {};
    std::uint64_t count = 0;
    for (const auto& [name, value] : lifecycle.details) {
        if (name == "missed") std::from_chars(value.data(), value.data() + value.size(), count);
    }
    return {missed(count)};
}

}  // namespace nflogd::pipeline
