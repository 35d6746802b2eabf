// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The names in a line of the format `json`, found without a comparison of strings: each
/// is two words of 8 bytes, and a multiplication that the compiler has searched for
/// gives every one a place of its own in a small table.
#pragma once

#include <endian.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/fields.hpp"

namespace nflogd::decode {

/// What a name in an object of ours stands for.
struct JsonKey {
    enum class Kind : std::uint8_t { unknown, envelope, header, event, host, inner, packets };
    Kind kind = Kind::unknown;
    std::uint8_t row = 0;  ///< of kEnvelopeFields or kHeaderFields
};

/// A name of at most 15 bytes, padded with zeros; as read from memory, low byte first.
struct KeyWords {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const KeyWords&) const = default;
};

constexpr KeyWords key_words(std::string_view name) {
    KeyWords words;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const std::uint64_t byte = static_cast<std::uint8_t>(name[i]);
        (i < 8 ? words.low : words.high) |= byte << (i % 8 * 8);
    }
    return words;
}

class JsonKeys {
public:
    constexpr JsonKeys() {
        for (factor_ = 0x9E3779B97F4A7C15; !place_all(); factor_ += 0x61C8864680B583EA) {
        }
    }

    /// The key that `text` begins with, whose closing quote is among its bytes; 16 are
    /// read. `at` is behind the opening quote.
    [[nodiscard]] JsonKey find(const char* at) const {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&low, at, sizeof low);
        std::memcpy(&high, at + sizeof low, sizeof high);
        low = le64toh(low);
        high = le64toh(high);
        // One name of a line in two is longer than 8 bytes: no branch on it.
        const std::uint64_t in_low = quotes(low);
        low &= below(in_low);
        high &= in_low != 0 ? 0 : below(quotes(high));  // none: longer than any of ours
        const Entry& entry = entries_[place(low, high)];
        const bool same = entry.words.low == low && entry.words.high == high;
        return same ? entry.key : JsonKey{};
    }

private:
    static constexpr unsigned kBits = 10;

    struct Entry {
        KeyWords words;
        JsonKey key;
    };

    /// The highest bit of the first byte that is a quote, and maybe of later ones.
    static constexpr std::uint64_t quotes(std::uint64_t word) {
        constexpr std::uint64_t kOnes = 0x0101010101010101;
        const std::uint64_t zero_where_quote = word ^ (kOnes * '"');
        return (zero_where_quote - kOnes) & ~zero_where_quote & (kOnes << 7U);
    }
    /// Ones in all bytes below the first that is marked; none marked: all.
    static constexpr std::uint64_t below(std::uint64_t marks) {
        const std::uint64_t lowest = marks & (~marks + 1);
        return (lowest >> 7U) - 1;
    }
    [[nodiscard]] constexpr std::size_t place(std::uint64_t low, std::uint64_t high) const {
        return ((low ^ std::rotl(high, 29)) * factor_) >> (64 - kBits);
    }
    constexpr bool put(std::string_view name, JsonKey key) {
        const KeyWords words = key_words(name);
        Entry& entry = entries_[place(words.low, words.high)];
        if (entry.key.kind != JsonKey::Kind::unknown) return false;
        entry = {words, key};
        return true;
    }
    constexpr bool place_all() {
        entries_ = {};
        bool placed = put("event", {JsonKey::Kind::event}) && put("host", {JsonKey::Kind::host}) &&
                      put("inner", {JsonKey::Kind::inner}) &&
                      put("packets", {JsonKey::Kind::packets});
        for (std::size_t i = 0; placed && i < kEnvelopeFields.size(); ++i) {
            placed = put(kEnvelopeFields[i].name,
                         {JsonKey::Kind::envelope, static_cast<std::uint8_t>(i)});
        }
        for (std::size_t i = 0; placed && i < kHeaderFields.size(); ++i) {
            placed =
                put(kHeaderFields[i].name, {JsonKey::Kind::header, static_cast<std::uint8_t>(i)});
        }
        return placed;
    }

    std::uint64_t factor_ = 0;
    std::array<Entry, 1U << kBits> entries_{};
};

/// No name is longer than what find() reads with its closing quote.
static_assert([] {
    for (const FieldRow& row : kEnvelopeFields) {
        if (row.name.size() > 15) return false;
    }
    for (const FieldRow& row : kHeaderFields) {
        if (row.name.size() > 15) return false;
    }
    return true;
}());

}  // namespace nflogd::decode
