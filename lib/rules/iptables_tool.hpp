// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// iptables-save and iptables-restore of one IP version, run as programs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "iptables_save.hpp"
#include "listing.hpp"
#include "process.hpp"

namespace nflogd::rules {

enum class Counters { no, yes };
enum class RestoreMode { commit, test };

class IptablesTool {
public:
    IptablesTool(RunProgram run, int ip_version, IptablesFlavour flavour);

    [[nodiscard]] int ip_version() const { return ip_version_; }

    /// True: it keeps its rules in nftables' tables.
    Result<bool> is_nft_variant();

    /// All tables that are there, or just `table` (which makes the legacy kernel
    /// load it).
    Result<std::vector<SavedTable>> save(std::string_view table = "",
                                         Counters counters = Counters::no);

    /// Adds to what is there. Each transaction in the text is all or nothing.
    std::optional<Refusal> restore(const Listing& listing, RestoreMode mode = RestoreMode::commit);

private:
    Result<ProcessResult> run(const std::vector<std::string>& argv, std::string_view input);

    RunProgram run_;
    int ip_version_;
    std::string save_program_;
    std::string restore_program_;
};

/// Whether the legacy kernel side has a table in this network namespace.
[[nodiscard]] bool has_legacy_tables(int ip_version);

}  // namespace nflogd::rules
