// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/writer.hpp"

#include <algorithm>

namespace nflogd::format {
namespace {

constexpr auto kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

constexpr std::string_view kHex = "0123456789abcdef";

constexpr auto kHexPairs = [] {
    std::array<char, 512> pairs{};
    for (std::size_t i = 0; i < 256; ++i) {
        pairs[2 * i] = kHex[i >> 4];
        pairs[2 * i + 1] = kHex[i & 15];
    }
    return pairs;
}();

/// Every octet as text with a dot behind it, and their length.
struct Octet {
    std::array<char, 4> text;
    std::uint8_t length;
};

constexpr auto kOctets = [] {
    std::array<Octet, 256> octets{};
    for (std::size_t i = 0; i < 256; ++i) {
        Octet& octet = octets[i];
        const auto add = [&octet](std::size_t c) {
            octet.text[octet.length++] = static_cast<char>(c);
        };
        if (i >= 100) add('0' + i / 100);
        if (i >= 10) add('0' + i / 10 % 10);
        add('0' + i % 10);
        add('.');
    }
    return octets;
}();

struct Run {
    int start = -1;
    int length = 0;
};

/// The longest run of zero groups, the first of equal ones (RFC 5952, 4.2.3);
/// a single group is no run (4.2.2).
Run longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
    Run best;
    Run now;
    for (int i = 0; i < 8; ++i) {
        if (groups[static_cast<std::size_t>(i)] != 0) {
            now = {};
            continue;
        }
        if (now.start < 0) now.start = i;
        ++now.length;
        if (now.length > best.length) best = now;
    }
    return best.length >= 2 ? best : Run{};
}

char* pair(char* out, unsigned value) {
    std::memcpy(out, &kPairs[2 * std::size_t{value}], 2);
    return out + 2;
}

char* four_digits(char* out, unsigned value) { return pair(pair(out, value / 100), value % 100); }

char* up_to_two_digits(char* out, unsigned value) {
    if (value >= 10) return pair(out, value);
    *out = static_cast<char>('0' + value);
    return out + 1;
}

/// Below 10,000, without leading zeros.
char* short_integer(char* out, unsigned value) {
    if (value < 100) return up_to_two_digits(out, value);
    return pair(up_to_two_digits(out, value / 100), value % 100);
}

char* hex_group(char* out, std::uint16_t value) {
    if (value >= 0x1000) *out++ = kHex[value >> 12];
    if (value >= 0x100) *out++ = kHex[value >> 8 & 15];
    if (value >= 0x10) *out++ = kHex[value >> 4 & 15];
    *out++ = kHex[value & 15];
    return out;
}

}  // namespace

char* Writer::two_digits(char* out, unsigned value) { return pair(out, value); }

char* Writer::octet(char* out, std::uint8_t value) {
    const Octet& octet = kOctets[value];
    std::memcpy(out, octet.text.data(), octet.text.size());
    return out + octet.length - 1;  // without the dot
}

/// From the front on, so that nothing is copied once more.
char* Writer::integer(char* out, std::uint64_t value) {
    if (value < 10'000) return short_integer(out, static_cast<unsigned>(value));
    return long_integer(out, value);
}

/// Apart from the short ones, which need no stack.
[[gnu::noinline]] char* Writer::long_integer(char* out, std::uint64_t value) {
    if (value < 100'000'000) {
        const auto small = static_cast<unsigned>(value);
        return four_digits(short_integer(out, small / 10'000), small % 10'000);
    }
    out = integer(out, value / 100'000'000);
    const auto rest = static_cast<unsigned>(value % 100'000'000);
    return four_digits(four_digits(out, rest / 10'000), rest % 10'000);
}

char* Writer::two_hex(char* out, std::uint8_t byte) {
    std::memcpy(out, &kHexPairs[2 * std::size_t{byte}], 2);
    return out + 2;
}

void Writer::hex16(std::uint16_t value) {
    literal("0x");
    hex(static_cast<std::uint8_t>(value >> 8));
    hex(static_cast<std::uint8_t>(value));
}

char* Writer::mac_address(char* out, const MacAddress& mac) {
    for (const std::uint8_t byte : mac) {
        out = two_hex(out, byte);
        *out++ = ':';
    }
    return out - 1;  // without the last colon
}

char* Writer::ipv4(char* out, const std::uint8_t* bytes) {
    for (int i = 0; i < 4; ++i) {
        const Octet& octet = kOctets[bytes[i]];
        std::memcpy(out, octet.text.data(), octet.text.size());
        out += octet.length;
    }
    return out - 1;  // without the last dot
}

char* Writer::ipv6(char* out, const std::uint8_t* bytes) {
    std::array<std::uint16_t, 8> groups;
    for (std::size_t i = 0; i < 8; ++i) {
        groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    // ::ffff:192.0.2.1, the one prefix known to hold an IPv4 address (section 5)
    constexpr std::array<std::uint16_t, 6> kMapped = {0, 0, 0, 0, 0, 0xffff};
    if (std::equal(kMapped.begin(), kMapped.end(), groups.begin())) {
        return ipv4(copy(out, "::ffff:"), bytes + 12);
    }
    const Run run = longest_zero_run(groups);
    for (int i = 0; i < 8; ++i) {
        if (i == run.start) {
            out = copy(out, "::");
            i += run.length - 1;
            continue;
        }
        if (i > 0 && i != run.start + run.length) *out++ = ':';
        out = hex_group(out, groups[static_cast<std::size_t>(i)]);
    }
    return out;
}

}  // namespace nflogd::format
