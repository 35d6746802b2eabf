// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/blocks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nflogd::screen {
namespace {

constexpr std::size_t kSteps = 8;
using Steps = std::array<std::string_view, kSteps + 1>;

constexpr Steps kUpward = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr Steps kUpwardAscii = {" ", ".", ".", ":", ":", "+", "+", "#", "#"};
constexpr Steps kRightward = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr Steps kRightwardAscii = {" ", " ", " ", " ", "-", "-", "-", "-", "#"};

/// 0 only for 0, `steps` for the whole.
std::size_t scaled(std::uint64_t part, std::uint64_t whole, std::size_t steps) {
    if (part == 0 || whole == 0) return 0;
    const double share = static_cast<double>(part) / static_cast<double>(whole);
    const auto step = static_cast<std::size_t>(share * static_cast<double>(steps) + 0.5);
    return std::clamp<std::size_t>(step, 1, steps);
}

}  // namespace

std::string sparkline(std::span<const std::uint64_t> numbers, std::size_t columns, bool unicode) {
    numbers = numbers.last(std::min(columns, numbers.size()));
    if (numbers.empty()) return {};
    const Steps& steps = unicode ? kUpward : kUpwardAscii;
    const std::uint64_t most = *std::max_element(numbers.begin(), numbers.end());
    std::string out;
    for (const std::uint64_t number : numbers) out += steps[scaled(number, most, kSteps)];
    return out;
}

std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t columns, bool unicode) {
    const Steps& steps = unicode ? kRightward : kRightwardAscii;
    std::size_t left = columns == 0 ? 0 : scaled(part, whole, columns * kSteps);
    std::string out;
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t step = std::min(left, kSteps);
        out += steps[step];
        left -= step;
    }
    return out;
}

}  // namespace nflogd::screen
