// SPDX-License-Identifier: GPL-2.0-or-later
#include "enrich/origins.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "enrich/conventions.hpp"

namespace nflogd::enrich {
namespace {

std::uint64_t bits_of(const RuleLabel& label) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kEnvelopeFields.size(); ++i) {
        const auto text = label_text(kEnvelopeFields[i].type);
        if (text && !label[*text].empty()) bits |= std::uint64_t{1} << i;
    }
    return bits;
}

}  // namespace

RuleLabel label_of_prefix(std::string_view prefix, const std::vector<PrefixRule>& patterns) {
    if (const auto label = decode_prefix(prefix, patterns)) return *label;
    if (const auto label = decode_prefix(prefix, conventions())) return *label;
    RuleLabel label;
    label[LabelText::action] = action_in(prefix);
    return label;
}

void OriginBook::set(std::vector<Origin> origins) {
    {
        const std::lock_guard lock(mutex_);
        origins_ = std::move(origins);
    }
    generation_.fetch_add(1, std::memory_order_release);
}

std::uint16_t OriginBook::find(std::string_view prefix, std::uint16_t group) {
    const std::lock_guard lock(mutex_);
    const auto known = std::find_if(origins_.begin(), origins_.end(), [&](const Origin& origin) {
        return origin.group == group && origin.prefix == prefix;
    });
    if (known != origins_.end()) return known->label;
    const RuleLabel label = label_of_prefix(prefix, patterns_);
    if (label == RuleLabel{}) return Labels::kMax;
    return labels_.add(Labels::Finder::prefix, label).value_or(Labels::kMax);
}

std::uint64_t OriginBook::fields_of(std::uint16_t label) const { return bits_of(labels_[label]); }

void OriginCache::apply(Record& record) {
    if (!record.has(Field::prefix) || !record.has(Field::group)) return;
    if (const std::uint64_t now = book_.generation(); now != generation_) {
        generation_ = now;
        known_.clear();
    }
    const KeyView key{record.prefix_text(), record.group};
    const auto found = known_.find(key);
    const Known known = found != known_.end() ? found->second : learn(key);
    if (known.label == Labels::kMax) return;
    record.rule = known.label;
    record.present |= known.present;
}

OriginCache::Known OriginCache::learn(const KeyView& key) {
    Known known;
    known.label = book_.find(key.prefix, key.group);
    if (known.label != Labels::kMax) known.present = book_.fields_of(known.label);
    if (known_.size() < kMost) known_.emplace(Key{std::string(key.prefix), key.group}, known);
    return known;
}

}  // namespace nflogd::enrich
