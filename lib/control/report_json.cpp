// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "control/report.hpp"

namespace nflogd::control {
namespace {

using json = nlohmann::ordered_json;

constexpr std::uint64_t kSecond = 1'000'000'000;

/// RFC 3339, UTC, milliseconds.
std::string time_text(std::uint64_t ns) {
    const auto seconds = static_cast<std::time_t>(ns / kSecond);
    return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(seconds), ns % kSecond / 1'000'000);
}

double rounded(double rate) { return std::round(rate * 100) / 100; }

json rates_of(const Rates& rates) {
    return {{"1s", rounded(rates.second)},
            {"1min", rounded(rates.minute)},
            {"15min", rounded(rates.quarter)}};
}

void put(json& object, const char* key, const std::optional<std::uint64_t>& value) {
    if (value) object[key] = *value;
}

void put(json& object, const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
}

json rule_of(const RuleReport& rule) {
    json object{{"rule", rule.ledger.rule}};
    put(object, "action", rule.action);
    if (!rule.groups.empty()) object["groups"] = rule.groups;
    put(object, "matched", rule.ledger.matched);
    put(object, "suppressed", rule.ledger.suppressed);
    object["logged"] = rule.ledger.logged;
    put(object, "lost_kernel", rule.ledger.lost_kernel);
    return object;
}

json group_of(const GroupReport& group) {
    return {{"group", group.ledger.group},
            {"received", group.ledger.received},
            {"lost_kernel", group.ledger.lost_kernel},
            {"receive_buffer", group.receive_buffer},
            {"fill", std::round(group.fill * 1000) / 1000}};
}

json output_of(const OutputReport& output) {
    const OutputLedger& ledger = output.ledger;
    json object{{"output", ledger.output},
                {"type", output.type},
                {"format", output.format},
                {"place", output.place}};
    put(object, "path", output.path);
    object["state"] = output.suspended ? "suspended" : "writing";
    if (output.suspended) {
        object["reason"] = *output.suspended;
        object["since"] = time_text(output.suspended_since_ns);
    }
    object["written"] = ledger.written;
    object["filtered"] = ledger.filtered;
    object["dropped"] = ledger.dropped;
    object["failed"] = ledger.failed;
    object["queued"] = ledger.queued;
    object["queue"] = output.capacity;
    put(object, "spooled", ledger.spooled);
    if (output.last_write_ns) object["last_write"] = time_text(*output.last_write_ns);
    return object;
}

template <typename T, typename Make>
json list_of(const std::vector<T>& items, Make make) {
    json list = json::array();
    for (const T& item : items) list.push_back(make(item));
    return list;
}

}  // namespace

bool Report::degraded() const {
    if (losing || !rules_missing.empty()) return true;
    for (const OutputReport& output : outputs) {
        if (output.suspended) return true;
    }
    return false;
}

std::string to_json(const Report& report) {
    json object{{"status", report.degraded() ? "degraded" : "healthy"},
                {"version", report.version},
                {"host", report.host},
                {"pid", report.pid},
                {"time", time_text(report.now_ns)},
                {"started", time_text(report.started_ns)},
                {"uptime_seconds", (report.now_ns - report.started_ns) / kSecond},
                {"worker_restarts", report.worker_restarts}};
    object["protection"] = {{"user", report.protection.user},
                            {"sandbox", report.protection.sandbox},
                            {"rules", report.protection.rules}};
    object["backend"] = report.backend;
    object["rules_installed"] = report.rules_installed;
    put(object, "rules_missing", report.rules_missing);
    object["rates"] = {{"received", rates_of(report.received)}, {"lost", rates_of(report.lost)}};
    object["losing"] = report.losing;
    object["rules"] = list_of(report.rules, rule_of);
    object["groups"] = list_of(report.groups, group_of);
    object["outputs"] = list_of(report.outputs, output_of);
    object["decode"] = {{"malformed", report.ledger.malformed},
                        {"truncated", report.ledger.truncated}};
    object["netlink"] = {{"overruns", report.ledger.overruns},
                         {"socket_drops", report.ledger.socket_drops},
                         {"cut_datagrams", report.ledger.cut_datagrams}};
    object["warnings"] = list_of(report.warnings, [](const Warning& warning) {
        json entry{{"warning", warning.text}};
        put(entry, "remedy", warning.remedy);
        return entry;
    });
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace nflogd::control
