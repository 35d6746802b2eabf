// SPDX-License-Identifier: GPL-2.0-or-later
// What iptables(8) cannot do, or would understand in another sense.
#include <algorithm>

#include "iptables_text.hpp"
#include "match.hpp"
#include "text.hpp"

namespace nflogd::rules {
namespace {

/// iptables-restore cuts its lines at 10239 bytes and goes on as a new line.
constexpr std::size_t kMatchMax = 4096;

/// XT_LIMIT_SCALE, parts of a second. xt_limit (net/netfilter/xt_limit.c) counts
/// credits in 32 bits, made for one day; more goes round unnoticed.
constexpr std::uint64_t kScale = 10000;

std::string check_prefix(const LogRule& rule) {
    if (rule.name.size() <= kIptablesPrefixMax) return "";
    return "its name is longer than the log prefix of iptables, " +
           std::to_string(kIptablesPrefixMax) + " bytes";
}

std::string check_rate(const LogRule& rule) {
    if (!rule.limit) return "";
    const auto seconds = kUnitSeconds[static_cast<std::size_t>(rule.limit->per)];
    const auto most = std::uint64_t{kIptablesRateMax} * seconds;
    if (rule.limit->rate > most || rule.limit->burst > kIptablesRateMax)
        return "iptables can limit to " + std::to_string(kIptablesRateMax) +
               "/second with a burst of " + std::to_string(kIptablesRateMax) + " at most";
    const auto period = kScale * seconds / rule.limit->rate;
    if (period * rule.limit->burst > kScale * kUnitSeconds.back())
        return "iptables can hold what its rate allows in one day as a burst at most";
    return "";
}

std::string check_protocol(const LogRule& rule) {
    const bool zero =
        std::find(rule.protocol.begin(), rule.protocol.end(), 0) != rule.protocol.end();
    return zero ? "protocol 0 means any protocol to iptables" : "";
}

std::string check_match(const LogRule& rule) {
    if (rule.match.size() > kMatchMax) return "its match is too long";
    const bool plain = std::all_of(rule.match.begin(), rule.match.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != '\\';
    });
    if (!plain) return "a control character or a backslash in its match";
    const auto quotes = std::count(rule.match.begin(), rule.match.end(), '"');
    return quotes % 2 == 0 ? "" : "a quote without its other in its match";
}

constexpr Check kChecks[] = {check_prefix, check_rate, check_protocol, check_match};

}  // namespace

std::vector<Error> check_iptables(const RulesOptions& options) {
    return check_options(options, kChecks, kIptablesTableMax);
}

}  // namespace nflogd::rules
