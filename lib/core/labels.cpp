// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/labels.hpp"

namespace nflogd {

std::optional<std::uint16_t> Labels::add(std::string_view name, std::string_view action) {
    for (std::size_t i = 0; i < owned_.size(); ++i) {
        if (owned_[i]->name == name && owned_[i]->action == action) {
            return static_cast<std::uint16_t>(i);
        }
    }
    const std::size_t index = owned_.size();
    if (index == kMaxRules) return std::nullopt;
    owned_.push_back(
        std::make_unique<const RuleLabel>(RuleLabel{std::string(name), std::string(action)}));
    rules_[index].store(owned_.back().get(), std::memory_order_release);
    size_.store(index + 1, std::memory_order_release);
    return static_cast<std::uint16_t>(index);
}

std::optional<std::uint16_t> Labels::first(std::string_view name) const {
    for (std::size_t i = 0; i < size(); ++i) {
        const auto label = static_cast<std::uint16_t>(i);
        if ((*this)[label].name == name) return label;
    }
    return std::nullopt;
}

}  // namespace nflogd
