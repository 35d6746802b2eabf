// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/pattern.hpp"

#include <cstddef>

namespace nflogd::filter {

Pattern::Pattern(std::string_view text) : pieces_(1) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '*') {
            pieces_.emplace_back();
            continue;
        }
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        pieces_.back() += text[i];
    }
}

/// Each piece where it comes first leaves the most for those behind it.
bool Pattern::matches(std::string_view text) const {
    const std::string& head = pieces_.front();
    if (pieces_.size() == 1) return text == head;
    const std::string& tail = pieces_.back();
    if (text.size() < head.size() + tail.size()) return false;
    if (!text.starts_with(head) || !text.ends_with(tail)) return false;
    text = text.substr(head.size(), text.size() - head.size() - tail.size());
    for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
        const std::size_t at = text.find(pieces_[i]);
        if (at == std::string_view::npos) return false;
        text.remove_prefix(at + pieces_[i].size());
    }
    return true;
}

}  // namespace nflogd::filter
