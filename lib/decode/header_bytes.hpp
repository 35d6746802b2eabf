// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The fixed part of a protocol header, read at offsets that the compiler
/// checks. Made for the hot path: one comparison a header instead of one a field.
#pragma once

#include <endian.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/cursor.hpp"

namespace nflogd::decode {

/// The first `Size` bytes of `bytes`; zeros stand in for those that are not
/// there. Which fields are real is for a Layout (reading.hpp) to say. A view:
/// `bytes` must outlive it.
template <std::size_t Size>
class HeaderBytes {
public:
    explicit HeaderBytes(Bytes bytes) : data_(bytes.data()) {
        if (bytes.size() < Size) [[unlikely]]
            pad(bytes);
    }
    HeaderBytes(const HeaderBytes&) = delete;
    HeaderBytes& operator=(const HeaderBytes&) = delete;

    template <std::size_t Offset>
    [[nodiscard]] std::uint8_t u8() const {
        static_assert(Offset + 1 <= Size);
        return data_[Offset];
    }
    template <std::size_t Offset>
    [[nodiscard]] std::uint16_t be16() const {
        static_assert(Offset + 2 <= Size);
        std::uint16_t value;
        std::memcpy(&value, data_ + Offset, sizeof value);
        return be16toh(value);
    }
    template <std::size_t Offset>
    [[nodiscard]] std::uint32_t be32() const {
        static_assert(Offset + 4 <= Size);
        std::uint32_t value;
        std::memcpy(&value, data_ + Offset, sizeof value);
        return be32toh(value);
    }
    /// Copies as many bytes as `out` has.
    template <std::size_t Offset, std::size_t Count>
    void copy(std::array<std::uint8_t, Count>& out) const {
        static_assert(Offset + Count <= Size);
        std::memcpy(out.data(), data_ + Offset, Count);
    }
    /// Copies `Count` bytes to the start of a longer `out`.
    template <std::size_t Offset, std::size_t Count, std::size_t Room>
    void copy_part(std::array<std::uint8_t, Room>& out) const {
        static_assert(Offset + Count <= Size && Count <= Room);
        std::memcpy(out.data(), data_ + Offset, Count);
    }

private:
    [[gnu::noinline, gnu::cold]] void pad(Bytes bytes) {
        padded_.fill(0);
        std::copy(bytes.begin(), bytes.end(), padded_.begin());
        data_ = padded_.data();
    }

    const std::uint8_t* data_;
    std::array<std::uint8_t, Size> padded_;  ///< written only if it is used
};

}  // namespace nflogd::decode
