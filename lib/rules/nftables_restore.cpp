// SPDX-License-Identifier: GPL-2.0-or-later
// NftablesRuleset: what became of our table, and putting it right.
#include <linux/netfilter.h>

#include "core/log.hpp"
#include "nftables.hpp"

namespace nflogd::rules {

Result<std::vector<NftItem>> NftablesRuleset::list_table() const {
    return list_({.family = NFPROTO_INET, .table = installed_->options.table});
}

/// From here on the table is to stay as it is.
void NftablesRuleset::look() {
    seen_.reset();
    const auto items = list_table();
    if (items) {
        seen_ = Seen{nft_state(*items), nft_shape(*items)};
    } else {
        log::warning("changes of our rules will not be noticed: " + items.error().message);
    }
}

Result<std::string> NftablesRuleset::missing() {
    if (!installed_ || installed_->quiet || !seen_) return std::string();
    const auto items = list_table();
    if (!items) return items.error();
    return difference(seen_->state, nft_state(*items));
}

Status NftablesRuleset::restore() {
    const auto what = missing();
    if (!what) return what.error();
    if (what->empty()) return {};
    return mend() ? Status{} : make_afresh();
}

/// Where our counters still count: the same rules once more around them. False:
/// it was not enough, because the table is gone or has become another.
bool NftablesRuleset::mend() {
    const auto items = list_table();
    if (!items || !keeps_counters(seen_->state, nft_state(*items))) return false;
    if (replace(RulesOptions(installed_->options))) return false;
    const auto mended = list_table();
    if (!mended || nft_shape(*mended) != seen_->shape) return false;
    seen_->state = nft_state(*mended);
    return true;
}

Status NftablesRuleset::make_afresh() {
    // Read once more what can still be read; the new counters begin at 0.
    [[maybe_unused]] const auto last = count();
    const auto options = installed_->options;
    if (const auto refusal = install_fresh(options, installed_->owned))
        return fail(*refusal, options);
    installed_->names = object_names(options);
    totals_.begin_again();
    look();
    return {};
}

}  // namespace nflogd::rules
