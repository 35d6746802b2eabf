// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_json.hpp"

#include <fmt/format.h>

#include "format/escape.hpp"

namespace nflogd::daemon {
namespace {

using summary::By;

std::string_view key_of(By by) {
    switch (by) {
        case By::source: return "sources";
        case By::destination: return "destinations";
        case By::port: return "dest_ports";
        case By::rule: return "rules";
        case By::interface: return "in_ifaces";
        case By::action: return "actions";
        case By::protocol: break;
    }
    return "protocols";
}

std::string quoted(std::string_view text) { return '"' + format::json_text(text) + '"'; }

std::string time_or_null(const std::optional<std::uint64_t>& time) {
    return time ? quoted(summary::second_text(*time)) : "null";
}

template <typename Entries, typename Write>
std::string list(const Entries& entries, Write write) {
    std::string out = "[";
    for (const auto& entry : entries) {
        if (out.size() > 1) out += ',';
        out += write(entry);
    }
    return out + ']';
}

std::string table(const summary::Listing& listing) {
    return fmt::format(
        R"({{"different":{},"exact":{},"missed_at_most":{},"not_known":{},"rows":{}}})",
        listing.keys, listing.unseen == 0, listing.unseen, listing.absent.packets,
        list(listing.rows, [](const summary::Row& row) {
            return fmt::format(R"({{"name":{},"packets":{},"bytes":{},"missed_at_most":{}}})",
                               quoted(row.name), row.count.packets, row.count.bytes, row.missed);
        }));
}

std::string sums(const summary::LossTotals& totals) {
    return fmt::format(R"({{"lost_kernel":{},"dropped":{},"failed":{},"suppressed":{}}})",
                       totals.kernel, totals.dropped, totals.failed, totals.suppressed);
}

std::string losses(const summary::Losses& from) {
    return fmt::format(R"({{"ledgers":{},"total":{},"before":{},"rules":{},"outputs":{}}})",
                       from.ledgers(), sums(from.totals()), sums(from.before()),
                       list(from.rules(),
                            [](const summary::RuleLosses& rule) {
                                return fmt::format(
                                    R"({{"rule":{},"lost_kernel":{},"suppressed":{}}})",
                                    quoted(rule.rule), rule.lost_kernel, rule.suppressed);
                            }),
                       list(from.outputs(), [](const summary::OutputLosses& output) {
                           return fmt::format(R"({{"output":{},"dropped":{},"failed":{}}})",
                                              quoted(output.output), output.dropped, output.failed);
                       }));
}

}  // namespace

std::string report_json(const summary::Report& report) {
    summary::Summary& summary = report.summary;
    std::string out = fmt::format(
        "{{\"files\":{},\n\"first\":{},\n\"last\":{},\n\"packets\":{},\n\"bytes\":{},\n"
        "\"unread_lines\":{},\n\"losses\":{}",
        report.files, time_or_null(summary.first()), time_or_null(summary.last()),
        summary.total().packets, summary.total().bytes, report.malformed_lines,
        losses(report.losses));
    for (const By by : summary::kAllBy) {
        out += fmt::format(",\n\"{}\":{}", key_of(by),
                           table(summary.list(by, summary::Order::packets, report.top)));
    }
    return out + "}\n";
}

}  // namespace nflogd::daemon
