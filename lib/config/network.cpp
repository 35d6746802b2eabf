// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "config/quantity.hpp"
#include "config/text.hpp"
#include "core/names.hpp"
#include "core/suggest.hpp"

namespace nflogd::config {
namespace {

Error bad(std::string message) { return {std::move(message), EX_CONFIG}; }

struct Address {
    int ip_version = 0;
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] unsigned bits() const { return ip_version == 4 ? 32 : 128; }
    [[nodiscard]] std::string text() const {
        std::array<char, INET6_ADDRSTRLEN> out{};
        inet_ntop(ip_version == 4 ? AF_INET : AF_INET6, bytes.data(), out.data(), out.size());
        return out.data();
    }
    /// Clears everything behind the first `length` bits.
    void mask(unsigned length) {
        for (unsigned bit = length; bit < bits(); ++bit) {
            bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
        }
    }
};

std::optional<Address> read_address(std::string_view text) {
    const std::string terminated(text);
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    Address address;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
        address.ip_version = 4;
    } else if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
        address.ip_version = 6;
    } else {
        return std::nullopt;
    }
    return address;
}

Result<std::uint16_t> read_port(std::string_view text) {
    const auto port = parse_integer(text, {0, 65535});
    if (!port) return port.error();
    return static_cast<std::uint16_t>(*port);
}

struct Alias {
    std::string_view name;
    std::string_view meaning;
};
/// Of /etc/protocols and of iptables.
constexpr Alias kProtocolAliases[] = {{"icmp6", "icmpv6"}, {"ipv6-icmp", "icmpv6"}};

std::vector<std::string_view> known_protocols() {
    std::vector<std::string_view> known;
    for (unsigned number = 0; number < 256; ++number) {
        const auto name = protocol_name(static_cast<std::uint8_t>(number));
        if (!name.empty()) known.push_back(name);
    }
    return known;
}

/// Bytes that the kernel refuses in a name, or that end a quoted string.
bool spoils_interface(char byte) {
    return std::string_view(" /:\"\\$*").find(byte) != std::string_view::npos;
}

}  // namespace

Result<AddressMatch> parse_address(std::string_view text) {
    const std::size_t slash = text.find('/');
    auto address = read_address(text.substr(0, slash));
    if (!address) {
        return bad("must be an address or a prefix like 192.0.2.0/24 or 2001:db8::/32, is " +
                   quote(text));
    }
    if (slash == std::string_view::npos) return AddressMatch{address->ip_version, address->text()};
    const auto length = parse_integer(text.substr(slash + 1), {0, address->bits()});
    if (!length) return length.error().wrap("prefix length");
    const auto given = address->bytes;
    address->mask(static_cast<unsigned>(*length));
    const std::string network = fmt::format("{}/{}", address->text(), *length);
    if (address->bytes != given) {
        return bad(fmt::format("{} has bits set behind its prefix; the network is {}", quote(text),
                               network));
    }
    return AddressMatch{address->ip_version,
                        *length == address->bits() ? address->text() : network};
}

Result<PortRange> parse_port_range(std::string_view text) {
    const std::size_t dash = text.find('-', 1);
    const auto first = read_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_port(text.substr(dash + 1));
    if (!first || !last) {
        return bad("must be a port 0..65535 or a range like 1000-2000, is " + quote(text));
    }
    if (*first > *last) return bad("must be a range from low to high, is " + quote(text));
    return PortRange{*first, *last};
}

Result<std::string> parse_interface(std::string_view text) {
    std::string_view name = text;
    if (name.ends_with('*')) name.remove_suffix(1);
    const bool reserved = text == "." || text == "..";
    if (text == "*") return bad("'*' alone is every interface: leave the key out for that");
    if (name.empty() || text.size() >= IFNAMSIZ || reserved || !printable(name) ||
        std::any_of(name.begin(), name.end(), spoils_interface)) {
        return bad(
            fmt::format("must be an interface name (1..{} bytes, no space / : \" \\ $, * "
                        "only at the end), is {}",
                        IFNAMSIZ - 1, quote(text)));
    }
    return std::string(text);
}

Result<std::uint8_t> parse_protocol(std::string_view text) {
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
        const auto number = parse_integer(text, {0, 255});
        if (!number) return number.error();
        return static_cast<std::uint8_t>(*number);
    }
    std::string_view name = text;
    for (const Alias& alias : kProtocolAliases) {
        if (alias.name == name) name = alias.meaning;
    }
    if (const auto number = protocol_number(name)) return *number;
    return bad(unknown("protocol", text, known_protocols()));
}

}  // namespace nflogd::config
