// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The attributes of a netlink message or of one nested in it, by their types.
/// Views into the message, valid as long as it is. A value of the wrong size is
/// one that is not there; of an attribute that comes twice the last one counts.
#pragma once

#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "core/cursor.hpp"

namespace nflogd::rules {

class Attributes {
public:
    /// Of a message of nfnetlink that is long enough for its header. Not through
    /// mnl_attr_parse(): that rounds the message's end up, past the end of a cut one.
    explicit Attributes(const nlmsghdr& message) {
        const auto* payload = static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload(&message));
        mnl_attr_parse_payload(payload + sizeof(nfgenmsg),
                               mnl_nlmsg_get_payload_len(&message) - sizeof(nfgenmsg), &take, this);
    }
    explicit Attributes(const nlattr& nest) { mnl_attr_parse_nested(&nest, &take, this); }

    [[nodiscard]] std::optional<Attributes> nested(int type) const {
        const nlattr* found = at(type);
        return found == nullptr ? std::nullopt : std::optional(Attributes(*found));
    }

    /// Calls `each` for the elements of a nested list.
    void for_each(int type, const std::function<void(const Attributes&)>& each) const {
        const auto elements = bytes(type);
        const auto each_of = [](const nlattr* element, void* self) {
            (*static_cast<const std::function<void(const Attributes&)>*>(self))(
                Attributes(*element));
            return MNL_CB_OK;
        };
        auto* self = const_cast<std::function<void(const Attributes&)>*>(&each);
        mnl_attr_parse_payload(elements.data(), elements.size(), each_of, self);
    }

    [[nodiscard]] std::optional<std::uint16_t> number16(int type) const {
        const auto raw = value<std::uint16_t>(type);
        return raw ? std::optional(ntohs(*raw)) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::uint32_t> number32(int type) const {
        const auto raw = value<std::uint32_t>(type);
        return raw ? std::optional(ntohl(*raw)) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::uint64_t> number64(int type) const {
        const auto raw = value<std::uint64_t>(type);
        return raw ? std::optional(be64toh(*raw)) : std::nullopt;
    }
    /// Up to its NUL or its end.
    [[nodiscard]] std::string text(int type) const {
        const auto all = bytes(type);
        const auto* chars = reinterpret_cast<const char*>(all.data());
        return {chars, all.empty() ? 0 : ::strnlen(chars, all.size())};
    }
    [[nodiscard]] Bytes bytes(int type) const {
        const nlattr* found = at(type);
        if (found == nullptr) return {};
        return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(found)),
                mnl_attr_get_payload_len(found)};
    }
    [[nodiscard]] bool has(int type) const { return at(type) != nullptr; }

private:
    /// Enough for all that nf_tables has by now.
    static constexpr std::size_t kTypes = 32;

    static int take(const nlattr* attribute, void* self) {
        const auto type = mnl_attr_get_type(attribute);
        if (type < kTypes) static_cast<Attributes*>(self)->found_[type] = attribute;
        return MNL_CB_OK;
    }

    [[nodiscard]] const nlattr* at(int type) const { return found_[static_cast<unsigned>(type)]; }

    template <typename T>
    [[nodiscard]] std::optional<T> value(int type) const {
        const auto raw = bytes(type);
        if (raw.size() != sizeof(T)) return std::nullopt;
        T copy;
        std::memcpy(&copy, raw.data(), sizeof copy);
        return copy;
    }

    std::array<const nlattr*, kTypes> found_{};
};

}  // namespace nflogd::rules
