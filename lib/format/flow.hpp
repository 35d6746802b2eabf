// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the formats of SIEMs say about a packet beyond its headers: the flow's id and
/// which way it goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/community_id.hpp"
#include "core/network.hpp"
#include "core/options.hpp"
#include "core/record.hpp"

namespace nflogd::format {

/// For one thread.
class FlowFacts {
public:
    explicit FlowFacts(const TextOptions& options) : networks_(options.internal_networks) {
        if (options.community_id.value_or(true)) community_id_.emplace(options.community_id_seed);
    }

    /// Valid until the next call; empty: none.
    [[nodiscard]] std::string_view community_id(const Headers& headers) {
        return community_id_ ? community_id_->of(headers) : std::string_view();
    }
    [[nodiscard]] std::optional<Direction> direction(const Headers& headers) const {
        return direction_of(headers, networks_);
    }

private:
    std::vector<Network> networks_;
    std::optional<CommunityId> community_id_;
};

/// IANA's keyword in lower case, which is `proto` of a record but for a few; empty if
/// it has none here.
[[nodiscard]] std::string_view iana_protocol(std::uint8_t number);

}  // namespace nflogd::format
