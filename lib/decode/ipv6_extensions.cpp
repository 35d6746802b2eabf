// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "decode/header_bytes.hpp"
#include "decode/ip.hpp"
#include "decode/transport.hpp"

namespace nflogd::decode {
namespace {

constexpr int kMaxExtensions = 16;
constexpr std::uint32_t kSmallestExtension = 8;

/// How an extension header tells its size.
enum class Extension : std::uint8_t {
    none,            ///< the chain ends
    counted,         ///< units of 8 bytes beyond the first
    fragment,        ///< always 8 bytes
    authentication,  ///< units of 4 bytes beyond the first two
};

constexpr std::uint8_t kHip = 139;    // RFC 7401
constexpr std::uint8_t kShim6 = 140;  // RFC 5533

/// https://www.iana.org/assignments/ipv6-parameters, extension header types.
/// ESP hides what follows, so it ends the chain like a transport protocol.
constexpr auto kExtensions = [] {
    std::array<Extension, 256> kinds{};
    for (const auto number : {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS, IPPROTO_MH}) {
        kinds[number] = Extension::counted;
    }
    kinds[kHip] = kinds[kShim6] = Extension::counted;
    kinds[IPPROTO_FRAGMENT] = Extension::fragment;
    kinds[IPPROTO_AH] = Extension::authentication;
    return kinds;
}();

constexpr Layout<8> kFragmentHeader({
    {HeaderField::fragment_offset, 4},
    {HeaderField::mf, 4},
    {HeaderField::ip_id, 8},
});

std::uint32_t extension_size(Extension kind, std::uint8_t count) {
    switch (kind) {
        case Extension::counted: return (count + 1U) * 8;
        case Extension::authentication: return authentication_header_size(count);
        default: return kSmallestExtension;
    }
}

/// False if the chain cannot be followed beyond it: into a later fragment.
bool read_fragment(const Part& rest, Reading& reading) {
    Headers& headers = reading.headers;
    if (headers.has(HeaderField::fragment_offset)) {
        reading.fail(Malformed::ipv6_fragment);
        return false;
    }
    const HeaderBytes<8> header(rest.bytes);
    headers.fragment_offset = header.be16<2>() >> 3;
    headers.mf = (header.u8<3>() & 1) != 0;
    headers.ip_id = header.be32<4>();
    reading.add(kFragmentHeader, rest);
    if (!headers.has(HeaderField::fragment_offset)) return false;
    if (headers.fragment_offset != 0) reading.set_protocol(header.u8<0>());
    return headers.fragment_offset == 0;
}

/// Steps over one extension header. False if the chain ends in it.
bool read_extension(std::uint8_t& next, Part& rest, Reading& reading) {
    const Extension kind = kExtensions[next];
    if (rest.length < kSmallestExtension) {
        reading.fail(Malformed::transport_length);
        return false;
    }
    if (rest.bytes.size() < 2) {
        reading.truncated = true;
        return false;
    }
    const auto size = extension_size(kind, rest.bytes[1]);
    if (kind == Extension::fragment && !read_fragment(rest, reading)) return false;
    if (kind == Extension::authentication && !read_authentication(rest, reading)) return false;
    if (size > rest.length) {
        reading.fail(Malformed::transport_length);
        return false;
    }
    next = rest.bytes[0];
    rest = rest.after(size);
    return true;
}

}  // namespace

void read_ipv6_extensions(std::uint8_t next, Part rest, Reading& reading) {
    for (int count = 0; kExtensions[next] != Extension::none; ++count) {
        if (count == kMaxExtensions) return reading.fail(Malformed::ipv6_extensions);
        if (!read_extension(next, rest, reading)) return;
    }
    reading.set_protocol(next);
    read_transport(next, rest, reading);
}

}  // namespace nflogd::decode
