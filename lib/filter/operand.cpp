// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/operand.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/names.hpp"
#include "core/quote.hpp"
#include "core/suggest.hpp"

namespace nflogd::filter {
namespace {

constexpr std::string_view kInner = "inner.";

/// A name for whichever of two fields of fields.def it is.
struct EitherRow {
    std::string_view name;
    std::string_view first;
    std::string_view second;
};
constexpr std::array kEither = {
    EitherRow{"ip", "src_ip", "dest_ip"},
    EitherRow{"port", "src_port", "dest_port"},
    EitherRow{"iface", "in_iface", "out_iface"},
    EitherRow{"mac", "src_mac", "dest_mac"},
};

template <typename Table>
std::optional<Operand> find_in(const Table& table, std::string_view name, Part part) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const FieldRow& row = table[i];
        if (row.name != name) continue;
        return Operand{part, static_cast<std::uint8_t>(i), row.type, row.size, row.offset};
    }
    return std::nullopt;
}

std::optional<Operand> find_operand(std::string_view name, bool inner) {
    if (inner) return find_in(kHeaderFields, name, Part::inner);
    if (const auto found = find_in(kEnvelopeFields, name, Part::envelope)) return found;
    return find_in(kHeaderFields, name, Part::packet);
}

}  // namespace

std::optional<Subject> find_subject(std::string_view name) {
    const bool inner = name.starts_with(kInner);
    if (inner) name.remove_prefix(kInner.size());
    if (const auto one = find_operand(name, inner)) return Subject{{*one, {}}, 1};
    for (const EitherRow& row : kEither) {
        if (row.name != name) continue;
        const auto first = find_operand(row.first, inner);
        const auto second = find_operand(row.second, inner);
        if (first && second) return Subject{{*first, *second}, 2};
    }
    return std::nullopt;
}

std::vector<std::string_view> subject_names() {
    std::vector<std::string_view> names;
    for (const FieldRow& row : kEnvelopeFields) names.push_back(row.name);
    for (const FieldRow& row : kHeaderFields) names.push_back(row.name);
    for (const EitherRow& row : kEither) names.push_back(row.name);
    return names;
}

std::string unknown_subject(std::string_view name) {
    const bool inner = name.starts_with(kInner);
    const std::string_view rest = inner ? name.substr(kInner.size()) : name;
    std::string text = fmt::format("unknown field {}", quote(name));
    const auto names = subject_names();
    const std::string_view meant = nearest(rest, names);
    if (protocol_number(name)) {
        text += fmt::format(" (did you mean 'proto == {}'?)", name);
    } else if (find_operand(rest, false)) {
        text += " (the quoted packet has the fields of headers only)";
    } else if (!meant.empty()) {
        text += fmt::format(" (did you mean '{}{}'?)", inner ? kInner : "", meant);
    }
    return text;
}

}  // namespace nflogd::filter
