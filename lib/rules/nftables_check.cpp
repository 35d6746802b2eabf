// SPDX-License-Identifier: GPL-2.0-or-later
// What nft(8) would take, but not in the sense of a log rule.
#include <algorithm>
#include <array>
#include <utility>

#include "match.hpp"
#include "nftables_text.hpp"

namespace nflogd::rules {
namespace {

constexpr std::size_t kTableMax = 64;

/// Statements that do something to a packet, where a match only selects it.
/// `redirect` is missing: it is an ICMP type too, and the kernel refuses the
/// statement in our chains.
constexpr std::array<std::string_view, 19> kActions = {
    "accept",     "drop",   "reject",  "queue",    "return", "continue", "jump",
    "goto",       "vmap",   "set",     "log",      "dup",    "fwd",      "dnat",
    "masquerade", "tproxy", "notrack", "synproxy", "snat",
};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/// Goes through raw text as nft's scanner does: words, quoted strings, the rest.
class RawMatch {
public:
    std::string complaint(std::string_view text) {
        for (const char c : text) {
            if (static_cast<unsigned char>(c) < 0x20) return "a control character in its match";
            if (auto found = take(c); !found.empty()) return found;
        }
        if (in_quotes_) return "a quote without its other in its match";
        if (depth_ != 0) return "a brace without its other in its match";
        return end_word();
    }

private:
    std::string take(char c) {
        if (in_quotes_) {
            in_quotes_ = c != '"';
            return "";
        }
        if (is_word(c)) {
            word_ += c;
            return "";
        }
        return take_sign(c);
    }

    std::string take_sign(char c) {
        in_quotes_ = c == '"';
        if (c == '{') ++depth_;
        if (c == '}' && --depth_ < 0) return "a brace without its other in its match";
        if (c == ';' || c == '#' || c == '\\' || c == '$')
            return std::string("its match must not hold ") + c;
        return end_word();
    }

    std::string end_word() {
        const std::string word = std::exchange(word_, {});
        if (std::find(kActions.begin(), kActions.end(), word) == kActions.end()) return "";
        return "its match must only select packets, '" + word + "' does more";
    }

    std::string word_;
    bool in_quotes_ = false;
    int depth_ = 0;
};

std::string check_prefix(const LogRule& rule) {
    if (rule.name.size() <= kNftPrefixMax) return "";
    return "its name is longer than the log prefix of nftables, " + std::to_string(kNftPrefixMax) +
           " bytes";
}

std::string check_match(const LogRule& rule) { return RawMatch().complaint(rule.match); }

constexpr Check kChecks[] = {check_prefix, check_match};

}  // namespace

std::vector<Error> check_nft(const RulesOptions& options) {
    return check_options(options, kChecks, kTableMax);
}

}  // namespace nflogd::rules
