// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Who was seen how often, in memory that has a limit, whatever hostile senders make
/// up: the algorithm of Misra and Gries ("Finding repeated elements", 1982), which
/// throws away half of the keys, the rarest, when there are too many.
///
/// A key's true number is at least `packets` and at most `packets + missed`. A key
/// that is not there was seen at most unseen() times, and unseen() is at most
/// 2 x all packets / limit: with 65536 keys, nobody who sent more than 1 of 32768 packets
/// is absent. Up to `limit` different keys every number is exact.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace nflogd::summary {

/// Mixes two words that others chose; `secret` keeps them from choosing collisions.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b, std::uint64_t secret) {
    __extension__ typedef unsigned __int128 Wide;
    const Wide first = static_cast<Wide>(a ^ secret) * (b ^ 0x9E3779B97F4A7C15);
    const std::uint64_t folded =
        static_cast<std::uint64_t>(first) ^ static_cast<std::uint64_t>(first >> 64U);
    const Wide second = static_cast<Wide>(folded ^ secret) * 0xBF58476D1CE4E5B9;
    return static_cast<std::uint64_t>(second) ^ static_cast<std::uint64_t>(second >> 64U);
}

/// `Key` is trivially copyable and has `==` and `std::uint64_t hash(std::uint64_t secret)
/// const`. One thread. Allocates when it grows, never for a key that is there.
template <typename Key>
class TopTable {
public:
    struct Entry {
        Key key;
        std::uint64_t packets;
        std::uint64_t bytes;
        std::uint64_t missed;  ///< at most so many came before the key was (again) noted
    };

    /// Keeps at most `limit` keys: 2 to 2^20 - 1.
    explicit TopTable(std::size_t limit) : limit_(limit), slots_(kFirstSlots) {}

    /// Takes effect a little later, when some are together: their places in memory, which
    /// is larger than the caches, are fetched at the same time then.
    void add(const Key& key, std::uint64_t bytes) {
        const std::uint64_t hash = key.hash(secret_);
        __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
        pending_[pending_count_++] = {key, hash, bytes};
        if (pending_count_ == pending_.size()) settle();
    }

    /// Makes every add() take effect.
    void settle() {
        for (std::size_t i = 0; i < pending_count_; ++i) {
            const std::uint32_t slot = slots_[pending_[i].hash & (slots_.size() - 1)];
            if (slot != 0) __builtin_prefetch(&entries_[(slot & kIndexBits) - 1], 1);
        }
        for (std::size_t i = 0; i < pending_count_; ++i) count(pending_[i]);
        pending_count_ = 0;
    }

    /// Of what has taken effect.
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    /// 0: every number is exact, and all keys are there.
    [[nodiscard]] std::uint64_t unseen() const { return unseen_; }

    void clear() {
        pending_count_ = 0;
        entries_.clear();
        std::fill(slots_.begin(), slots_.end(), 0);
        unseen_ = 0;
    }

private:
    static constexpr std::size_t kFirstSlots = 1024;
    // A slot is 0 or the index of an entry + 1, with some bits of the key's hash.
    static constexpr std::uint32_t kIndexBits = (1U << 20U) - 1;
    static constexpr std::uint32_t kTagBits = ~kIndexBits;

    struct Pending {
        Key key;
        std::uint64_t hash;
        std::uint64_t bytes;
    };

    static std::uint32_t tag(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash >> 32U) & kTagBits;
    }

    void count(const Pending& one) {
        std::size_t at = one.hash & (slots_.size() - 1);
        for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
            if ((slots_[at] & kTagBits) != tag(one.hash)) continue;
            Entry& entry = entries_[(slots_[at] & kIndexBits) - 1];
            if (!(entry.key == one.key)) continue;
            ++entry.packets;
            entry.bytes += one.bytes;
            return;
        }
        insert(one.key, one.hash, one.bytes);
    }
    void insert(const Key& key, std::uint64_t hash, std::uint64_t bytes) {
        if (entries_.size() == limit_) {
            forget_rarest();
        } else if (entries_.size() * 2 >= slots_.size()) {
            slots_.resize(slots_.size() * 2);
            index();
        }
        entries_.push_back({key, 1, bytes, unseen_});
        place(hash, entries_.size());
    }
    void place(std::uint64_t hash, std::size_t number) {
        std::size_t at = hash & (slots_.size() - 1);
        while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = tag(hash) | static_cast<std::uint32_t>(number);
    }
    void index() {
        std::fill(slots_.begin(), slots_.end(), 0);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            place(entries_[i].key.hash(secret_), i + 1);
        }
    }
    /// The half with the smaller upper bounds, and all that are like the largest of them.
    void forget_rarest() {
        const auto at_most = [](const Entry& entry) { return entry.packets + entry.missed; };
        bounds_.clear();
        for (const Entry& entry : entries_) bounds_.push_back(at_most(entry));
        const auto middle = bounds_.begin() + static_cast<std::ptrdiff_t>(bounds_.size() / 2);
        std::nth_element(bounds_.begin(), middle, bounds_.end());
        unseen_ = *middle;
        std::erase_if(entries_, [&](const Entry& entry) { return at_most(entry) <= unseen_; });
        index();
    }

    static constexpr std::size_t kPending = 32;

    std::array<Pending, kPending> pending_;
    std::size_t pending_count_ = 0;
    std::size_t limit_;
    std::uint64_t secret_ = std::uint64_t{std::random_device()()} << 32U | std::random_device()();
    std::uint64_t unseen_ = 0;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::uint64_t> bounds_;
};

}  // namespace nflogd::summary
