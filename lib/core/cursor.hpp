// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A checked reader over bytes that nobody trusts. A read past the end returns
/// false and moves nothing; that is a normal answer, not an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace nflogd {

using Bytes = std::span<const std::uint8_t>;

class Cursor {
public:
    explicit Cursor(Bytes bytes) : rest_(bytes) {}

    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    /// The bytes not read yet.
    [[nodiscard]] Bytes rest() const { return rest_; }

    bool skip(std::size_t count) {
        if (count > rest_.size()) return false;
        rest_ = rest_.subspan(count);
        return true;
    }
    /// Cuts the next `count` bytes out as a view.
    bool take(std::size_t count, Bytes& out) {
        if (count > rest_.size()) return false;
        out = rest_.first(count);
        rest_ = rest_.subspan(count);
        return true;
    }
    bool u8(std::uint8_t& out) { return read<1>(out); }
    /// Big-endian (network order) integers.
    bool be16(std::uint16_t& out) { return read<2>(out); }
    bool be32(std::uint32_t& out) { return read<4>(out); }
    bool be64(std::uint64_t& out) { return read<8>(out); }
    /// Integers in the byte order of this host (netlink headers).
    bool host16(std::uint16_t& out) { return copy(&out, sizeof out); }
    bool host32(std::uint32_t& out) { return copy(&out, sizeof out); }
    bool host64(std::uint64_t& out) { return copy(&out, sizeof out); }
    /// Copies `count` raw bytes.
    bool copy(void* out, std::size_t count) {
        if (count > rest_.size()) return false;
        std::memcpy(out, rest_.data(), count);
        rest_ = rest_.subspan(count);
        return true;
    }

private:
    template <std::size_t N, typename T>
    bool read(T& out) {
        if (rest_.size() < N) return false;
        T value = 0;
        for (std::size_t i = 0; i < N; ++i) value = static_cast<T>((value << 7 << 1) | rest_[i]);
        out = value;
        rest_ = rest_.subspan(N);
        return true;
    }

    Bytes rest_;
};

}  // namespace nflogd
