// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a format makes of a label, made once: a label's texts never change.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/labels.hpp"

namespace nflogd::format {

/// One thread. Allocates when a label is seen for the first time.
template <typename Made>
class LabelCache {
public:
    /// `labels` outlives it.
    explicit LabelCache(const Labels& labels) : labels_(labels), made_(Labels::kMax) {}

    /// `make(const RuleLabel&)` gives a Made.
    template <typename Make>
    const Made& get(std::uint16_t number, Make make) {
        const auto& known = made_[number];
        return known == nullptr ? learn(number, make) : *known;
    }

private:
    template <typename Make>
    [[gnu::noinline]] const Made& learn(std::uint16_t number, Make make) {
        made_[number] = std::make_unique<const Made>(make(labels_[number]));
        return *made_[number];
    }

    const Labels& labels_;
    std::vector<std::unique_ptr<const Made>> made_;  ///< by number
};

}  // namespace nflogd::format
