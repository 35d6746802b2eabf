// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Our chains in the kernel, IPv4's and IPv6's together. What is left of an
/// earlier run is found by name: every chain that begins with "TABLE.". Each
/// table of each IP version is a transaction of its own; iptables has no larger.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "iptables_text.hpp"
#include "iptables_tool.hpp"
#include "nft.hpp"
#include "rules.hpp"

namespace nflogd::rules {

/// The IP versions of this kernel.
[[nodiscard]] std::vector<int> ip_versions();

class IptablesChains {
public:
    IptablesChains(const RunProgram& run, OpenNft open_nft, const RulesOptions& options,
                   const std::vector<int>& versions);

    /// Looks which variant the programs are of.
    Status open();

    /// Deletes our chains that `drop` asks for, with the jumps to them, and adds
    /// those of `add`, if any. After a refusal `changed` tells whether something
    /// may have been done already.
    using Drop = std::function<bool(const ChainName& chain)>;
    std::optional<Refusal> apply(const Drop& drop, const Generation* add, Chains chains,
                                 bool& changed);

    /// Deletes all of ours and what iptables made for it.
    Status erase();

    /// An error if chains, or jumps where there should be some, are gone.
    enum class Jumps { expected, taken_away };
    Result<std::vector<RuleCount>> count(const Generation& generation, Jumps jumps);

private:
    struct Family {
        IptablesTool tool;
        bool nft_variant = false;
    };
    using Saved = std::vector<SavedTable>;
    struct Seen {
        std::vector<int> lines;       ///< of each rule's chain
        std::set<std::string> jumps;  ///< "CHAIN TARGET"
    };

    std::optional<Refusal> apply_to(Family& family, const Drop& drop, const Generation* add,
                                    Chains chains, bool& changed);
    void add_cleanup(Listing& lines, const SavedTable& saved, const Drop& drop) const;
    void add_markers(Listing& lines, const Family& family, const Saved& saved,
                     const RulesOptions& options, std::string_view table);
    Status erase_traces(const Family& family, const Saved& before);
    void tally(const SavedTable& table, const Generation& generation,
               std::vector<RuleCount>& counts, Seen& seen) const;
    Status count_family(Family& family, const Generation& generation, Jumps jumps,
                        std::vector<RuleCount>& counts);

    std::string prefix_;
    OpenNft open_nft_;
    std::vector<Family> families_;
};

}  // namespace nflogd::rules
