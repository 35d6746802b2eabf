// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/replay.hpp"

namespace nflogd::pipeline {
namespace {

void start_packet(const source::Chunk& chunk, Record& record) {
    record.clear();
    record.timestamp_ns = chunk.timestamp_ns;
    record.set(Field::timestamp);
    record.payload_length = static_cast<std::uint32_t>(chunk.bytes.size());
    record.set(Field::payload_length);
}

}  // namespace

bool ChunkReader::next(Record& record) {
    if (chunk_.encoding == source::Encoding::netlink) return datagram_.next(record);
    if (done_) return false;
    done_ = true;
    switch (chunk_.encoding) {
        case source::Encoding::nflog_message:
            return decode::decode_nflog_message(chunk_.bytes, chunk_.timestamp_ns, record);
        case source::Encoding::ethernet:
            start_packet(chunk_, record);
            decode::decode_ethernet(chunk_.bytes, record);
            return true;
        case source::Encoding::raw_ip:
            start_packet(chunk_, record);
            decode::decode_ip(chunk_.bytes, 0, record);
            return true;
        case source::Encoding::netlink: break;
    }
    return false;
}

}  // namespace nflogd::pipeline
