// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace nflogd {
namespace {

/// One slip in a short word, more in a long one.
std::size_t tolerance(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

std::size_t length_difference(std::string_view a, std::string_view b) {
    return a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the table: the one before the last, the last, this one.
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
        }
        std::swap(older, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t best_distance = tolerance(word) + 1;
    for (const std::string_view candidate : known) {
        if (length_difference(word, candidate) >= best_distance) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string unknown(std::string_view what, std::string_view word,
                    std::span<const std::string_view> known) {
    const std::string_view meant = nearest(word, known);
    if (!meant.empty()) {
        return fmt::format("unknown {} {} (did you mean '{}'?)", what, quote(word), meant);
    }
    return fmt::format("unknown {} {} (known: {})", what, quote(word), fmt::join(known, ", "));
}

std::string unknown_of_few(std::string_view what, std::string_view word,
                           std::span<const std::string_view> known) {
    const std::string_view meant = nearest(word, known);
    const std::string hint = meant.empty() ? "" : fmt::format("did you mean '{}'? ", meant);
    return fmt::format("unknown {} {} ({}known: {})", what, quote(word), hint,
                       fmt::join(known, ", "));
}

}  // namespace nflogd
