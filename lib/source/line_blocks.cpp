// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/line_blocks.hpp"

#include <cstring>

namespace nflogd::source {
namespace {

constexpr std::size_t kBlock = 256 << 10;

}  // namespace

LineBlocks::LineBlocks(std::unique_ptr<ByteStream> stream)
    : stream_(std::move(stream)), buffer_(kBlock + kPadding) {}

std::string_view LineBlocks::rest() const {
    if (skipping_) return {};
    return {buffer_.data() + begin_, end_ - begin_};
}

/// What is left of a line moves to the front; a line that fills the buffer makes it grow.
void LineBlocks::make_room() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const std::size_t room = buffer_.size() - kPadding;
    if (end_ < room) return;
    if (room < kMaxLine) {
        buffer_.resize(2 * room + kPadding);
        return;
    }
    if (!skipping_) ++too_long_;
    skipping_ = true;
    end_ = 0;
}

Result<std::optional<std::string_view>> LineBlocks::next() {
    for (;;) {
        make_room();
        const auto got = stream_->read({buffer_.data() + end_, buffer_.size() - kPadding - end_});
        if (!got) return got.error();
        if (*got == 0) return std::optional<std::string_view>();
        const std::size_t searched = end_;
        end_ += *got;
        if (skipping_) {
            const void* const end = std::memchr(buffer_.data() + searched, '\n', *got);
            if (end == nullptr) {
                end_ = 0;
                continue;
            }
            begin_ = static_cast<std::size_t>(static_cast<const char*>(end) - buffer_.data()) + 1;
            skipping_ = false;
        }
        const std::string_view held(buffer_.data() + begin_, end_ - begin_);
        const std::size_t last = held.rfind('\n');
        if (last == std::string_view::npos) continue;
        begin_ += last + 1;
        return std::optional(held.substr(0, last + 1));
    }
}

}  // namespace nflogd::source
