// SPDX-License-Identifier: GPL-2.0-or-later
//
// The metrics: one function for each subject, one call for each metric. No label holds an
// address or a port, so their number is bounded by the configuration.
#include <fmt/format.h>

#include <iterator>

#include "control/report.hpp"

namespace nflogd::control {
namespace {

constexpr double kSecond = 1e9;

class Page {
public:
    void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
    void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }

    /// A sample of the metric begun last. `labels`: pairs of name and value.
    template <typename Value>
    void sample(std::initializer_list<std::pair<std::string_view, std::string_view>> labels,
                Value value) {
        text_ += name_;
        char before = '{';
        for (const auto& [label, text] : labels) {
            text_ += before;
            text_ += label;
            text_ += "=\"";
            escape(text);
            text_ += '"';
            before = ',';
        }
        if (before == ',') text_ += '}';
        fmt::format_to(std::back_inserter(text_), " {}\n", value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void begin(std::string_view name, std::string_view type, std::string_view help) {
        name_ = "nflogd_";
        name_ += name;
        fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name_, help,
                       name_, type);
    }
    void escape(std::string_view text) {
        for (const char c : text) {
            if (c == '\n') {
                text_ += "\\n";
                continue;
            }
            if (c == '"' || c == '\\') text_ += '\\';
            text_ += c;
        }
    }

    std::string name_;
    std::string text_;
};

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / kSecond; }

void put_daemon(Page& page, const Report& report) {
    page.gauge("build_info", "Always 1; the version that runs.");
    page.sample({{"version", report.version}}, 1);
    page.gauge("start_time_seconds", "When the daemon started, UNIX time.");
    page.sample({}, seconds(report.started_ns));
    page.counter("worker_restarts_total", "Worker processes that followed a dead one.");
    page.sample({}, report.worker_restarts);
    page.gauge("degraded", "1 if records are being lost, or would be; see nflogd status.");
    page.sample({}, report.degraded() ? 1 : 0);
    page.gauge("rules_installed", "Log rules of our own.");
    page.sample({}, report.rules_installed);
    page.gauge("rules_missing", "1 if somebody removed rules of ours and they are not back yet.");
    page.sample({}, report.rules_missing.empty() ? 0 : 1);
}

void put_groups(Page& page, const Report& report) {
    page.counter("packets_total", "Packets received, by nfnetlink_log group and rule's action.");
    for (const ActionCount& count : report.actions) {
        page.sample({{"group", std::to_string(count.group)}, {"action", count.action}},
                    count.packets);
    }
    page.counter("kernel_lost_total", "Packets lost in the kernel: gaps in NFULA_SEQ.");
    for (const GroupReport& group : report.groups) {
        page.sample({{"group", std::to_string(group.ledger.group)}}, group.ledger.lost_kernel);
    }
    page.gauge("receive_buffer_bytes", "Receive buffer of a group as the kernel granted it.");
    for (const GroupReport& group : report.groups) {
        page.sample({{"group", std::to_string(group.ledger.group)}}, group.receive_buffer);
    }
    page.gauge("receive_buffer_used_ratio", "Part of a group's receive buffer that is in use.");
    for (const GroupReport& group : report.groups) {
        page.sample({{"group", std::to_string(group.ledger.group)}}, group.fill);
    }
}

void put_netlink(Page& page, const Ledger& ledger) {
    page.counter("netlink_overruns_total", "Receive calls that told of a full socket (ENOBUFS).");
    page.sample({}, ledger.overruns);
    page.counter("netlink_socket_drops_total",
                 "Datagrams that the kernel dropped on full sockets.");
    page.sample({}, ledger.socket_drops);
    page.counter("netlink_cut_datagrams_total", "Datagrams longer than the buffer.");
    page.sample({}, ledger.cut_datagrams);
    page.counter("parse_errors_total", "Packets whose headers could not be read to their end.");
    page.sample({{"reason", "malformed"}}, ledger.malformed);
    page.sample({{"reason", "truncated"}}, ledger.truncated);
}

using RuleValue = std::optional<std::uint64_t> (*)(const RuleLedger& ledger);
struct RuleMetric {
    std::string_view name;
    std::string_view help;
    RuleValue value;
};
constexpr RuleMetric kRuleMetrics[] = {
    {"rule_matched_total", "Packets that a log rule matched, as the kernel counts them.",
     [](const RuleLedger& ledger) { return ledger.matched; }},
    {"rule_suppressed_total", "Packets over a log rule's limit.",
     [](const RuleLedger& ledger) { return ledger.suppressed; }},
    {"rule_logged_total", "Packets of a log rule that were received.",
     [](const RuleLedger& ledger) { return std::optional(ledger.logged); }},
    {"rule_lost_total", "Packets of a log rule that were lost in the kernel.",
     [](const RuleLedger& ledger) { return ledger.lost_kernel; }},
};

void put_rules(Page& page, const std::vector<RuleReport>& rules) {
    for (const RuleMetric& metric : kRuleMetrics) {
        page.counter(metric.name, metric.help);
        for (const RuleReport& rule : rules) {
            const auto value = metric.value(rule.ledger);
            if (value) page.sample({{"rule", rule.ledger.rule}}, *value);
        }
    }
}

void put_sink_counts(Page& page, const std::vector<OutputReport>& outputs) {
    page.counter("sink_records_total", "Records that an output has written.");
    for (const OutputReport& output : outputs) {
        page.sample({{"sink", output.ledger.output}}, output.ledger.written);
    }
    page.counter("sink_filtered_total", "Records that are not meant for an output.");
    for (const OutputReport& output : outputs) {
        page.sample({{"sink", output.ledger.output}}, output.ledger.filtered);
    }
    page.counter("sink_dropped_total", "Records that an output has lost.");
    for (const OutputReport& output : outputs) {
        const std::string_view sink = output.ledger.output;
        page.sample({{"sink", sink}, {"reason", "queue_full"}}, output.ledger.dropped);
        page.sample({{"sink", sink}, {"reason", "failed"}}, output.ledger.failed);
    }
}

void put_sink_states(Page& page, const std::vector<OutputReport>& outputs) {
    page.gauge("sink_queue_records", "Records that wait for an output.");
    for (const OutputReport& output : outputs) {
        page.sample({{"sink", output.ledger.output}}, output.ledger.queued);
    }
    page.gauge("sink_queue_capacity_records", "Records that may wait for an output.");
    for (const OutputReport& output : outputs) {
        page.sample({{"sink", output.ledger.output}}, output.capacity);
    }
    page.gauge("sink_spooled_records", "Records that wait in an output's spool.");
    for (const OutputReport& output : outputs) {
        if (!output.ledger.spooled) continue;
        page.sample({{"sink", output.ledger.output}}, *output.ledger.spooled);
    }
    page.gauge("sink_suspended", "1 if an output's medium refuses.");
    for (const OutputReport& output : outputs) {
        page.sample({{"sink", output.ledger.output}}, output.suspended ? 1 : 0);
    }
    page.gauge("sink_last_success_timestamp_seconds", "When an output last wrote, UNIX time.");
    for (const OutputReport& output : outputs) {
        if (!output.last_write_ns) continue;
        page.sample({{"sink", output.ledger.output}}, seconds(*output.last_write_ns));
    }
}

}  // namespace

std::string to_prometheus(const Report& report) {
    Page page;
    put_daemon(page, report);
    put_groups(page, report);
    put_netlink(page, report.ledger);
    put_rules(page, report.rules);
    put_sink_counts(page, report.outputs);
    put_sink_states(page, report.outputs);
    return page.take();
}

}  // namespace nflogd::control
