// SPDX-License-Identifier: GPL-2.0-or-later
#include "match.hpp"

#include <algorithm>

namespace nflogd::rules {
namespace {

std::vector<std::string> of_version(const std::vector<AddressMatch>& addresses, int version) {
    std::vector<std::string> texts;
    for (const auto& address : addresses)
        if (address.ip_version == version) texts.push_back(address.text);
    return texts;
}

bool contains(const std::vector<std::uint8_t>& numbers, std::uint8_t wanted) {
    return std::find(numbers.begin(), numbers.end(), wanted) != numbers.end();
}

std::vector<std::uint8_t> without(std::vector<std::uint8_t> numbers, std::uint8_t unwanted) {
    std::erase(numbers, unwanted);
    return numbers;
}

/// A list that is not empty, but has nothing for this IP version, matches nothing.
template <typename List, typename Share>
bool shut_out(const List& all, const Share& share) {
    return !all.empty() && share.empty();
}

bool cares_for_version(const LogRule& rule) {
    return !rule.source.empty() || !rule.destination.empty() ||
           contains(rule.protocol, kProtocolIcmp) || contains(rule.protocol, kProtocolIcmpv6);
}

}  // namespace

std::vector<Branch> branches(const LogRule& rule) {
    if (!cares_for_version(rule)) return {Branch{0, {}, {}, rule.protocol}};
    std::vector<Branch> possible;
    for (const int version : {4, 6}) {
        const auto alien = version == 4 ? kProtocolIcmpv6 : kProtocolIcmp;
        Branch branch{version, of_version(rule.source, version),
                      of_version(rule.destination, version), without(rule.protocol, alien)};
        if (shut_out(rule.source, branch.source) ||
            shut_out(rule.destination, branch.destination) ||
            shut_out(rule.protocol, branch.protocol))
            continue;
        possible.push_back(std::move(branch));
    }
    return possible;
}

std::vector<std::string> interfaces(const std::vector<std::string>& names) {
    const bool any = std::find(names.begin(), names.end(), "*") != names.end();
    return any ? std::vector<std::string>{} : names;
}

bool has_ports(const LogRule& rule) {
    return !rule.source_port.empty() || !rule.destination_port.empty();
}

bool is_quotable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\' && c != '$';
    });
}

bool is_plain_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto inner = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), inner);
}

}  // namespace nflogd::rules
