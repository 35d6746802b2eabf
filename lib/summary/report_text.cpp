// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/columns.hpp"

namespace nflogd::summary {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

constexpr std::size_t kWidth = 80;

// Together as many.
constexpr std::size_t kName = 43;
constexpr std::size_t kPackets = 15;
constexpr std::size_t kShare = 11;
constexpr std::size_t kBytes = 11;
constexpr std::size_t kLabel = 10;

/// Numbers without sense can be too long.
void line(std::string& out, std::string text) {
    if (columns_of(text) > kWidth) text = fit(text, kWidth);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out += text + '\n';
}

void said(std::string& out, std::string_view label, std::string_view text) {
    line(out, fit(label, kLabel) + std::string(text));
}

void row(std::string& out, std::string_view name, const Count& count, const Count& total) {
    line(out, fit(name, kName) + fit_right(grouped(count.packets), kPackets) +
                  fit_right(share_text(count.packets, total.packets), kShare) +
                  fit_right(bytes_text(count.bytes), kBytes));
}

std::string duration_text(std::uint64_t ns) {
    const std::uint64_t seconds = ns / kNsPerSecond;
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7200) return fmt::format("{} min", seconds / 60);
    if (seconds < 172'800) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
}

void write_head(std::string& out, const Report& report) {
    const Summary& summary = report.summary;
    said(out, "Files", grouped(report.files));
    if (summary.first()) {
        said(out, "From", second_text(*summary.first()));
        said(out, "To",
             second_text(*summary.last()) + "  (" +
                 duration_text(*summary.last() - *summary.first()) + ")");
    }
    said(out, "Packets", grouped(summary.total().packets));
    said(out, "Bytes", bytes_text(summary.total().bytes));
    if (report.malformed_lines > 0) {
        said(out, "Unread", grouped(report.malformed_lines) + " lines that are no record");
    }
}

std::string loss_text(const LossTotals& totals) {
    return fmt::format("{} by the kernel, {} dropped and {} failed by outputs",
                       grouped(totals.kernel), grouped(totals.dropped), grouped(totals.failed));
}

void write_losses(std::string& out, const Losses& losses) {
    const LossTotals totals = losses.totals();
    if (losses.ledgers() == 0) {
        said(out, "Lost", "not known: there is no ledger in these records");
        return;
    }
    said(out, "Lost", totals.lost() == 0 ? "nothing" : loss_text(totals));
    if (const LossTotals before = losses.before(); before.lost() > 0) {
        said(out, "", "before that: " + loss_text(before));
    }
    if (totals.suppressed > 0) {
        said(out, "Over limit", grouped(totals.suppressed) + " packets that rules did not log");
    }
    for (const RuleLosses& rule : losses.rules()) {
        line(out, "  rule " + fit(rule.rule, 30) +
                      fmt::format(" {} lost, {} over limit", grouped(rule.lost_kernel),
                                  grouped(rule.suppressed)));
    }
    for (const OutputLosses& output : losses.outputs()) {
        line(out, "  output " + fit(output.output, 28) +
                      fmt::format(" {} dropped, {} failed", grouped(output.dropped),
                                  grouped(output.failed)));
    }
}

/// What the rows leave out. Rows that miss some packets may make it look like more.
Count others(const Listing& listing, const Count& total) {
    Count rest = total;
    const auto subtract = [&rest](const Count& count) {
        rest.packets -= std::min(rest.packets, count.packets);
        rest.bytes -= std::min(rest.bytes, count.bytes);
    };
    subtract(listing.absent);
    for (const Row& one : listing.rows) subtract(one.count);
    return rest;
}

void write_table(std::string& out, By by, const Report& report) {
    const Count& total = report.summary.total();
    const Listing listing = report.summary.list(by, Order::packets, report.top);
    if (listing.rows.empty()) return;
    const std::string keys = (listing.unseen > 0 ? "more than " : "") + grouped(listing.keys);
    out += '\n';
    line(out, fit(fmt::format("{} ({})", title_of(by), keys), kName) +
                  fit_right("packets", kPackets) + fit_right("share", kShare) +
                  fit_right("bytes", kBytes));
    for (const Row& one : listing.rows) row(out, one.name, one.count, total);
    if (const Count rest = others(listing, total); rest.packets > 0) {
        row(out, "(others)", rest, total);
    }
    if (listing.absent.packets > 0) row(out, "(not known)", listing.absent, total);
    if (listing.unseen > 0) {
        line(out, fmt::format("Too many to count each: numbers may be too low by up to {}.",
                              grouped(listing.unseen)));
    }
}

}  // namespace

std::string_view title_of(By by) {
    switch (by) {
        case By::source: return "Sources";
        case By::destination: return "Destinations";
        case By::port: return "Destination ports";
        case By::rule: return "Rules";
        case By::interface: return "Interfaces";
        case By::action: return "Actions";
        case By::protocol: break;
    }
    return "Protocols";
}

std::string second_text(std::uint64_t timestamp_ns) {
    const auto seconds = static_cast<std::time_t>(timestamp_ns / kNsPerSecond);
    std::tm parts{};
    std::array<char, 32> text{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(seconds);
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string report_text(const Report& report) {
    std::string out;
    write_head(out, report);
    write_losses(out, report.losses);
    for (const By by : {By::action, By::rule, By::source, By::destination, By::port, By::protocol,
                        By::interface}) {
        write_table(out, by, report);
    }
    return out;
}

}  // namespace nflogd::summary
