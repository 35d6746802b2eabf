// SPDX-License-Identifier: GPL-2.0-or-later
#include "nftables.hpp"

#include <linux/netfilter.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "core/log.hpp"

namespace nflogd::rules {
namespace {

bool says(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

bool says(const std::string& text, int errno_value) {
    return says(text, std::string_view(std::strerror(errno_value)));
}

/// nft prints who owns a table behind its name: "table inet x { # progname y".
std::string owner_of(const std::string& listing) {
    constexpr std::string_view kMark = "# progname ";
    const auto mark = listing.find(kMark);
    if (mark == std::string::npos) return "";
    const auto from = mark + kMark.size();
    return " (" + listing.substr(from, listing.find('\n', from) - from) + ')';
}

}  // namespace

NftablesRuleset::~NftablesRuleset() {
    if (!installed_ || installed_->process != ::getpid()) return;
    if (const auto status = remove(); !status) log::warning(status.error().message);
}

Status NftablesRuleset::install(const RulesOptions& options) {
    refused_rule_ = kNoRule;
    if (const auto errors = check_nft(options); !errors.empty()) return errors.front();
    if (installed_ && installed_->options.table != options.table)
        return Error{"rules.table: cannot change while the rules are installed", EX_CONFIG};
    if (installed_ && installed_->options.owner != options.owner)
        return Error{"rules.owner: cannot change while the rules are installed", EX_CONFIG};
    if (auto status = open_context(); !status) return status;
    if (!installed_ || !count()) return install_first(options);
    const auto refusal = replace(options);
    if (refusal) return fail(*refusal, options);
    look();
    return {};
}

Status NftablesRuleset::install_first(const RulesOptions& options) {
    bool owned = options.owner;
    auto refusal = install_fresh(options, owned);
    if (owned && refusal && refusal->rule == kNoRule && refusal->exit_code != EX_NOPERM) {
        owned = false;
        if (install_fresh(options, owned)) return fail(*refusal, options);
        log::warning("nftables: table inet " + options.table +
                     " is not protected: the kernel cannot give it an owner (Linux 5.12)");
    } else if (refusal) {
        return fail(*refusal, options);
    }
    totals_.begin_again();
    installed_ = Installed{options, object_names(options), owned, false, ::getpid()};
    look();
    return {};
}

Status NftablesRuleset::open_context() {
    if (nft_) return {};
    auto context = open_();
    if (!context) return context.error();
    nft_ = std::move(*context);
    return {};
}

std::optional<Refusal> NftablesRuleset::replace(const RulesOptions& options) {
    auto names = object_names(options, installed_->names);
    const auto listing =
        nft_replacement(installed_->options, installed_->names, options, names, installed_->owned);
    if (auto refusal = run(listing, options.table)) return refusal;
    retire(names);
    installed_->options = options;
    installed_->names = std::move(names);
    installed_->quiet = false;
    return std::nullopt;
}

/// Rules that are not among `names` are gone: their counters are final.
void NftablesRuleset::retire(const ObjectNames& names) {
    const auto left = nft_left_counters(installed_->options.table, installed_->names, names);
    if (left.text().empty()) return;
    if (const auto counts = count(); !counts)
        log::warning("counters are as of their last reading: " + counts.error().message);
    if (const auto refusal = run(left, installed_->options.table))
        log::warning("old counters are left behind: " + refusal->words);
}

std::optional<Refusal> NftablesRuleset::install_fresh(const RulesOptions& options, bool owned) {
    return run(nft_fresh_table(options, object_names(options), owned), options.table);
}

std::optional<Refusal> NftablesRuleset::run(const Listing& listing, const std::string& table) {
    const auto reply = nft_->run(listing.text());
    if (reply.ok) return std::nullopt;
    const auto complaint = first_complaint(reply.error);
    auto refusal = explain(complaint, table);
    if (refusal.exit_code == EX_OSERR) refusal.rule = listing.rule_of(complaint.line);
    return refusal;
}

Refusal NftablesRuleset::explain(const NftComplaint& complaint, const std::string& table) {
    const auto words = "nft: " + complaint.message;
    if (says(complaint.message, EPERM)) {
        const auto found = nft_->run("list table inet " + table);
        if (!found.ok) return {words + ": needs CAP_NET_ADMIN", kNoRule, EX_NOPERM};
        return {"table inet " + table + " belongs to another process" + owner_of(found.output),
                kNoRule, EX_UNAVAILABLE};
    }
    if (says(complaint.message, EMSGSIZE))
        return {words +
                    ": so many rules need a larger send buffer: net.core.wmem_max, or "
                    "CAP_NET_ADMIN outside of user namespaces",
                kNoRule, EX_NOPERM};
    if (says(complaint.message, "cache initialization failed"))
        return {"the kernel has no nftables (module nf_tables): " + words, kNoRule, EX_UNAVAILABLE};
    return {words, kNoRule, EX_OSERR};
}

Status NftablesRuleset::fail(const Refusal& refusal, const RulesOptions& options) {
    refused_rule_ = refusal.rule;
    return to_error(refusal, options);
}

Result<std::vector<RuleCount>> NftablesRuleset::count() {
    std::vector<Reading> readings;
    if (!installed_) return std::vector<RuleCount>{};
    const auto& table = installed_->options.table;
    const auto counters = list_({.family = NFPROTO_INET, .table = table, .only_counters = true});
    if (!counters) return counters.error().wrap("table inet " + table);
    std::unordered_map<std::string_view, std::uint64_t> packets;
    for (const NftItem& counter : *counters)
        if (counter.packets) packets[counter.name] = *counter.packets;
    for (const auto& rule : installed_->options.log) {
        const auto& object = installed_->names.at(rule.name);
        const auto matched = packets.find("matched." + object);
        const auto passed = packets.find("passed." + object);
        if (matched == packets.end() || passed == packets.end())
            return Error{
                "table inet " + table + ": the counters of rule '" + rule.name + "' are gone",
                EX_UNAVAILABLE};
        readings.push_back({rule.name, "", matched->second, passed->second});
    }
    return totals_.take_all(readings);
}

Status NftablesRuleset::quiesce() {
    if (!installed_) return {};
    installed_->quiet = true;
    const auto reply = nft_->run("flush table inet " + installed_->options.table);
    if (reply.ok || says(reply.error, ENOENT)) return {};
    return Error{"nft: " + first_complaint(reply.error).message, EX_OSERR};
}

Status NftablesRuleset::remove() {
    if (!installed_) return {};
    const auto reply = nft_->run("delete table inet " + installed_->options.table);
    installed_.reset();
    seen_.reset();
    totals_ = {};
    nft_.reset();
    if (reply.ok || says(reply.error, ENOENT)) return {};
    return Error{"nft: " + first_complaint(reply.error).message, EX_OSERR};
}

}  // namespace nflogd::rules
