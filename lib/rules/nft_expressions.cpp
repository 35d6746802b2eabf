// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft_expressions.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_NFLOG.h>

#include <algorithm>
#include <cstring>

namespace nflogd::rules {
namespace {

void read_log(NftExpression& log, const Attributes& data) {
    log.group = data.number16(NFTA_LOG_GROUP);
    log.prefix = data.text(NFTA_LOG_PREFIX);
}

void read_counter(NftExpression& counter, const Attributes& data) {
    counter.packets = data.number64(NFTA_COUNTER_PACKETS);
}

void read_object(NftExpression& reference, const Attributes& data) {
    if (data.number32(NFTA_OBJREF_IMM_TYPE) != NFT_OBJECT_COUNTER) return;
    reference.name = "counter";
    reference.object = data.text(NFTA_OBJREF_IMM_NAME);
}

void read_meta(NftExpression& meta, const Attributes& data) {
    meta.sets = data.has(NFTA_META_SREG);
}

/// A value, as `meta mark set 1` needs it; but a verdict ends the rule.
void read_immediate(NftExpression& immediate, const Attributes& data) {
    immediate.sets = data.number32(NFTA_IMMEDIATE_DREG) != NFT_REG_VERDICT;
}

/// iptables-nft's way to a target that nf_tables has no expression for; old ones
/// log this way.
void read_target(NftExpression& target, const Attributes& data) {
    if (data.text(NFTA_TARGET_NAME) != "NFLOG") return;
    xt_nflog_info info{};
    const auto raw = data.bytes(NFTA_TARGET_INFO);
    if (raw.size() < sizeof info) return;
    std::memcpy(&info, raw.data(), sizeof info);
    target.name = "log";
    target.group = info.group;
    target.prefix.assign(info.prefix, ::strnlen(info.prefix, sizeof info.prefix));
}

struct Reader {
    std::string_view name;
    void (*read)(NftExpression&, const Attributes& data);
};

constexpr Reader kReaders[] = {
    {"log", read_log},   {"counter", read_counter},     {"objref", read_object},
    {"meta", read_meta}, {"immediate", read_immediate}, {"target", read_target},
};

NftExpression read_expression(const Attributes& attributes) {
    NftExpression expression;
    expression.name = attributes.text(NFTA_EXPR_NAME);
    const auto data = attributes.nested(NFTA_EXPR_DATA);
    const auto* const reader =
        std::find_if(std::begin(kReaders), std::end(kReaders),
                     [&](const Reader& row) { return row.name == expression.name; });
    if (data && reader != std::end(kReaders)) reader->read(expression, *data);
    return expression;
}

}  // namespace

std::vector<NftExpression> read_expressions(const Attributes& rule) {
    std::vector<NftExpression> expressions;
    rule.for_each(NFTA_RULE_EXPRESSIONS, [&](const Attributes& element) {
        expressions.push_back(read_expression(element));
    });
    return expressions;
}

}  // namespace nflogd::rules
