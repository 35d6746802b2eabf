// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include "pipeline/books.hpp"

namespace nflogd::pipeline {
namespace {

constexpr std::uint64_t kNoInode = ~std::uint64_t{0};

}  // namespace

Bytes OutputBook::raw_of(const Record& queued) const {
    if (ring_.room() == 0) return {};
    const std::uint8_t* const room = ring_.room_of(queued);
    std::uint32_t length = 0;
    std::memcpy(&length, room, sizeof length);
    return {room + sizeof length, std::min<std::size_t>(length, raw())};
}

void OutputBook::failed(std::size_t packets) {
    page_->failed.add(packets);
    ring_.pop(packets);
}

void OutputBook::prepare(const sink::Batch& batch, std::size_t packets) {
    Intent& intent = page_->intent;
    intent.armed.store(0, std::memory_order_release);
    intent.packets = static_cast<std::uint32_t>(packets);
    std::copy_n(batch.ends.begin(), packets, intent.ends.begin());
}

void OutputBook::about_to_write(std::uint64_t inode, std::uint64_t size_before, std::size_t first) {
    Intent& intent = page_->intent;
    intent.armed.store(0, std::memory_order_release);
    intent.first = ring_.popped();
    intent.skipped = std::min(static_cast<std::uint32_t>(first), intent.packets);
    intent.inode = inode;
    intent.size = size_before;
    intent.armed.store(1, std::memory_order_release);
}

/// Until written() takes them out of the queue, they are noted as being out.
void OutputBook::wrote(std::size_t records) {
    Intent& intent = page_->intent;
    intent.armed.store(0, std::memory_order_release);
    intent.first = ring_.popped();
    intent.skipped = std::min(static_cast<std::uint32_t>(records), intent.packets);
    intent.inode = kNoInode;
    intent.armed.store(1, std::memory_order_release);
}

/// The first time in a worker's life: what of its predecessor's last write is in
/// the file need not be written again. Packets that a rotation had put into
/// another file are out in any case.
void OutputBook::opened(std::uint64_t inode, std::uint64_t size_before_repair) {
    Intent& intent = page_->intent;
    if (std::exchange(resumed_, true) || intent.armed.load(std::memory_order_acquire) == 0) return;
    std::uint64_t out = intent.skipped;
    if (inode == intent.inode && size_before_repair > intent.size) {
        const std::uint64_t start = out == 0 ? 0 : intent.ends[out - 1];
        const std::uint64_t reached = start + (size_before_repair - intent.size);
        while (out < intent.packets && intent.ends[out] <= reached) ++out;
    }
    intent.armed.store(0, std::memory_order_release);
    const std::uint64_t popped = ring_.popped();
    if (intent.first + out > popped) ring_.pop(intent.first + out - popped);
}

OutputLedger OutputBook::ledger() const {
    // What left the queue is read before what entered it, so that nothing is
    // counted twice; a record may be missing for the moment it is on its way.
    const std::uint64_t failed = page_->failed.get() + page_->unsynced.get();
    const std::uint64_t popped = ring_.popped();
    OutputLedger ledger = earlier_;
    ledger.written += popped - std::min(failed, popped);
    ledger.failed += failed + page_->never_queued.get();
    ledger.filtered += page_->filtered.load(std::memory_order_relaxed);
    ledger.dropped += page_->dropped.load(std::memory_order_relaxed);
    const std::uint64_t spooled = page_->spooled.load(std::memory_order_relaxed);
    if (spooled != kNoSpool) ledger.spooled = spooled;
    ledger.queued = ring_.pushed() - popped;
    return ledger;
}

std::uint64_t OutputBook::settle(std::uint64_t received) {
    ring_.repair();
    const std::uint64_t meant = received - base_;
    const std::uint64_t lost = meant - std::min(meant, seen());
    page_->never_queued.add(lost);
    return lost;
}

void OutputBook::follow(const OutputBook& earlier) {
    earlier_ = earlier.ledger();
    earlier_.failed += std::exchange(earlier_.queued, 0);
}

}  // namespace nflogd::pipeline
