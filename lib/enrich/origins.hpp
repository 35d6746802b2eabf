// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What is known of the rules that are not ours, by the prefix and group of the packets
/// that they log: from the ruleset in the kernel, and from what prefixes say.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/labels.hpp"
#include "core/prefix_pattern.hpp"
#include "core/record.hpp"

namespace nflogd::enrich {

/// A label for what logs with this prefix to this group.
struct Origin {
    std::uint16_t group = 0;
    std::uint16_t label = 0;  ///< number in Labels
    std::string prefix;       ///< without spaces at its end
};

/// What a prefix says by the operator's patterns, by conventions, or by a word; empty
/// texts if it says nothing.
[[nodiscard]] RuleLabel label_of_prefix(std::string_view prefix,
                                        const std::vector<PrefixRule>& patterns);

/// What all capture threads know together. set() and add labels from one thread at a
/// time; the rest any thread.
class OriginBook {
public:
    /// `labels` and `patterns` outlive it.
    OriginBook(Labels& labels, const std::vector<PrefixRule>& patterns)
        : labels_(labels), patterns_(patterns) {}

    /// What the kernel's ruleset says; replaces what it said before.
    void set(std::vector<Origin> origins);

    /// How often that was replaced.
    [[nodiscard]] std::uint64_t generation() const {
        return generation_.load(std::memory_order_acquire);
    }
    /// The label for this prefix and group; Labels::kMax: nothing is known.
    std::uint16_t find(std::string_view prefix, std::uint16_t group);
    /// The fields that a label fills, as bits of Record::present.
    [[nodiscard]] std::uint64_t fields_of(std::uint16_t label) const;

private:
    Labels& labels_;
    const std::vector<PrefixRule>& patterns_;
    std::atomic<std::uint64_t> generation_{0};
    std::mutex mutex_;
    std::vector<Origin> origins_;  ///< guarded by mutex_
};

/// What one capture thread remembers of it: a look-up takes no lock.
class OriginCache {
public:
    explicit OriginCache(OriginBook& book) : book_(book) {}

    /// Fills in action, table, chain and so on where they are known. For records whose
    /// prefix is of no rule of ours.
    void apply(Record& record);

private:
    static constexpr std::size_t kMost = 4096;  ///< prefixes; further ones are looked up each time

    struct Known {
        std::uint16_t label = 0;
        std::uint64_t present = 0;  ///< bits of Record::present
    };
    struct Key {
        std::string prefix;
        std::uint16_t group = 0;
    };
    struct KeyView {
        std::string_view prefix;
        std::uint16_t group = 0;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const KeyView& key) const {
            return std::hash<std::string_view>{}(key.prefix) ^
                   key.group * std::size_t{0x9e3779b97f4a7c15U};
        }
        std::size_t operator()(const Key& key) const {
            return (*this)(KeyView{key.prefix, key.group});
        }
    };
    struct Equal {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A& a, const B& b) const {
            return a.group == b.group && std::string_view(a.prefix) == std::string_view(b.prefix);
        }
    };

    [[nodiscard]] Known learn(const KeyView& key);

    OriginBook& book_;
    std::uint64_t generation_ = ~std::uint64_t{0};
    std::unordered_map<Key, Known, Hash, Equal> known_;
};

}  // namespace nflogd::enrich
