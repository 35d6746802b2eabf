// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace nflogd::decode {
namespace {

const std::filesystem::path kFixtures = std::string(NFLOGD_FIXTURES) + "/decode";

template <typename T>
Buffer host(T value) {
    Buffer bytes(sizeof value);
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&value), sizeof value, bytes.begin());
    return bytes;
}

Buffer padded(Buffer bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
}

unsigned nibble(char digit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto at = kDigits.find(digit);
    if (at == std::string_view::npos) throw std::invalid_argument("not a hexadecimal digit");
    return static_cast<unsigned>(at);
}

}  // namespace

Buffer hex(std::string_view digits) {
    std::string packed;
    for (const char c : digits) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) packed += c;
    }
    Buffer bytes;
    for (std::size_t i = 0; i + 1 < packed.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(nibble(packed[i]) << 4 | nibble(packed[i + 1])));
    }
    return bytes;
}

Buffer repeated(std::size_t count, std::uint8_t byte) { return Buffer(count, byte); }

Buffer be16(unsigned value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

Buffer be32(std::uint32_t value) { return be16(value >> 16) + be16(value & 0xffff); }

Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Buffer ipv4(const Ipv4Options& options, const Buffer& payload) {
    const auto size = 20 + options.options.size() + payload.size();
    Buffer bytes = {static_cast<std::uint8_t>(0x40 | options.ihl), 0};
    bytes = bytes + be16(options.length.value_or(static_cast<std::uint16_t>(size))) + be16(1);
    bytes = bytes + be16(options.fragment) + Buffer{64, options.proto} + be16(0);
    return bytes + hex("c0000201 c0000202") + options.options + payload;
}

Buffer ipv6(const Ipv6Options& options, const Buffer& payload) {
    const auto length = options.length.value_or(static_cast<std::uint16_t>(payload.size()));
    return be32(0x60000000 | options.flow_label) + be16(length) + Buffer{options.next, 64} +
           hex("20010db8000000000000000000000001 20010db8000000000000000000000002") + payload;
}

Buffer tcp(unsigned data_offset, std::size_t option_bytes) {
    return be16(1) + be16(2) + be32(3) + be32(4) + be16(data_offset << 12 | 0x002) + be16(5) +
           be32(0) + repeated(option_bytes, 1);
}

Buffer udp(unsigned length, std::size_t data_bytes) {
    return be16(1) + be16(2) + be16(length) + be16(0) + repeated(data_bytes, 'x');
}

Buffer extension(std::uint8_t next, std::uint8_t units) {
    const std::size_t size = (units + 1U) * 8;
    // One PadN option takes the first 8 bytes, Pad1 the others.
    return Buffer{next, units, 1, 4} + repeated(size - 4);
}

Buffer fragment(std::uint8_t next, unsigned offset, bool more) {
    return Buffer{next, 0} + be16(offset << 3 | (more ? 1U : 0U)) + be32(0x01020304);
}

Buffer attribute(std::uint16_t type, const Buffer& value) {
    const auto length = static_cast<std::uint16_t>(sizeof(nlattr) + value.size());
    return padded(host(length) + host(type) + value);
}

Buffer text_attribute(std::uint16_t type, std::string_view text) {
    return attribute(type, Buffer(text.begin(), text.end()) + Buffer{0});
}

Buffer nfgen(std::uint8_t family) { return Buffer{family, 0} + be16(5); }

Buffer packet_header(unsigned hw_protocol, std::uint8_t hook) {
    return attribute(1, be16(hw_protocol) + Buffer{hook, 0});
}

Buffer netlink(std::uint16_t type, const Buffer& body, std::uint32_t sequence) {
    const auto length = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size());
    return padded(host(length) + host(type) + host(std::uint16_t{0}) + host(sequence) +
                  host(std::uint32_t{0}) + body);
}

Buffer packet_message(const Buffer& body) { return netlink(0x400, body); }

Buffer fixture(const std::string& name) {
    std::ifstream file(kFixtures / (name + ".hex"));
    if (!file) throw std::runtime_error("no fixture " + name);
    std::string digits;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind('#', 0) != 0) digits += line;
    }
    return hex(digits);
}

std::vector<std::string> fixture_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
        names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace nflogd::decode
