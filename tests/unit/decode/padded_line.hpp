// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A line as JsonReader wants it, in memory of just that size, so that a sanitizer sees
/// what is read behind it.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>

#include "decode/json_record.hpp"

namespace nflogd::decode {

class PaddedLine {
public:
    /// Without its newline, if it ends in one.
    explicit PaddedLine(std::string_view text)
        : size_(text.size() - (text.ends_with('\n') ? 1 : 0)),
          bytes_(std::make_unique<char[]>(size_ + JsonReader::kPadding)) {
        std::copy_n(text.begin(), size_, bytes_.get());
    }
    [[nodiscard]] std::string_view line() const { return {bytes_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<char[]> bytes_;
};

}  // namespace nflogd::decode
