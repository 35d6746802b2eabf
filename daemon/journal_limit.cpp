// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal_limit.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace nflogd::daemon {
namespace {

/// Messages per interval of the limit (30 s unless set) that no journal can reach.
constexpr std::uint64_t kNoLimit = 10'000'000;

bool has_journal(const config::Config& config) {
    return std::any_of(config.outputs.begin(), config.outputs.end(), [](const auto& output) {
        return std::holds_alternative<JournaldOptions>(output.options);
    });
}

/// The service that we are; empty: none.
std::string own_unit(const std::string& cgroup) {
    std::ifstream file(cgroup);
    std::string line;
    while (std::getline(file, line)) {
        const std::string unit = line.substr(line.rfind('/') + 1);
        if (unit.ends_with(".service")) return unit;
    }
    return {};
}

/// Nothing if the unit says nothing.
std::optional<std::uint64_t> burst_of(const std::string& units, const std::string& unit) {
    std::error_code error;
    const std::string text =
        std::filesystem::read_symlink(units + "/log-rate-limit-burst:" + unit, error).string();
    std::uint64_t burst = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), burst);
    if (error || wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return burst;
}

}  // namespace

std::optional<std::string> journal_limit_warning(const config::Config& config,
                                                 const JournalPaths& paths) {
    if (!has_journal(config)) return std::nullopt;
    const std::string unit = own_unit(paths.cgroup);
    const auto burst = unit.empty() ? std::nullopt : burst_of(paths.units, unit);
    if (burst && *burst >= kNoLimit) return std::nullopt;
    return "the journal drops records without telling us if there are more than " +
           (burst ? std::to_string(*burst) + " in an interval (LogRateLimitBurst of " + unit + ")"
                  : std::string("RateLimitBurst of journald.conf allows (10000 in 30 s)")) +
           "; set LogRateLimitBurst=100000000 in the unit that starts nflogd";
}

}  // namespace nflogd::daemon
