// SPDX-License-Identifier: GPL-2.0-or-later
#include "dry_run.hpp"

#include <cerrno>
#include <cstring>

#include "iptables_chains.hpp"
#include "nft.hpp"
#include "nftables_text.hpp"

namespace nflogd::rules {

std::optional<Refusal> dry_run_nft(const RulesOptions& options) {
    const auto nft = open_nft_dry_run();
    if (!nft) return Refusal{nft.error().message, kNoRule, nft.error().exit_code};
    RulesOptions renamed = options;
    renamed.table += "-check";  // the real one may be there, owned by a running daemon
    const auto listing = nft_table(renamed, object_names(renamed), false);
    const auto reply = (*nft)->run(listing.text());
    if (reply.ok) return std::nullopt;
    const auto complaint = first_complaint(reply.error);
    const bool denied = complaint.message.find(std::strerror(EPERM)) != std::string::npos;
    return Refusal{"nft: " + complaint.message, listing.rule_of(complaint.line),
                   denied ? EX_NOPERM : EX_OSERR};
}

std::optional<Refusal> dry_run_iptables(const RulesOptions& options) {
    for (const int version : ip_versions()) {
        Listing text;
        for (const auto table : kIptablesTables)
            add_transaction(text, table, iptables_lines({options, 0}, version, table));
        if (text.empty()) continue;
        IptablesTool tool(run_program, version, options.flavour);
        if (auto refusal = tool.restore(text, RestoreMode::test)) return refusal;
    }
    return std::nullopt;
}

}  // namespace nflogd::rules
