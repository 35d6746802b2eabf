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

#include "counter_baseline.hpp"
#include "iptables_text.hpp"
#include "iptables_tool.hpp"
#include "nft.hpp"
#include "state.hpp"

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
    /// those of `add`, if any, without the rules' chains that `write` leaves out.
    /// After a refusal `changed` tells whether something may have been done already.
    using Drop = std::function<bool(const ChainName& chain)>;
    std::optional<Refusal> apply(const Drop& drop, const Generation* add, const WriteChain& write,
                                 bool& changed);

    /// What of ours is in the kernel; after look() it is what there is to be.
    Status look();
    Result<std::string> missing();

    /// Makes it so again. Rules' chains that nobody touched go on counting; for
    /// each other one `lost` is called.
    using Lost = std::function<void(unsigned rule, int ip_version)>;
    std::optional<Refusal> restore(const Generation& generation, const Lost& lost);

    /// Deletes all of ours and what iptables made for it.
    Status erase();

    /// An error if chains, or jumps where there should be some, are gone.
    enum class Jumps { expected, taken_away };
    Result<std::vector<Reading>> count(const Generation& generation, Jumps jumps);
    [[nodiscard]] static std::string place_of(int ip_version) {
        return ip_version == 6 ? "ip6tables" : "iptables";
    }

private:
    struct Family {
        IptablesTool tool;
        bool nft_variant = false;
        std::optional<State> looked;  ///< at by look()
    };
    using Saved = std::vector<SavedTable>;
    struct Seen {
        std::vector<int> lines;       ///< of each rule's chain
        std::set<std::string> jumps;  ///< "CHAIN TARGET"
    };

    std::optional<Refusal> apply_to(Family& family, const Drop& drop, const Generation* add,
                                    const WriteChain& write, bool& changed);
    Result<State> state_of(Family& family) const;
    std::optional<Refusal> restore_family(Family& family, const State& now,
                                          const Generation& generation, const Lost& lost);
    void add_cleanup(Listing& lines, const SavedTable& saved, const Drop& drop) const;
    void add_markers(Listing& lines, const Family& family, const Saved& saved,
                     const RulesOptions& options, std::string_view table);
    [[nodiscard]] std::set<std::string> known_markers(const Family& family,
                                                      std::string_view table) const;
    Status erase_traces(const Family& family, const Saved& before);
    void tally(const SavedTable& table, const Generation& generation, std::vector<Reading>& counts,
               Seen& seen) const;
    Result<std::vector<Reading>> count_family(Family& family, const Generation& generation,
                                              Jumps jumps);

    std::string prefix_;
    OpenNft open_nft_;
    std::vector<Family> families_;
};

}  // namespace nflogd::rules
