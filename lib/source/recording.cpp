// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/recording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nflogd::source {

using namespace recording;

bool RecordingReader::recognises(Bytes head) {
    return head.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), head.begin());
}

Result<std::unique_ptr<Input>> RecordingReader::open(FileReader file) {
    auto header = file.peek(kHeaderBytes);
    if (!header) return header.error();
    Cursor cursor(*header);
    std::uint32_t mark = 0;
    std::uint16_t version = 0;
    std::uint16_t flags = 0;
    if (!cursor.skip(kMagic.size()) || !cursor.host32(mark) || !cursor.host16(version) ||
        !cursor.host16(flags)) {
        return file.error("the header of the recording is cut short");
    }
    const ByteOrder order(mark != kByteOrderMark);
    if (order.host(mark) != kByteOrderMark) {
        return file.error("the header of the recording has no byte-order mark");
    }
    if (order.host(version) != kVersion || flags != 0) {
        return file.error(
            fmt::format("a recording of version {}, flags {:#x}; this program reads version {}",
                        order.host(version), order.host(flags), kVersion));
    }
    file.skip(kHeaderBytes);
    return std::unique_ptr<Input>(new RecordingReader(std::move(file), order));
}

Result<std::optional<Chunk>> RecordingReader::next() {
    auto head = file_.peek(kFrameHeadBytes);
    if (!head) return head.error();
    if (head->empty()) return std::optional<Chunk>{};
    Cursor cursor(*head);
    std::uint32_t length = 0;
    std::uint64_t timestamp_ns = 0;
    if (!cursor.host32(length) || !cursor.host64(timestamp_ns)) {
        return file_.error_here("the last frame is cut short in its head");
    }
    length = order_.host(length);
    timestamp_ns = order_.host(timestamp_ns);
    if (length == 0 && timestamp_ns == 0) {
        return file_.error_here("a hole of zero bytes instead of a frame");
    }
    if (length > kMaxDatagram) {
        return file_.error_here(fmt::format("not a frame: a length of {} bytes", length));
    }
    auto frame = file_.peek(kFrameHeadBytes + length);
    if (!frame) return frame.error();
    if (frame->size() < kFrameHeadBytes + length) {
        return file_.error_here(fmt::format("the last frame is cut short: {} of {} bytes",
                                            frame->size() - kFrameHeadBytes, length));
    }
    file_.skip(frame->size());
    const std::span<std::uint8_t> datagram = frame->subspan(kFrameHeadBytes);
    if (order_.foreign()) swap_datagram(datagram);
    return std::optional<Chunk>({.bytes = datagram, .timestamp_ns = timestamp_ns});
}

}  // namespace nflogd::source
