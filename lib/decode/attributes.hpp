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
#include <span>

#include "core/cursor.hpp"

namespace nflogd::decode {

enum class AttributeStep : std::uint8_t { found, end, broken };

/// Cuts the next attribute off `rest`. `type` comes without the flag bits.
inline AttributeStep next_attribute(Cursor& rest, std::uint16_t& type, Bytes& value) {
    constexpr std::uint16_t kTypeBits = 0xffff & NLA_TYPE_MASK;
    constexpr std::size_t kHeaderSize = sizeof(nlattr);
    if (rest.empty()) return AttributeStep::end;
    nlattr header{};
    if (!rest.copy(&header, sizeof header)) return AttributeStep::broken;
    if (header.nla_len < kHeaderSize) return AttributeStep::broken;
    if (!rest.take(header.nla_len - kHeaderSize, value)) return AttributeStep::broken;
    type = header.nla_type & kTypeBits;
    const std::size_t padding = -std::size_t{header.nla_len} % NLA_ALIGNTO;
    if (!rest.skip(padding)) rest = Cursor({});
    return AttributeStep::found;
}

/// The attributes of one message by type, as views of it. Of two of a type the
/// last one stays; unknown types are passed over.
template <std::size_t Count>
class AttributeSet {
public:
    /// `smallest[type]` bytes is the size of that type's value; a shorter one is
    /// left out.
    AttributeSet(Bytes attributes, const std::array<std::uint8_t, Count>& smallest) {
        Cursor rest(attributes);
        std::uint16_t type = 0;
        Bytes value;
        for (;;) {
            const auto step = next_attribute(rest, type, value);
            if (step == AttributeStep::found) {
                add(type, value, smallest);
                continue;
            }
            ended_early_ = step == AttributeStep::broken;
            return;
        }
    }

    [[nodiscard]] bool has(std::size_t type) const { return (present_ >> type & 1) != 0; }
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

    void add(std::uint16_t type, Bytes value, const std::array<std::uint8_t, Count>& smallest) {
        if (type >= Count) return;
        if (value.size() < smallest[type]) {
            too_short_ = true;
            return;
        }
        values_[type] = {value.data(), value.size()};
        present_ |= std::uint32_t{1} << type;
    }

    std::array<Value, Count> values_;  ///< meaningful by the bits of present_
    std::uint32_t present_ = 0;
    bool ended_early_ = false;
    bool too_short_ = false;
};

/// Those of an NFULNL_MSG_PACKET.
class PacketAttributes : public AttributeSet<NFULA_MAX + 1> {
public:
    explicit PacketAttributes(Bytes attributes);
};

/// Those in an NFULA_VLAN.
class VlanAttributes : public AttributeSet<NFULA_VLAN_TCI + 1> {
public:
    explicit VlanAttributes(Bytes attributes);
};

}  // namespace nflogd::decode
