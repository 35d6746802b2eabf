// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A parsed expression: tests, each of which says where to go on when it holds and
/// when it does not. So `and`, `or` and `not` cost nothing when a record is matched.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/fields.hpp"
#include "core/record.hpp"

namespace nflogd::filter {

/// Where a field is: in the record, in its packet, or in the quoted one.
enum class Place : std::uint8_t { envelope, packet, inner };

/// A row of the table of fields, in one of these places.
struct FieldRef {
    Place place = Place::envelope;
    std::uint8_t bit = 0;  ///< in the `present` of that place
    FieldRow row{};
};

/// Inclusive.
struct NumberRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

struct AddressPrefix {
    std::uint8_t ip_version = 4;
    std::uint8_t length = 0;  ///< bits
    std::array<std::uint8_t, 16> bytes{};
};

enum class TestKind : std::uint8_t {
    present,   ///< the field is there
    numbers,   ///< its number lies in one of the ranges
    all_bits,  ///< its number has all bits of the range's first number
    prefixes,  ///< its address lies in one of the prefixes
    texts,     ///< its text is like one of the patterns, in which * stands for anything
};

/// A field that is absent fails every test.
struct Test {
    FieldRef field;
    TestKind kind = TestKind::present;
    bool negated = false;     ///< the value must be none of these
    std::uint16_t first = 0;  ///< of its values in the list of their kind
    std::uint16_t count = 0;
    std::uint16_t yes = 0;  ///< the next test, kTrue or kFalse
    std::uint16_t no = 0;
};

struct Program {
    static constexpr std::uint16_t kTrue = 0xffff;
    static constexpr std::uint16_t kFalse = 0xfffe;

    std::vector<Test> tests;
    std::uint16_t start = kTrue;
    std::vector<NumberRange> numbers;
    std::vector<AddressPrefix> prefixes;
    std::vector<std::string> texts;
};

}  // namespace nflogd::filter
