// SPDX-License-Identifier: GPL-2.0-or-later
//
// Evaluation: in the capture threads, for every packet and output with a filter.
#include "filter/filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/names.hpp"
#include "filter/address.hpp"

namespace nflogd::filter {
namespace {

const Headers& headers_of(Part part, const Record& record) {
    return part == Part::inner ? record.inner : record.packet;
}

bool has(const Operand& operand, const Record& record) {
    if (operand.part == Part::inner && !record.quotes) return false;
    const std::uint64_t present =
        operand.part == Part::envelope ? record.present : headers_of(operand.part, record).present;
    return (present >> operand.bit & 1) != 0;
}

const char* member(const Operand& operand, const Record& record) {
    const void* const part = operand.part == Part::envelope ? static_cast<const void*>(&record)
                                                            : &headers_of(operand.part, record);
    return static_cast<const char*>(part) + operand.offset;
}

template <typename T>
T read(const char* member) {
    T value;
    std::memcpy(&value, member, sizeof value);
    return value;
}

std::uint64_t number(const Operand& operand, const Record& record) {
    const char* const at = member(operand, record);
    switch (operand.size) {
        case 1: return read<std::uint8_t>(at);
        case 2: return read<std::uint16_t>(at);
        case 4: return read<std::uint32_t>(at);
        default: return read<std::uint64_t>(at);
    }
}

Address address(const Operand& operand, const Record& record) {
    const auto* const at = reinterpret_cast<const std::uint8_t*>(member(operand, record));
    if (operand.type == FieldType::mac) return mac_address(at);
    if (operand.type == FieldType::ipv4) return ipv4_address(at);
    return headers_of(operand.part, record).ip_version == 6 ? ipv6_address(at) : ipv4_address(at);
}

/// Whether one of the ranges has it; they are in order.
template <typename T>
bool in(const std::vector<Range<T>>& ranges, const Test& test, const T& value) {
    const auto first = ranges.begin() + test.first;
    const auto last = ranges.begin() + test.last;
    const auto behind = std::upper_bound(
        first, last, value, [](const T& one, const Range<T>& range) { return one < range.first; });
    return behind != first && value <= (behind - 1)->last;
}

using NameBuffer = std::array<char, 16>;

/// As records print it: of a number without a name "if12".
std::string_view interface_name(const Interface& interface, NameBuffer& buffer) {
    const std::string_view name(interface.name.data(),
                                ::strnlen(interface.name.data(), interface.name.size()));
    if (!name.empty()) return name;
    buffer[0] = 'i';
    buffer[1] = 'f';
    const auto end =
        std::to_chars(buffer.data() + 2, buffer.data() + buffer.size(), interface.index).ptr;
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

bool like(const Program& program, const Test& test, std::string_view text) {
    const auto first = program.patterns.begin() + test.first;
    const auto last = program.patterns.begin() + test.last;
    return std::any_of(first, last, [&](const Pattern& one) { return one.matches(text); });
}

bool text_matches(const Program& program, const Test& test, const Operand& operand,
                  const Record& record, const Labels& labels) {
    const char* const at = member(operand, record);
    switch (operand.type) {
        case FieldType::rule_name: return like(program, test, labels[record.rule].name);
        case FieldType::rule_action: return like(program, test, labels[record.rule].action);
        case FieldType::prefix: return like(program, test, record.prefix_text());
        case FieldType::interface: {
            NameBuffer buffer;
            return like(program, test, interface_name(read<Interface>(at), buffer));
        }
        default: return like(program, test, malformed_text(read<Malformed>(at)));
    }
}

bool has_value(const Program& program, const Test& test, const Operand& operand,
               const Record& record, const Labels& labels) {
    switch (test.kind) {
        case Kind::presence: return true;
        case Kind::number: return in(program.numbers, test, number(operand, record));
        case Kind::address: return in(program.addresses, test, address(operand, record));
        case Kind::flags: return (number(operand, record) & test.flags) != 0;
        case Kind::text: break;
    }
    return text_matches(program, test, operand, record, labels);
}

bool holds(const Program& program, const Test& test, const Record& record, const Labels& labels) {
    bool any = false;
    for (std::size_t i = 0; i < test.operands; ++i) {
        const Operand& operand = test.operand[i];
        if (!has(operand, record)) continue;
        any = true;
        if (has_value(program, test, operand, record, labels)) return !test.negated;
    }
    return any && test.negated;
}

}  // namespace

bool Filter::matches(const Record& record, const Labels& labels) const {
    const auto& tests = program_.tests;
    std::size_t at = tests.empty() ? Program::kMatch : 0;
    while (at < tests.size()) {
        const Test& test = tests[at];
        at = test.next[holds(program_, test, record, labels) ? 1 : 0];
    }
    return at == Program::kMatch;
}

}  // namespace nflogd::filter
