// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A compiled filter, as plain data.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "core/fields.hpp"
#include "filter/pattern.hpp"

namespace nflogd::filter {

/// Where in a record a field's member lies.
enum class Part : std::uint8_t { envelope, packet, inner };

/// A field: how it is found in a record.
struct Operand {
    Part part = Part::envelope;
    std::uint8_t bit = 0;  ///< in `present` of that part
    FieldType type = FieldType::integer;
    std::uint8_t size = 0;     ///< of the member, in bytes
    std::uint16_t offset = 0;  ///< in that part
};

/// What comparisons do with a field's value.
enum class Kind : std::uint8_t {
    presence,  ///< nothing: it is there
    number,
    address,  ///< IP or MAC
    flags,
    text,
};

/// An address as a number; those of different kinds are never equal.
struct Address {
    std::uint8_t kind = 0;  ///< 4, 6: of IP; kMac
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    static constexpr std::uint8_t kMac = 48;
    auto operator<=>(const Address&) const = default;
};

/// Both ends belong to it.
template <typename T>
struct Range {
    T first;
    T last;
};

/// One comparison. It holds if any of its operands that are there has one of its
/// values; negated, if any is there and none has one.
struct Test {
    Kind kind = Kind::presence;
    bool negated = false;
    std::uint8_t operands = 1;
    std::array<Operand, 2> operand;
    std::uint16_t flags = 0;  ///< of Kind::flags: any of them
    std::uint32_t first = 0;  ///< its values in the table of its kind: first <= i < last
    std::uint32_t last = 0;
    std::array<std::uint16_t, 2> next{};  ///< where to go on if it is false, true
};

struct Program {
    static constexpr std::uint16_t kMatch = 0xFFFF;
    static constexpr std::uint16_t kNoMatch = 0xFFFE;

    std::vector<Test> tests;
    /// Of one test in ascending order, none touching another.
    std::vector<Range<std::uint64_t>> numbers;
    std::vector<Range<Address>> addresses;
    std::vector<Pattern> patterns;
};

}  // namespace nflogd::filter
