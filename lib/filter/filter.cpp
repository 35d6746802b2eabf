// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/filter.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

#include "core/names.hpp"
#include "filter/pattern.hpp"

namespace nflogd::filter {
namespace {

std::uint64_t read_integer(const std::uint8_t* at, std::uint8_t size) {
    std::uint64_t value = 0;
    switch (size) {
        case 1: value = *at; break;
        case 2: {
            std::uint16_t two = 0;
            std::memcpy(&two, at, sizeof two);
            value = two;
            break;
        }
        case 4: {
            std::uint32_t four = 0;
            std::memcpy(&four, at, sizeof four);
            value = four;
            break;
        }
        default: std::memcpy(&value, at, sizeof value);
    }
    return value;
}

/// One record being matched.
class Match {
public:
    Match(const Program& program, const Record& record, const Labels& labels)
        : program_(program), record_(record), labels_(labels) {}

    [[nodiscard]] bool holds(const Test& test) const {
        if (!has(test.field)) return false;
        switch (test.kind) {
            case TestKind::present: return true;
            case TestKind::numbers: return is_in_numbers(test) != test.negated;
            case TestKind::all_bits: return has_all_bits(test) != test.negated;
            case TestKind::prefixes: return is_in_prefixes(test) != test.negated;
            case TestKind::texts: return is_like(test) != test.negated;
        }
        return false;
    }

private:
    [[nodiscard]] const Headers& headers(Place place) const {
        return place == Place::inner ? record_.inner : record_.packet;
    }

    [[nodiscard]] bool has(const FieldRef& field) const {
        if (field.place == Place::inner && !record_.quotes) return false;
        const std::uint64_t present =
            field.place == Place::envelope ? record_.present : headers(field.place).present;
        return (present >> field.bit & 1) != 0;
    }

    [[nodiscard]] const std::uint8_t* at(const FieldRef& field) const {
        const void* const base = field.place == Place::envelope
                                     ? static_cast<const void*>(&record_)
                                     : static_cast<const void*>(&headers(field.place));
        return static_cast<const std::uint8_t*>(base) + field.row.offset;
    }

    [[nodiscard]] std::uint64_t number(const FieldRef& field) const {
        const std::uint8_t* const value = at(field);
        if (field.row.type != FieldType::mac) return read_integer(value, field.row.size);
        std::uint64_t mac = 0;
        for (std::size_t i = 0; i < sizeof(MacAddress); ++i) mac = mac << 8 | value[i];
        return mac;
    }

    [[nodiscard]] bool is_in_numbers(const Test& test) const {
        const std::uint64_t value = number(test.field);
        const auto ranges = std::span(program_.numbers).subspan(test.first, test.count);
        return std::any_of(ranges.begin(), ranges.end(), [value](const NumberRange& range) {
            return range.first <= value && value <= range.last;
        });
    }

    [[nodiscard]] bool has_all_bits(const Test& test) const {
        const std::uint64_t bits = program_.numbers[test.first].first;
        return (number(test.field) & bits) == bits;
    }

    [[nodiscard]] bool is_in_prefixes(const Test& test) const {
        const std::uint8_t version = test.field.row.type == FieldType::ipv4
                                         ? std::uint8_t{4}
                                         : headers(test.field.place).ip_version;
        const std::uint8_t* const address = at(test.field);
        const auto prefixes = std::span(program_.prefixes).subspan(test.first, test.count);
        return std::any_of(prefixes.begin(), prefixes.end(), [&](const AddressPrefix& prefix) {
            return prefix.ip_version == version && starts_with(address, prefix);
        });
    }

    static bool starts_with(const std::uint8_t* address, const AddressPrefix& prefix) {
        const std::size_t whole = prefix.length / 8;
        if (std::memcmp(address, prefix.bytes.data(), whole) != 0) return false;
        const unsigned rest = prefix.length % 8;
        return rest == 0 || (address[whole] ^ prefix.bytes[whole]) >> (8 - rest) == 0;
    }

    [[nodiscard]] bool is_like(const Test& test) const {
        const std::string_view value = text(test.field);
        const auto patterns = std::span(program_.texts).subspan(test.first, test.count);
        return std::any_of(patterns.begin(), patterns.end(), [value](const std::string& pattern) {
            return is_like_pattern(value, pattern);
        });
    }

    [[nodiscard]] std::string_view text(const FieldRef& field) const {
        if (const auto label = label_text(field.row.type))
            return labels_.text(record_.rule, *label);
        switch (field.row.type) {
            case FieldType::prefix: return record_.prefix_text();
            case FieldType::malformed: return malformed_text(record_.malformed);
            default: break;
        }
        return interface_name(field);
    }

    /// As records print it: "if12" if the index had no name any more.
    [[nodiscard]] std::string_view interface_name(const FieldRef& field) const {
        std::memcpy(&interface_, at(field), sizeof interface_);
        auto& name = interface_.name;
        if (name[0] == '\0') {
            name[0] = 'i';
            name[1] = 'f';
            std::to_chars(name.data() + 2, name.data() + name.size(), interface_.index);
        }
        return {name.data(), ::strnlen(name.data(), name.size())};
    }

    const Program& program_;
    const Record& record_;
    const Labels& labels_;
    mutable Interface interface_;  ///< the one whose name is compared
};

}  // namespace

bool Filter::matches(const Record& record, const Labels& labels) const {
    const Match match(program_, record, labels);
    std::uint16_t next = program_.start;
    while (next < program_.tests.size()) {
        const Test& test = program_.tests[next];
        next = match.holds(test) ? test.yes : test.no;
    }
    return next == Program::kTrue;
}

}  // namespace nflogd::filter
