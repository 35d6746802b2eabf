// SPDX-License-Identifier: GPL-2.0-or-later
//
// The screen of `nflogd status`. Made of the JSON, so that a client of another version
// shows what it can; what is not there is shown as "-".
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/report.hpp"
#include "core/columns.hpp"
#include "core/text.hpp"

namespace nflogd::control {
namespace {

using nlohmann::json;

constexpr std::string_view kRed = "\033[31m";
constexpr std::string_view kGreen = "\033[32m";
constexpr std::string_view kYellow = "\033[33m";
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kReset = "\033[0m";

json parse(std::string_view text) {
    json report = json::parse(text, nullptr, false);
    if (!report.is_object() || !report.value("status", json()).is_string()) return {};
    return report;
}

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) return "-";
    return harmless(found->is_string() ? found->get<std::string>() : found->dump());
}

std::uint64_t number_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string count_of(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) return "-";
    return grouped(found->get<std::uint64_t>());
}

std::string uptime_text(std::uint64_t seconds) {
    const std::uint64_t days = seconds / 86'400;
    const std::string clock =
        fmt::format("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return days == 0 ? clock : fmt::format("{} d {}", days, clock);
}

const json& list_of(const json& report, const char* key) {
    static const json kNone = json::array();
    const auto found = report.find(key);
    return found != report.end() && found->is_array() ? *found : kNone;
}

const json& object_of(const json& report, const char* key) {
    static const json kNone = json::object();
    const auto found = report.find(key);
    return found != report.end() && found->is_object() ? *found : kNone;
}

/// Columns of text; the first is to the left, the others to the right.
class Table {
public:
    Table(std::vector<std::string> head, std::vector<bool> bad_if_not_zero)
        : bad_(std::move(bad_if_not_zero)) {
        rows_.push_back(std::move(head));
    }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    void print(const ScreenOptions& options, std::string& out) const {
        const std::vector<std::size_t> widths = widths_in(options.columns);
        for (const auto& row : rows_) print_row(row, widths, options, out);
    }

private:
    [[nodiscard]] std::vector<std::size_t> widths_in(unsigned columns) const {
        std::vector<std::size_t> widths(rows_.front().size());
        for (const auto& row : rows_) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                widths[i] = std::max(widths[i], columns_of(row[i]));
            }
        }
        std::size_t others = 0;
        for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i] + 2;
        const std::size_t room = columns > others + 8 ? columns - others : 8;
        widths[0] = std::min(widths[0], room);
        return widths;
    }
    void print_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
                   const ScreenOptions& options, std::string& out) const {
        const bool head = &row == &rows_.front();
        if (head && options.colour) out += kBold;
        out += fit(row[0], widths[0]);
        for (std::size_t i = 1; i < row.size(); ++i) {
            const bool bad = !head && options.colour && bad_[i] && row[i] != "0" && row[i] != "-";
            if (bad) out += kRed;
            out += "  " + fit_right(row[i], widths[i]);
            if (bad) out += kReset;
        }
        if (head && options.colour) out += kReset;
        out += '\n';
    }

    std::vector<bool> bad_;
    std::vector<std::vector<std::string>> rows_;
};

void put_head(const json& report, const ScreenOptions& options, std::string& out) {
    const std::string status = text_of(report, "status");
    const std::string_view colour = status == "healthy" ? kGreen : kRed;
    out += fmt::format("nflogd {} on {}: {}{}{}\n", text_of(report, "version"),
                       text_of(report, "host"), options.colour ? colour : "", status,
                       options.colour ? kReset : "");
    const json& protection = object_of(report, "protection");
    out += fmt::format("  up {} since {}, process {} as {}\n",
                       uptime_text(number_of(report, "uptime_seconds")), text_of(report, "started"),
                       text_of(report, "pid"), text_of(protection, "user"));
    out += fmt::format("  sandbox: {}\n", text_of(protection, "sandbox"));
    out += fmt::format("  rules: {} of our own, {}, {}; worker restarts: {}\n",
                       count_of(report, "rules_installed"), text_of(report, "backend"),
                       text_of(protection, "rules"), count_of(report, "worker_restarts"));
}

