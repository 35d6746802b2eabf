// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/ip.hpp"

#include "decode/decode.hpp"

namespace nflogd::decode {
namespace {

/// The quote tells about another packet, cut by whoever sent the error: what is
/// wrong with it says nothing about the packet that was logged. Only what our
/// own snaplen took from it counts, and Reading::truncated is just that, because
/// the quote's wire length ends where the error message does.
void read_quote(Reading& outer, Record& record) {
    Reading inner(record.inner);
    read_ip(outer.quote, outer.headers.ip_version, inner);
    record.quotes = inner.headers.present != 0;
    outer.truncated |= inner.truncated;
}

}  // namespace

void read_ip(Part packet, int family, Reading& reading) {
    if (packet.bytes.empty()) {
        reading.truncated = packet.length > 0;
        return;
    }
    const int version = packet.bytes[0] >> 4;
    if (family != 0 && version != family) return reading.fail(Malformed::ip_version);
    switch (version) {
        case 4: return read_ipv4(packet, reading);
        case 6: return read_ipv6(packet, reading);
        default: return reading.fail(Malformed::ip_version);
    }
}

void decode_ip(Bytes packet, int family, Record& record) {
    Reading reading(record.packet);
    read_ip({packet, kUnknownLength}, family, reading);
    if (reading.quote.length > 0) read_quote(reading, record);
    if (reading.truncated) record.set_truncated();
    if (reading.malformed) record.set_malformed(*reading.malformed);
}

}  // namespace nflogd::decode
