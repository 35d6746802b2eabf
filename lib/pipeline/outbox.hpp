// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a lane has formatted and its sink has not taken yet: packets, or one
/// event. One thread; allocates only for events larger than its buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/formatter.hpp"
#include "sink/sink.hpp"

namespace nflogd::pipeline {

class Outbox {
public:
    static constexpr std::size_t kBytes = 256 << 10;
    static constexpr std::size_t kRecords = 2048;

    Outbox() : buffer_(kBytes) { ends_.reserve(kRecords); }

    [[nodiscard]] bool empty() const { return ends_.empty(); }
    /// False when the next packet might not fit.
    [[nodiscard]] bool has_room() const {
        return ends_.size() < kRecords && kBytes - used() >= format::kMaxPacketText;
    }
    /// Formats one packet. Only with has_room() and without an event inside.
    void add(format::Formatter& formatter, const Packet& packet) {
        const std::size_t start = used();
        const std::size_t length = formatter.packet(packet, std::span(buffer_).subspan(start));
        ends_.push_back(static_cast<std::uint32_t>(start + length));
        ++packets_;
    }
    /// Puts one event into the empty box. A format without events leaves it empty.
    void put_event(format::Formatter& formatter, const Event& event);

    /// Packets inside; an event is none.
    [[nodiscard]] std::size_t packets() const { return packets_; }
    [[nodiscard]] sink::Batch batch() const {
        return {std::span(bytes(), used()), ends_, packets_ > 0};
    }

    /// Takes the first `records` out; returns how many packets these were.
    std::size_t remove(std::size_t records);
    void clear();

private:
    [[nodiscard]] std::size_t used() const { return ends_.empty() ? 0 : ends_.back(); }
    [[nodiscard]] const char* bytes() const {
        return event_.empty() ? buffer_.data() : event_.data();
    }

    std::vector<char> buffer_;
    std::vector<std::uint32_t> ends_;
    std::string event_;
    std::size_t packets_ = 0;
};

}  // namespace nflogd::pipeline
