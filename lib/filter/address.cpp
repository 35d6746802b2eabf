// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "core/quote.hpp"

namespace nflogd::filter {
namespace {

using ParseOne = std::optional<Address> (*)(std::string_view text);

std::optional<Address> parse_one_ip(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
        return ipv4_address(bytes.data());
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
        return ipv6_address(bytes.data());
    }
    return std::nullopt;
}

std::optional<Address> parse_one_mac(std::string_view text) {
    std::array<std::uint8_t, 6> bytes{};
    constexpr std::size_t kLength = 17;
    if (text.size() != kLength) return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* const pair = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(pair, pair + 2, bytes[i], 16);
        if (error != std::errc() || end != pair + 2) return std::nullopt;
        if (i > 0 && pair[-1] != ':') return std::nullopt;
    }
    return mac_address(bytes.data());
}

unsigned width_of(const Address& address) {
    return address.kind == 4 ? 32 : address.kind == 6 ? 128 : 48;
}

/// The bits behind the first `length` of 64.
std::uint64_t behind(unsigned length) { return length >= 64 ? 0 : ~std::uint64_t{0} >> length; }

std::string text_of(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> out{};
    std::array<std::uint8_t, 16> bytes{};
    for (unsigned i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(address.high >> (56 - 8 * i));
        bytes[i + 8] = static_cast<std::uint8_t>(address.low >> (56 - 8 * i));
    }
    if (address.kind == Address::kMac) {
        return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1],
                           bytes[2], bytes[3], bytes[4], bytes[5]);
    }
    const int family = address.kind == 4 ? AF_INET : AF_INET6;
    return ::inet_ntop(family, bytes.data(), out.data(), out.size());
}

Result<Range<Address>> prefix(const Address& address, std::string_view length_text) {
    unsigned length = 0;
    const char* const end = length_text.data() + length_text.size();
    const auto [stop, error] = std::from_chars(length_text.data(), end, length);
    const unsigned width = width_of(address);
    if (error != std::errc() || stop != end || length > width) {
        return Error{
            fmt::format("the length of a prefix must be 0..{}, is {}", width, quote(length_text))};
    }
    Range<Address> range{address, address};
    range.first.high &= ~behind(length);
    range.first.low &= ~behind(length < 64 ? 0 : length - 64);
    range.last.high = range.first.high | behind(length);
    range.last.low = range.first.low | behind(length < 64 ? 0 : length - 64);
    if (range.first == address) return range;
    return Error{fmt::format("bits are set behind the prefix; the network is {}/{}",
                             text_of(range.first), length)};
}

Result<Range<Address>> parse_range(std::string_view text, ParseOne parse, const char* what) {
    const Error none{fmt::format("{} is no {}", quote(text), what)};
    const std::size_t cut = text.find_first_of("-/");
    const auto first = parse(text.substr(0, cut));
    if (!first) return none;
    if (cut == std::string_view::npos) return Range<Address>{*first, *first};
    const std::string_view rest = text.substr(cut + 1);
    if (text[cut] == '/') return prefix(*first, rest);
    const auto last = parse(rest);
    if (!last || last->kind != first->kind) return none;
    if (*last < *first)
        return Error{fmt::format("the range {} ends before it begins", quote(text))};
    return Range<Address>{*first, *last};
}

}  // namespace

Result<Range<Address>> parse_ip(std::string_view text) {
    return parse_range(text, parse_one_ip, "IP address, prefix or range");
}

Result<Range<Address>> parse_mac(std::string_view text) {
    return parse_range(text, parse_one_mac, "MAC address");
}

}  // namespace nflogd::filter
