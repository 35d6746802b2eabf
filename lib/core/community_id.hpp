// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Community ID, version 1: the same short text for both directions of a flow, in
/// every program that knows it (https://github.com/corelight/community-id-spec).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/record.hpp"

namespace nflogd {

/// Computes one after the other, for one thread. Allocates nothing and opens nothing.
class CommunityId {
public:
    /// "1:" and a SHA-1 in base64.
    static constexpr std::size_t kLength = 30;

    /// All that are to be compared have the same seed. See load_sha1() for when the first
    /// one is to be made.
    explicit CommunityId(std::uint16_t seed = 0);

    /// Valid until the next call. Empty where a part of the flow is not known: no
    /// addresses, or no ports or ICMP type where the protocol has them, as in later
    /// fragments and in headers that were cut.
    [[nodiscard]] std::string_view of(const Headers& headers);

private:
    std::uint16_t seed_;
    std::array<char, kLength> text_{};
};

}  // namespace nflogd
