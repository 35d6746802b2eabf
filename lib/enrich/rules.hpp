// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Which rule logged a packet: by the prefix and group it carries. Immutable
/// once built, so any thread may look up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record.hpp"

namespace nflogd::enrich {

struct KnownRule {
    std::string prefix;
    std::uint16_t group = 0;
    std::uint16_t label = 0;  ///< number in Labels
};

class RuleIndex {
public:
    RuleIndex() : RuleIndex(std::vector<KnownRule>{}) {}
    explicit RuleIndex(std::vector<KnownRule> rules);

    /// Sets rule and action of a record whose prefix is a known rule's.
    void apply(Record& record) const;

    [[nodiscard]] std::optional<std::uint16_t> find(std::string_view prefix,
                                                    std::uint16_t group) const;

private:
    static constexpr std::uint16_t kEmpty = 0xffff;

    std::vector<KnownRule> rules_;
    std::vector<std::uint16_t> slots_;  ///< open addressing; index into rules_
};

}  // namespace nflogd::enrich
