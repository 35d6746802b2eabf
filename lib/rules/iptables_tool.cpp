// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_tool.hpp"

#include <unistd.h>

#include <array>
#include <charconv>

#include "text.hpp"

namespace nflogd::rules {
namespace {

/// Indexed by IptablesFlavour.
constexpr std::array<std::string_view, 3> kInfixes = {"", "-nft", "-legacy"};

constexpr std::string_view kLockSeconds = "10";  // of waiting for iptables-legacy's lock

std::string program(int ip_version, IptablesFlavour flavour, std::string_view action) {
    std::string name = ip_version == 6 ? "ip6tables" : "iptables";
    name += kInfixes[static_cast<std::size_t>(flavour)];
    return name + '-' + std::string(action);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end > 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The program's own words, without its name, version, advice and line numbers.
std::string words_of(const std::string& name, const std::string& err) {
    std::vector<std::string> kept;
    for (auto& line : lines_of(err)) {
        if (line.starts_with("Try `") || line.starts_with("Error occurred at line")) continue;
        const auto colon = line.find(": ");
        const bool named = line.starts_with("iptables") || line.starts_with("ip6tables");
        if (named && colon != std::string::npos) line.erase(0, colon + 2);
        if (!line.empty()) kept.push_back(std::move(line));
    }
    return name + ": " + (kept.empty() ? "refused, without a word" : join(kept, "; "));
}

/// Both forms: "Error occurred at line: 4" and "line 7: RULE_INSERT failed",
/// "line 8 failed".
int line_number_in(const std::string& err) {
    for (const std::string_view mark : {"Error occurred at line: ", "\nline ", ": line "}) {
        const auto at = err.find(mark);
        if (at == std::string::npos) continue;
        int number = 0;
        std::from_chars(err.data() + at + mark.size(), err.data() + err.size(), number);
        return number;
    }
    return 0;
}

bool lacks_privilege(const std::string& err) {
    for (const std::string_view words :
         {"you must be root", "Permission denied", "Operation not permitted"})
        if (err.find(words) != std::string::npos) return true;
    return false;
}

Refusal refusal_of(const std::string& name, const std::string& err) {
    const auto words = words_of(name, err);
    if (err.find("unable to initialize table") != std::string::npos)  // says nothing of why
        return {words + " (no CAP_NET_RAW, or the kernel has no such module)", kNoRule,
                ::geteuid() == 0 ? EX_UNAVAILABLE : EX_NOPERM};
    if (lacks_privilege(err))
        return {words + ": needs CAP_NET_ADMIN (iptables-legacy: CAP_NET_RAW too)", kNoRule,
                EX_NOPERM};
    return {words, kNoRule, EX_OSERR};
}

}  // namespace

IptablesTool::IptablesTool(RunProgram run, int ip_version, IptablesFlavour flavour)
    : run_(std::move(run)),
      ip_version_(ip_version),
      save_program_(program(ip_version, flavour, "save")),
      restore_program_(program(ip_version, flavour, "restore")) {}

Result<ProcessResult> IptablesTool::run(const std::vector<std::string>& argv,
                                        std::string_view input) {
    auto result = run_(argv, input);
    if (result || result.error().exit_code != EX_UNAVAILABLE) return result;
    return Error{result.error().message + " (it is in the package iptables)", EX_UNAVAILABLE};
}

Result<bool> IptablesTool::is_nft_variant() {
    const auto result = run({restore_program_, "--version"}, "");
    if (!result) return result.error();
    return result->out.find("(nf_tables)") != std::string::npos;
}

Result<std::vector<SavedTable>> IptablesTool::save(std::string_view table, Counters counters) {
    std::vector<std::string> argv = {save_program_};
    if (counters == Counters::yes) argv.emplace_back("-c");
    if (!table.empty()) argv.insert(argv.end(), {"-t", std::string(table)});
    const auto result = run(argv, "");
    if (!result) return result.error();
    if (result->exit_code == 0) return parse_iptables_save(result->out);
    const auto refusal = refusal_of(save_program_, result->err);
    return Error{refusal.words, refusal.exit_code};
}

std::optional<Refusal> IptablesTool::restore(const Listing& listing, RestoreMode mode) {
    std::vector<std::string> argv = {restore_program_, "--noflush",
                                     "--wait=" + std::string(kLockSeconds)};
    if (mode == RestoreMode::test) argv.emplace_back("--test");
    const auto result = run(argv, listing.text());
    if (!result) return Refusal{result.error().message, kNoRule, result.error().exit_code};
    if (result->exit_code == 0) return std::nullopt;
    auto refusal = refusal_of(restore_program_, result->err);
    if (refusal.exit_code == EX_OSERR) refusal.rule = listing.rule_of(line_number_in(result->err));
    return refusal;
}

}  // namespace nflogd::rules
