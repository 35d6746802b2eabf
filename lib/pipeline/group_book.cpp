// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netlink.h>

#include <algorithm>

#include "pipeline/books.hpp"

namespace nflogd::pipeline {

void GroupBook::count(const Record& record) {
    const std::uint32_t current = page_->current.load(std::memory_order_relaxed);
    const Totals& before = page_->totals[current];
    Totals& after = page_->totals[1 - current];
    std::uint64_t lost = before.lost.get();
    std::uint64_t next_seq = before.next_seq.get();
    if (record.has(Field::seq)) {
        const std::uint32_t gap = record.seq - static_cast<std::uint32_t>(next_seq);  // wraps
        // A step back cannot be loss: somebody else's count began anew.
        if (gap < 0x80000000U) lost += gap;
        next_seq = record.seq + 1U;
    }
    after.lost.set(lost);
    after.next_seq.set(next_seq);
    after.received.set(before.received.get() + 1);
    after.malformed.set(before.malformed.get() + (record.has(Field::malformed) ? 1 : 0));
    after.truncated.set(before.truncated.get() + (record.has(Field::truncated) ? 1 : 0));
    const bool ours = record.has(Field::rule);
    const std::uint64_t packets = ours ? page_->logged[record.rule].get() + 1 : 0;
    after.label.set(ours ? record.rule : kNoLabel);
    after.label_packets.set(packets);
    page_->current.store(1 - current, std::memory_order_release);
    if (ours) page_->logged[record.rule].set(packets);
}

bool GroupBook::counted(std::uint32_t seq) const {
    return seq - static_cast<std::uint32_t>(now().next_seq.get()) >= 0x80000000U;
}

void GroupBook::settle() {
    const std::uint64_t label = now().label.get();
    if (now().received.get() > 0 && label < Labels::kMaxRules) {
        page_->logged[label].set(now().label_packets.get());
    }
}

void GroupBook::begin_receive() {
    page_->length.store(0, std::memory_order_relaxed);
    page_->tries = 0;
    std::fill_n(page_->buffer.begin(), sizeof(nlmsghdr), std::uint8_t{0});
    std::atomic_signal_fence(std::memory_order_seq_cst);  // before the kernel writes there
}

void GroupBook::end_receive(std::size_t length) {
    page_->length.store(static_cast<std::uint32_t>(length), std::memory_order_relaxed);
}

Bytes GroupBook::unfinished() {
    if (page_->tried_at != received()) page_->tries = 0;
    page_->tried_at = received();
    if (page_->tries >= kTries) return {};
    ++page_->tries;
    const auto head = std::span(page_->buffer).first(sizeof(nlmsghdr));
    const bool empty = std::all_of(head.begin(), head.end(), [](std::uint8_t b) { return b == 0; });
    if (empty) return {};
    // Killed before end_receive(): the datagram ends where its messages do, and
    // what an earlier one left behind it is counted already.
    const std::size_t length = page_->length.load();
    return Bytes(page_->buffer).first(length == 0 ? kBufferBytes : length);
}

}  // namespace nflogd::pipeline
