// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What records refer to by number instead of carrying it: which rule logged a packet,
/// what it is called and what it did.
///
/// A number is never given to another label while the daemon lives, so a record that
/// waits in a queue over a reload, or over the death of the process that read it, still
/// prints what it was logged as. The labels lie in memory that those processes share.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/shared_memory.hpp"

namespace nflogd {

/// The texts of a label; an empty one is not known.
enum class LabelText : std::uint8_t {
    name,     ///< of a rule in the configuration
    action,   ///< log accept drop reject
    table,    ///< that holds the rule, with its family: "inet filter"
    chain,    ///< likewise
    handle,   ///< the rule's number in nftables
    ruleset,  ///< what a firewall's front end calls it
    rule_id,  ///< likewise, the rule's number in it
    zone,     ///< likewise
    comment,  ///< of the rule
};
inline constexpr std::size_t kLabelTexts = 9;

struct RuleLabel {
    std::array<std::string_view, kLabelTexts> texts;

    [[nodiscard]] std::string_view operator[](LabelText text) const {
        return texts[static_cast<std::size_t>(text)];
    }
    [[nodiscard]] std::string_view& operator[](LabelText text) {
        return texts[static_cast<std::size_t>(text)];
    }
    bool operator==(const RuleLabel&) const = default;
};

class Labels {
public:
    /// Of the configuration; numbered from 0.
    static constexpr std::size_t kMaxRules = 4096;
    /// Of others, for each of those who find them.
    static constexpr std::size_t kMaxOthers = 2048;
    static constexpr std::size_t kMax = kMaxRules + 2 * kMaxOthers;
    /// A longer text is cut.
    static constexpr std::size_t kMaxText = 127;

    /// Who adds labels; each from one thread of one process at a time.
    enum class Finder : std::uint8_t {
        configuration,  ///< rules of our own
        ruleset,        ///< the operator's rules, as the kernel tells them
        prefix,         ///< what prefixes say
    };

    /// The number of this rule, a new one if the pair was never seen; nothing
    /// when the table is full.
    std::optional<std::uint16_t> add(std::string_view name, std::string_view action);
    std::optional<std::uint16_t> add(Finder finder, const RuleLabel& label);

    /// The lowest number of a rule of this name, whatever its action.
    [[nodiscard]] std::optional<std::uint16_t> first(std::string_view name) const;

    /// Any thread, any number that add() gave. Valid as long as this object.
    [[nodiscard]] RuleLabel operator[](std::uint16_t label) const;
    [[nodiscard]] std::string_view text(std::uint16_t label, LabelText text) const {
        return table_->entries[label].text(text);
    }
    /// Rules of the configuration.
    [[nodiscard]] std::size_t size() const { return table_->sizes[0].load(); }

private:
    struct Entry {
        std::array<std::uint8_t, kLabelTexts> lengths;
        std::array<std::array<char, kMaxText>, kLabelTexts> texts;

        [[nodiscard]] std::string_view text(LabelText text) const {
            const auto i = static_cast<std::size_t>(text);
            return {texts[i].data(), lengths[i]};
        }
    };
    struct Table {
        std::array<std::atomic<std::uint32_t>, 3> sizes{};
        std::array<Entry, kMax> entries;
    };

    Shared<Table> table_;
};

}  // namespace nflogd
