// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the readers of the packet's layers hand to each other.
///
/// Two ends are told apart everywhere: that of the bytes delivered (snaplen)
/// and that of the packet on the wire (its own length fields). A field behind
/// the first but not the second makes the packet truncated; a header that does
/// not fit before the second makes it malformed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>

#include "core/cursor.hpp"
#include "core/names.hpp"
#include "core/record.hpp"

namespace nflogd::decode {

inline constexpr std::uint32_t kUnknownLength = std::numeric_limits<std::uint32_t>::max();

/// A packet from some layer on.
struct Part {
    Bytes bytes;           ///< delivered, never more than `length`
    std::uint32_t length;  ///< on the wire, or kUnknownLength: longer than what was delivered

    /// What follows the first `count` bytes.
    [[nodiscard]] Part after(std::uint32_t count) const {
        const auto rest = length == kUnknownLength ? length : length - std::min(count, length);
        return {bytes.subspan(std::min<std::size_t>(count, bytes.size())), rest};
    }
    /// Leaves out what lies behind `end`, such as the padding of short frames.
    void shorten(std::uint32_t end) {
        length = std::min(length, end);
        if (bytes.size() > length) bytes = bytes.first(length);
    }
};

[[nodiscard]] constexpr std::uint64_t field_bit(HeaderField field) {
    return std::uint64_t{1} << static_cast<unsigned>(field);
}

/// Which fields a header has and where each of them ends. `Size` is the end of
/// the last one.
template <std::size_t Size>
class Layout {
public:
    struct Row {
        HeaderField field;
        std::size_t end;
    };
    constexpr Layout(std::initializer_list<Row> rows) {
        for (const auto& row : rows) {
            for (std::size_t have = row.end; have <= Size; ++have) {
                fields_[have] |= field_bit(row.field);
            }
        }
    }
    /// The fields that lie within the header's first `have` bytes, as Headers::present bits.
    [[nodiscard]] constexpr std::uint64_t within(std::size_t have) const {
        return fields_[std::min(have, Size)];
    }

private:
    std::array<std::uint64_t, Size + 1> fields_{};
};

/// One IP packet being read: where its fields go, and what was found wrong with
/// it. Lives on the stack of the call that decodes the packet.
struct Reading {
    explicit Reading(Headers& target) : headers(target) {}

    Headers& headers;
    bool truncated = false;
    std::optional<Malformed> malformed;
    Part quote{};  ///< the packet that an ICMP error quotes, not read yet

    void fail(Malformed reason) {
        if (!malformed) malformed = reason;
    }
    /// Marks as present what `header` delivered of the fields in `layout`, which
    /// the caller has stored.
    template <std::size_t Size>
    void add(const Layout<Size>& layout, const Part& header) {
        const auto have = layout.within(header.bytes.size());
        headers.present |= have;
        if (have != layout.within(header.length)) truncated = true;
    }
    void set_protocol(std::uint8_t number) {
        headers.proto_number = number;
        headers.set(HeaderField::proto_number);
        if (!protocol_name(number).empty()) headers.set(HeaderField::proto);
    }
};

}  // namespace nflogd::decode
