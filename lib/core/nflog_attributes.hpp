// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A checked walk over netlink attributes (include/uapi/linux/netlink.h). Which
/// attribute comes first is up to the sender, so all are found before any is read.
#pragma once

#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/cursor.hpp"

namespace nflogd {

/// The attributes of one message by type, as views of it. Of two of a type the
/// last one stays; unknown types are passed over.
template <std::size_t Count>
class AttributeSet {
public:
    /// `smallest[type]` bytes is the size of that type's value; a shorter one is
    /// left out.
    AttributeSet(Bytes attributes, const std::array<std::uint8_t, Count>& smallest) {
        constexpr std::uint16_t kTypeBits = 0xffff & NLA_TYPE_MASK;
        constexpr std::size_t kHeaderSize = sizeof(nlattr);
        Bytes rest = attributes;
        while (rest.size() >= kHeaderSize) {
            nlattr header;
            std::memcpy(&header, rest.data(), sizeof header);
            const std::size_t size = header.nla_len;
            if (size < kHeaderSize || size > rest.size()) break;
            add(header.nla_type & kTypeBits, rest.first(size).subspan(kHeaderSize), smallest);
            if (rest.size() <= padded(size)) return;  // the last one may lack its padding
            rest = rest.subspan(padded(size));
        }
        ended_early_ = !rest.empty();
    }

    [[nodiscard]] bool has(std::size_t type) const { return (present_ & bit(type)) != 0; }
    /// Empty if it is not there.
    [[nodiscard]] Bytes operator[](std::size_t type) const {
        return has(type) ? Bytes(values_[type].data, values_[type].size) : Bytes();
    }
    /// The walk stopped at an attribute that cannot be; more may have followed.
    [[nodiscard]] bool ended_early() const { return ended_early_; }
    /// Ended early, or left out an attribute that was too short.
    [[nodiscard]] bool broken() const { return ended_early_ || too_short_; }

private:
    static_assert(Count <= 32);
    struct Value {
        const std::uint8_t* data;
        std::size_t size;
    };

    static std::size_t padded(std::size_t size) {
        return (size + NLA_ALIGNTO - 1) & ~std::size_t{NLA_ALIGNTO - 1};
    }

    static std::uint32_t bit(std::size_t type) { return std::uint32_t{1} << type; }

    void add(std::uint16_t type, Bytes value, const std::array<std::uint8_t, Count>& smallest) {
        if (type >= Count) return;
        if (value.size() < smallest[type]) {
            too_short_ = true;
            return;
        }
        values_[type] = {value.data(), value.size()};
        present_ |= bit(type);
    }

    std::array<Value, Count> values_;  ///< meaningful by the bits of present_
    std::uint32_t present_ = 0;
    bool ended_early_ = false;
    bool too_short_ = false;
};

/// Those of an NFULNL_MSG_PACKET.
class PacketAttributes : public AttributeSet<NFULA_MAX + 1> {
public:
    /// In one piece with what reads them, g++ works out all has() at once.
    [[gnu::noinline]] explicit PacketAttributes(Bytes attributes);
};

/// Those in an NFULA_VLAN.
class VlanAttributes : public AttributeSet<NFULA_VLAN_TCI + 1> {
public:
    explicit VlanAttributes(Bytes attributes);
};

}  // namespace nflogd
