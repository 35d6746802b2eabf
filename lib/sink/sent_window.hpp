// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What went over a connection last, in case that it breaks: what the kernels at both
/// ends held then is lost, and nobody tells how much that was. So it is sent again.
///
/// It holds at least the last kGeneration bytes, at most twice as many, in whole
/// frames. A frame is forgotten only when kGeneration bytes were sent behind it over
/// the same connection: more than fit into the kernels' buffers (Linux gives a socket
/// that is read 6 MiB, and one that never was 128 KiB).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nflogd::sink {

class SentWindow {
public:
    static constexpr std::size_t kGeneration = 8 << 20;  ///< bytes

    /// This frame was sent, in two pieces.
    void add(std::string_view first, std::string_view second) {
        if (newer_.size() + first.size() + second.size() > kGeneration) {
            older_.swap(newer_);
            newer_.clear();
        }
        newer_.append(first).append(second);
    }
    [[nodiscard]] bool empty() const { return older_.empty() && newer_.empty(); }
    void clear() {
        older_.clear();
        newer_.clear();
        sent_again_ = kNothing;
    }

    /// All of it is to be sent again, from the beginning.
    void begin_again() { sent_again_ = empty() ? kNothing : 0; }
    /// What of it is to be sent next; empty: all was.
    [[nodiscard]] std::string_view left() const {
        if (sent_again_ == kNothing) return {};
        const std::string_view older = older_;
        if (sent_again_ < older.size()) return older.substr(sent_again_);
        return std::string_view(newer_).substr(sent_again_ - older.size());
    }
    void sent_again(std::size_t bytes) {
        sent_again_ += bytes;
        if (sent_again_ == older_.size() + newer_.size()) sent_again_ = kNothing;
    }

private:
    static constexpr std::size_t kNothing = ~std::size_t{0};

    std::string older_;
    std::string newer_;
    std::size_t sent_again_ = kNothing;
};

}  // namespace nflogd::sink
