// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/labels.hpp"

#include <algorithm>

namespace nflogd {
namespace {

struct Section {
    std::size_t begin;
    std::size_t size;
};

constexpr Section section_of(Labels::Finder finder) {
    switch (finder) {
        case Labels::Finder::configuration: return {0, Labels::kMaxRules};
        case Labels::Finder::ruleset: return {Labels::kMaxRules, Labels::kMaxOthers};
        case Labels::Finder::prefix: break;
    }
    return {Labels::kMaxRules + Labels::kMaxOthers, Labels::kMaxOthers};
}

RuleLabel cut(RuleLabel label) {
    for (std::string_view& text : label.texts) text = text.substr(0, Labels::kMaxText);
    return label;
}

}  // namespace

std::optional<std::uint16_t> Labels::add(std::string_view name, std::string_view action) {
    RuleLabel label;
    label[LabelText::name] = name;
    label[LabelText::action] = action;
    return add(Finder::configuration, label);
}

/// The size is stored last: whoever is killed before has added nothing.
std::optional<std::uint16_t> Labels::add(Finder finder, const RuleLabel& label) {
    const Section section = section_of(finder);
    auto& size = table_->sizes[static_cast<std::size_t>(finder)];
    const RuleLabel wanted = cut(label);
    for (std::size_t i = 0; i < size.load(); ++i) {
        const auto number = static_cast<std::uint16_t>(section.begin + i);
        if ((*this)[number] == wanted) return number;
    }
    const std::uint32_t index = size.load();
    if (index == section.size) return std::nullopt;
    const auto number = static_cast<std::uint16_t>(section.begin + index);
    Entry& entry = table_->entries[number];
    for (std::size_t i = 0; i < kLabelTexts; ++i) {
        const std::string_view text = wanted.texts[i];
        entry.lengths[i] = static_cast<std::uint8_t>(text.copy(entry.texts[i].data(), kMaxText));
    }
    size.store(index + 1);
    return number;
}

std::optional<std::uint16_t> Labels::first(std::string_view name) const {
    for (std::size_t i = 0; i < size(); ++i) {
        const auto label = static_cast<std::uint16_t>(i);
        if (text(label, LabelText::name) == name) return label;
    }
    return std::nullopt;
}

RuleLabel Labels::operator[](std::uint16_t label) const {
    RuleLabel out;
    for (std::size_t i = 0; i < kLabelTexts; ++i) {
        out.texts[i] = text(label, static_cast<LabelText>(i));
    }
    return out;
}

}  // namespace nflogd
