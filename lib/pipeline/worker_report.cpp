// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worker as it is shown to who asks: `nflogd status` and the metrics.
#include <fmt/format.h>

#include <algorithm>

#include "core/version.hpp"
#include "pipeline/registry.hpp"
#include "pipeline/worker.hpp"

namespace nflogd::pipeline {
namespace {

constexpr const char* kBackends[] = {"nftables", "iptables", "none"};

std::uint64_t sum_of(const Losses& losses) {
    return losses.kernel + losses.dropped + losses.failed;
}

/// What a rule that is not ours did nobody knows for sure.
constexpr const char* kUnknown = "unknown";

void count_actions(const WorkerPlan& plan, std::vector<control::ActionCount>& out) {
    for (const auto& [group, book] : plan.books.groups()) {
        std::map<std::string, std::uint64_t> actions;
        std::uint64_t others = book->received();
        for (std::size_t i = 0; i < plan.labels.size(); ++i) {
            const auto label = static_cast<std::uint16_t>(i);
            const std::uint64_t logged = book->logged(label);
            if (logged == 0) continue;
            actions[std::string(plan.labels.text(label, LabelText::action))] += logged;
            others -= std::min(others, logged);
        }
        if (others > 0 || actions.empty()) actions[kUnknown] += others;
        for (const auto& [action, packets] : actions) out.push_back({group, action, packets});
    }
}

}  // namespace

void Worker::note_progress(const Ledger& ledger) {
    const std::chrono::nanoseconds now = clock_.monotonic();
    received_rates_.add(now, plan_.books.received());
    lost_rates_.add(now, sum_of(losses(ledger)));
    for (const OutputLedger& output : ledger.outputs) {
        OutputState& state = output_states_[output.output];
        if (output.written > state.written) state.last_write_ns = clock_.wall_ns();
        state.written = output.written;
    }
}

/// Those that the keeper found.
void Worker::note_lifecycle(const Lifecycle& lifecycle) {
    if (lifecycle.change == "rules_restored") rules_missing_.clear();
    if (lifecycle.change != "rules_missing") return;
    for (const auto& [name, text] : lifecycle.details) {
        if (name == "missing") rules_missing_ = text;
    }
}

control::Report Worker::make_report() {
    control::Report report;
    report.version = program_version();
    report.host = plan_.config.host;
    report.pid = plan_.facts.pid;
    report.now_ns = clock_.wall_ns();
    report.started_ns = plan_.facts.started_ns;
    report.worker_restarts = plan_.facts.worker_restarts;
    report.protection = {plan_.facts.user, sandbox_, rules_state_};
    report.backend = kBackends[static_cast<std::size_t>(plan_.config.rules.backend)];
    report.rules_missing = rules_missing_;
    report.ledger = seen_ledger_;
    const std::chrono::nanoseconds now = clock_.monotonic();
    report.received = received_rates_.rates(now, plan_.books.received());
    report.lost = lost_rates_.rates(now, sum_of(losses(seen_ledger_)));
    report.losing = losing_;
    if (report.backend != std::string_view("none")) {
        report.rules_installed = plan_.config.rules.log.size();
    }
    for (const RuleLedger& ledger : seen_ledger_.rules) {
        control::RuleReport rule{ledger, {}, {}};
        for (const LogRule& known : plan_.config.rules.log) {
            if (known.name != ledger.rule) continue;
            rule.action = known.action;
            rule.groups = groups_of(known);
        }
        report.rules.push_back(std::move(rule));
    }
    report_groups(report);
    report_outputs(report);
    count_actions(plan_, report.actions);
    report_warnings(report);
    return report;
}

void Worker::report_groups(control::Report& report) const {
    for (const GroupLedger& ledger : seen_ledger_.groups) {
        control::GroupReport group{ledger, 0, 0};
        for (const WorkerPlan::Group& known : plan_.groups) {
            if (known.socket->group() != ledger.group) continue;
            group.receive_buffer = known.socket->receive_buffer();
            group.fill = known.socket->queue_fill();
        }
        report.groups.push_back(group);
    }
}

void Worker::report_outputs(control::Report& report) const {
    for (const auto& lane : lanes_) {
        const config::OutputConfig& config = lane->config();
        control::OutputReport output;
        output.ledger = lane->book().ledger();
        output.ledger.output = config.name;
        output.type = config.type;
        output.format = config.format;
        output.place = place_of(config);
        if (const auto* file = std::get_if<FileOptions>(&config.options)) output.path = file->path;
        output.capacity = config.queue;
        const auto found = output_states_.find(config.name);
        const OutputState state = found == output_states_.end() ? OutputState{} : found->second;
        if (lane->suspended()) {
            output.suspended = state.suspended;
            output.suspended_since_ns = state.since_ns;
        }
        output.last_write_ns = state.last_write_ns;
        report.outputs.push_back(std::move(output));
    }
}

void Worker::report_warnings(control::Report& report) const {
    auto& warnings = report.warnings;
    if (!rules_missing_.empty()) {
        warnings.push_back({"log rules are missing: " + rules_missing_,
                            "nflogd puts them back; stop what removes them"});
    }
    for (const control::OutputReport& output : report.outputs) {
        const std::string& name = output.ledger.output;
        if (output.suspended) {
            warnings.push_back({fmt::format("output {} is suspended: {}", name, *output.suspended),
                                "mend that: it goes on by itself, and loses what its queue "
                                "cannot hold meanwhile"});
        }
        if (output.ledger.dropped > 0) {
            warnings.push_back(
                {fmt::format("output {} has dropped {} records: its queue of {} was full", name,
                             output.ledger.dropped, output.capacity),
                 fmt::format("raise outputs[{}].queue, or log less to it (filter)", name)});
        }
    }
    const Losses lost = losses(seen_ledger_);
    if (lost.kernel > 0) {
        warnings.push_back({fmt::format("{} packets were lost in the kernel", lost.kernel),
                            "raise sources[].receive_buffer, use sources[].spread, or give noisy "
                            "rules a limit"});
    }
    for (const WorkerPlan::Group& group : plan_.groups) {
        for (const std::string& text : group.socket->warnings()) warnings.push_back({text, {}});
    }
    if (rules_state_ == "watched") {
        warnings.push_back({"others can change our log rules; they are watched, and put back", {}});
    }
}

}  // namespace nflogd::pipeline
