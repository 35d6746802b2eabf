// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: a byte for the kind of packet, one for the length that it is cut to
/// for comparison, and the packet.
#include <algorithm>

#include "fuzz.hpp"
#include "pipeline/replay.hpp"
#include "record_check.hpp"

using namespace nflogd;

namespace {

Record read(Bytes packet, source::Encoding encoding, std::uint8_t fill) {
    pipeline::ChunkReader reader({packet, encoding, 1, 0});
    Record record = fuzz::filled(fill);
    fuzz::require(reader.next(record), "every packet is a record");
    Record next;
    fuzz::require(!reader.next(next), "a packet is one record");
    return record;
}

/// A snaplen takes fields away from a packet that is right, and adds none.
void compare(const Record& whole, const Record& cut) {
    if (whole.has(Field::malformed)) return;
    fuzz::require(!cut.has(Field::malformed), "no packet becomes malformed by a cut");
    fuzz::require(fuzz::holds(whole.packet, cut.packet), "what was read before the cut is right");
    fuzz::require(!cut.quotes || (whole.quotes && fuzz::holds(whole.inner, cut.inner)),
                  "what was read of the quoted packet before the cut is right");
    if (whole.has(Field::truncated)) return;
    const bool less = cut.packet.present != whole.packet.present || cut.quotes != whole.quotes ||
                      (cut.quotes && cut.inner.present != whole.inner.present);
    fuzz::require(!less || cut.has(Field::truncated), "what lacks a field is truncated");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::RecordCheck check;
    if (size < 2) return 0;
    const auto encoding = data[0] % 2 == 0 ? source::Encoding::raw_ip : source::Encoding::ethernet;
    const Bytes packet(data + 2, size - 2);
    Record a = read(packet, encoding, 0xaa);
    Record b = read(packet, encoding, 0x55);
    const auto cut = packet.first(std::min<std::size_t>(data[1], packet.size()));
    compare(a, read(cut, encoding, 0xaa));
    check.check(a, b);
    return 0;
}
