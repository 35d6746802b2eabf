// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/json_labels.hpp"

#include "decode/json_values.hpp"

namespace nflogd::decode {
namespace {

/// Labels of a log that somebody made up are not kept for ever.
constexpr std::size_t kMaxKnown = 4 * Labels::kMax;

}  // namespace

std::optional<std::uint16_t> JsonLabels::number(const EscapedLabel& escaped) {
    char* at = key_.data();
    for (const std::string_view text : escaped) {
        at += text.copy(at, kMaxEscaped);
        *at++ = '"';  // none is in an escaped text
    }
    const std::string_view key(key_.data(), static_cast<std::size_t>(at - key_.data()));
    if (const auto found = known_.find(key); found != known_.end()) {
        return found->second;
    }
    if (known_.size() == kMaxKnown) known_.clear();
    return known_[std::string(key)] = learn(escaped);
}

std::optional<std::uint16_t> JsonLabels::learn(const EscapedLabel& escaped) {
    std::array<std::string, kLabelTexts> texts;
    RuleLabel label;
    for (std::size_t i = 0; i < kLabelTexts; ++i) {
        texts[i] = json_string(escaped[i].substr(0, kMaxEscaped));
        label.texts[i] = texts[i];
    }
    return labels_.add(Labels::Finder::configuration, label);
}

}  // namespace nflogd::decode
