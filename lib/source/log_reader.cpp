// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/log_reader.hpp"

namespace nflogd::source {

Status LogReader::open(const LogPart& part) {
    gave_rest_ = false;
    if (part.live && live_ != nullptr) {
        lines_ =
            std::make_unique<LineBlocks>(range_stream(live_->fd(), part.path, 0, live_->end()));
        return {};
    }
    auto stream = open_stream(part.path);
    if (!stream) return stream.error();
    lines_ = std::make_unique<LineBlocks>(std::move(*stream));
    return {};
}

Result<std::optional<std::string_view>> LogReader::next() {
    for (; part_ < parts_.size(); ++part_, lines_.reset()) {
        if (lines_ == nullptr) {
            if (Status opened = open(parts_[part_]); !opened) {
                ++part_;
                return opened.error();
            }
        }
        if (gave_rest_) continue;
        auto block = lines_->next();
        if (!block) {
            ++part_;
            lines_.reset();
            return block;
        }
        if (*block) return block;
        gave_rest_ = true;
        if (const std::string_view rest = lines_->rest(); !rest.empty()) return std::optional(rest);
    }
    return std::optional<std::string_view>();
}

}  // namespace nflogd::source
