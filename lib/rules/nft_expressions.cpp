// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft_expressions.hpp"

#include <netinet/in.h>  // before the kernel's own, which then leaves out the same

#include <linux/netfilter.h>
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
    log.snaplen = data.number32(NFTA_LOG_SNAPLEN);
    log.queue_threshold = data.number16(NFTA_LOG_QTHRESHOLD);
}

void read_limit(NftExpression& limit, const Attributes& data) {
    limit.over = (data.number32(NFTA_LIMIT_FLAGS).value_or(0) & NFT_LIMIT_F_INV) != 0;
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
    if (immediate.sets) return;
    immediate.verdict = "other";
    const auto value = data.nested(NFTA_IMMEDIATE_DATA);
    const auto verdict = value ? value->nested(NFTA_DATA_VERDICT) : std::nullopt;
    const auto code = verdict ? verdict->number32(NFTA_VERDICT_CODE) : std::nullopt;
    if (code == NF_ACCEPT) immediate.verdict = "accept";
    if (code == NF_DROP) immediate.verdict = "drop";
}

void read_reject(NftExpression& reject, const Attributes&) { reject.verdict = "reject"; }

/// Of iptables-nft: the comment says nothing about packets.
void read_match(NftExpression& match, const Attributes& data) {
    if (data.text(NFTA_MATCH_NAME) == "comment") match.comment = data.text(NFTA_MATCH_INFO);
}

/// iptables-nft's way to a target that nf_tables has no expression for; old ones
/// log this way.
void read_target(NftExpression& target, const Attributes& data) {
    const std::string name = data.text(NFTA_TARGET_NAME);
    if (name == "REJECT") target.verdict = "reject";
    if (name != "NFLOG") return;
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
    {"log", read_log},       {"counter", read_counter},     {"objref", read_object},
    {"meta", read_meta},     {"immediate", read_immediate}, {"target", read_target},
    {"reject", read_reject}, {"match", read_match},         {"limit", read_limit},
};

NftExpression read_expression(const Attributes& attributes) {
    NftExpression expression;
    expression.name = attributes.text(NFTA_EXPR_NAME);
    const auto data = attributes.nested(NFTA_EXPR_DATA);
    const Bytes raw = attributes.bytes(NFTA_EXPR_DATA);
    expression.bytes.assign(raw.begin(), raw.end());
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