std::string rate_of(const json& rates, const char* key) {
    const auto found = rates.find(key);
    if (found == rates.end() || !found->is_number()) return "-";
    const double rate = found->get<double>();
    if (rate > 0 && rate < 10) return fmt::format("{:.1f}", rate);
    return grouped(static_cast<std::uint64_t>(std::clamp(rate, 0.0, 1e15) + 0.5));
}

void put_rates(const json& report, const ScreenOptions& options, std::string& out) {
    Table table({"PACKETS A SECOND", "1 s", "1 min", "15 min"}, {false, false, false, false});
    const json& rates = object_of(report, "rates");
    for (const char* kind : {"received", "lost"}) {
        const json& row = object_of(rates, kind);
        table.add({kind, rate_of(row, "1s"), rate_of(row, "1min"), rate_of(row, "15min")});
    }
    table.print(options, out);
}

void put_rules(const json& report, const ScreenOptions& options, std::string& out) {
    if (list_of(report, "rules").empty()) return;
    Table table({"RULE", "ACTION", "MATCHED", "SUPPRESSED", "LOGGED", "LOST"},
                {false, false, false, false, false, true});
    for (const json& rule : list_of(report, "rules")) {
        if (!rule.is_object()) continue;
        table.add({text_of(rule, "rule"), text_of(rule, "action"), count_of(rule, "matched"),
                   count_of(rule, "suppressed"), count_of(rule, "logged"),
                   count_of(rule, "lost_kernel")});
    }
    table.print(options, out += '\n');
}

void put_groups(const json& report, const ScreenOptions& options, std::string& out) {
    Table table({"GROUP", "RECEIVED", "LOST", "BUFFER", "IN USE"},
                {false, false, true, false, false});
    for (const json& group : list_of(report, "groups")) {
        if (!group.is_object()) continue;
        const auto fill = group.find("fill");
        const double used = fill != group.end() && fill->is_number() ? fill->get<double>() : 0;
        table.add({text_of(group, "group"), count_of(group, "received"),
                   count_of(group, "lost_kernel"), bytes_text(number_of(group, "receive_buffer")),
                   fmt::format("{:.0f} %", used * 100)});
    }
    table.print(options, out += '\n');
}

void put_outputs(const json& report, const ScreenOptions& options, std::string& out) {
    Table table({"OUTPUT", "STATE", "WRITTEN", "FILTERED", "DROPPED", "FAILED", "QUEUED"},
                {false, false, false, false, true, true, false});
    std::string notes;
    for (const json& output : list_of(report, "outputs")) {
        if (!output.is_object()) continue;
        table.add({text_of(output, "output"), text_of(output, "state"), count_of(output, "written"),
                   count_of(output, "filtered"), count_of(output, "dropped"),
                   count_of(output, "failed"), count_of(output, "queued")});
        notes += fmt::format("  {}: {} to {}, queue {}", text_of(output, "output"),
                             text_of(output, "format"), text_of(output, "place"),
                             count_of(output, "queue"));
        if (output.contains("spooled")) notes += ", in its spool " + count_of(output, "spooled");
        notes += '\n';
    }
    table.print(options, out += '\n');
    out += notes;
}

void put_warnings(const json& report, const ScreenOptions& options, std::string& out) {
    const json& warnings = list_of(report, "warnings");
    if (!warnings.empty()) out += '\n';
    for (const json& warning : warnings) {
        if (!warning.is_object()) continue;
        out += fmt::format("{}!{} {}\n", options.colour ? kYellow : "",
                           options.colour ? kReset : "", text_of(warning, "warning"));
        if (warning.contains("remedy")) out += "  " + text_of(warning, "remedy") + '\n';
    }
}

}  // namespace

std::optional<bool> is_degraded(std::string_view text) {
    const json report = parse(text);
    if (report.is_null()) return std::nullopt;
    return report["status"] != "healthy";
}

std::optional<std::string> to_text(std::string_view text, const ScreenOptions& options) {
    const json report = parse(text);
    if (report.is_null()) return std::nullopt;
    std::string out;
    put_head(report, options, out);
    put_rates(report, options, out += '\n');
    put_rules(report, options, out);
    put_groups(report, options, out);
    put_outputs(report, options, out);
    put_warnings(report, options, out);
    return out;
}

}  // namespace nflogd::control
