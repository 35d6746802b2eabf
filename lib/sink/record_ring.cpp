// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/record_ring.hpp"

#include <algorithm>
#include <cstring>

namespace nflogd::sink {
namespace {

/// Of the ring: what goes in at once, so that a batch larger than the ring leaves
/// readers time.
constexpr std::size_t kShare = 4;

std::size_t offset_of(const Batch& batch, std::size_t record) {
    return record == 0 ? 0 : batch.ends[record - 1];
}

}  // namespace

RecordRing::RecordRing(std::size_t bytes) : bytes_(bytes), ends_(bytes / kShortest + 1) {}

std::size_t RecordRing::fits(const Batch& batch, std::size_t first) const {
    const std::size_t start = offset_of(batch, first);
    const std::size_t most =
        std::min(batch.ends.size(), first + std::max<std::size_t>(ends_.size() / kShare, 1));
    std::size_t next = first;
    while (next < most && batch.ends[next] - start <= capacity() / kShare) ++next;
    if (next == first && batch.ends[first] - start <= capacity()) ++next;
    return next - first;
}

RecordRing::Position RecordRing::begin_after(const Batch& batch, std::size_t first,
                                             std::size_t count) const {
    const Position end = end_ + batch.ends[first + count - 1] - offset_of(batch, first);
    std::uint64_t oldest = first_;
    Position begin = begin_;
    while (oldest < next_ && (end - begin > capacity() || next_ + count - oldest > ends_.size())) {
        begin = end_of(oldest++);
    }
    return begin;
}

void RecordRing::append(const Batch& batch, std::size_t first, std::size_t count) {
    const Position begin = begin_after(batch, first, count);
    first_ = record_at(begin);
    begin_ = begin;
    const std::size_t start = offset_of(batch, first);
    for (std::size_t i = first; i < first + count; ++i) {
        ends_[next_++ % ends_.size()] = end_ + batch.ends[i] - start;
    }
    const std::size_t size = batch.ends[first + count - 1] - start;
    put({batch.bytes.data() + start, size});
}

/// Behind the newest; in two pieces if it must be.
void RecordRing::put(std::string_view bytes) {
    const std::size_t at = end_ % capacity();
    const std::size_t fore = std::min(bytes.size(), capacity() - at);
    std::memcpy(bytes_.data() + at, bytes.data(), fore);
    std::memcpy(bytes_.data(), bytes.data() + fore, bytes.size() - fore);
    end_ += bytes.size();
}

/// The record that holds this position, or begins there.
std::uint64_t RecordRing::record_at(Position position) const {
    std::uint64_t low = first_;
    for (std::uint64_t high = next_; low < high;) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (end_of(middle) > position) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

RecordRing::Position RecordRing::boundary(Position position) const {
    const std::uint64_t record = record_at(position);
    if (record == next_ || start_of(record) == position) return position;
    return end_of(record);
}

std::string_view RecordRing::piece(Position from) const {
    const std::size_t at = from % capacity();
    return {bytes_.data() + at, std::min<std::size_t>(end_ - from, capacity() - at)};
}

void RecordRing::copy(Position from, Position to, std::string& out) const {
    while (from < to) {
        const std::string_view part = piece(from).substr(0, to - from);
        out += part;
        from += part.size();
    }
}

}  // namespace nflogd::sink
