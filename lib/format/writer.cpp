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

}  // namespace

void Writer::decimal2(unsigned value) {
    std::memcpy(out_, &kPairs[2 * value], 2);
    out_ += 2;
}

/// From the front on, so that nothing is copied once more.
void Writer::decimal(std::uint64_t value) {
    if (value < 10) {
        put(static_cast<char>('0' + value));
    } else if (value < 100) {
        decimal2(static_cast<unsigned>(value));
    } else if (value < 10'000) {
        decimal(value / 100);
        decimal2(static_cast<unsigned>(value % 100));
    } else if (value < 100'000'000) {
        decimal(value / 10'000);
        decimal4(static_cast<unsigned>(value % 10'000));
    } else {
        decimal(value / 100'000'000);
        const auto rest = static_cast<unsigned>(value % 100'000'000);
        decimal4(rest / 10'000);
        decimal4(rest % 10'000);
    }
}

void Writer::decimal4(unsigned value) {
    decimal2(value / 100);
    decimal2(value % 100);
}

void Writer::hex(std::uint8_t byte) {
    std::memcpy(out_, &kHexPairs[2 * std::size_t{byte}], 2);
    out_ += 2;
}

void Writer::hex16(std::uint16_t value) {
    put("0x");
    hex(static_cast<std::uint8_t>(value >> 8));
    hex(static_cast<std::uint8_t>(value));
}

void Writer::mac(const MacAddress& mac) {
    hex(mac[0]);
    for (std::size_t i = 1; i < mac.size(); ++i) {
        put(':');
        hex(mac[i]);
    }
}

void Writer::ipv4(const std::uint8_t* bytes) {
    for (int i = 0; i < 4; ++i) {
        const Octet& octet = kOctets[bytes[i]];
        std::memcpy(out_, octet.text.data(), octet.text.size());
        out_ += octet.length;
    }
    --out_;  // the last dot
}

void Writer::hex_group(std::uint16_t value) {
    if (value >= 0x1000) put(kHex[value >> 12]);
    if (value >= 0x100) put(kHex[value >> 8 & 15]);
    if (value >= 0x10) put(kHex[value >> 4 & 15]);
    put(kHex[value & 15]);
}

void Writer::ipv6(const std::uint8_t* bytes) {
    std::array<std::uint16_t, 8> groups;
    for (std::size_t i = 0; i < 8; ++i) {
        groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    // ::ffff:192.0.2.1, the one prefix known to hold an IPv4 address (section 5)
    constexpr std::array<std::uint16_t, 6> kMapped = {0, 0, 0, 0, 0, 0xffff};
    if (std::equal(kMapped.begin(), kMapped.end(), groups.begin())) {
        put("::ffff:");
        ipv4(bytes + 12);
        return;
    }
    const Run run = longest_zero_run(groups);
    for (int i = 0; i < 8; ++i) {
        if (i == run.start) {
            put("::");
            i += run.length - 1;
            continue;
        }
        if (i > 0 && i != run.start + run.length) put(':');
        hex_group(groups[static_cast<std::size_t>(i)]);
    }
}

void Writer::address(const IpAddress& address, std::uint8_t ip_version) {
    if (ip_version == 4) {
        ipv4(address.bytes.data());
    } else {
        ipv6(address.bytes.data());
    }
}

}  // namespace nflogd::format
