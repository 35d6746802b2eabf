// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys of outputs of type kafka.
#include <algorithm>

#include "config/receiver.hpp"
#include "config/sections.hpp"
#include "config/stream_options.hpp"
#include "config/text.hpp"

namespace nflogd::config {
namespace {

constexpr std::size_t kLongestTopic = 249;  // Kafka's own limit

constexpr Choice<KafkaKey> kKeys[] = {
    {"none", KafkaKey::none}, {"host", KafkaKey::host}, {"community_id", KafkaKey::community_id}};
constexpr Choice<std::string_view> kCompressions[] = {
    {"none", "none"}, {"gzip", "gzip"}, {"snappy", "snappy"}, {"lz4", "lz4"}, {"zstd", "zstd"}};

/// What our accounting of records stands on, and what has a key of its own. The filter
/// of system calls lets nothing be loaded or run.
constexpr std::string_view kOurs[] = {"bootstrap.servers",
                                      "metadata.broker.list",
                                      "enable.idempotence",
                                      "acks",
                                      "request.required.acks",
                                      "compression.codec",
                                      "compression.type",
                                      "message.timeout.ms",
                                      "delivery.timeout.ms",
                                      "retries",
                                      "message.send.max.retries",
                                      "max.in.flight",
                                      "max.in.flight.requests.per.connection",
                                      "queue.buffering.max.kbytes",
                                      "queue.buffering.max.messages",
                                      "queuing.strategy",
                                      "delivery.report.only.error",
                                      "transactional.id",
                                      "produce.offset.report",
                                      "plugin.library.paths",
                                      "enable.gapless.guarantee",
                                      "log.queue",
                                      "sasl.kerberos.kinit.cmd"};

/// The draft is of type kafka, or of an unknown type whose keys are read all the same.
KafkaOptions& kafka_of(OutputDraft& draft) {
    if (auto* kafka = std::get_if<KafkaOptions>(&draft.output.options)) return *kafka;
    return draft.output.options.emplace<KafkaOptions>();
}

Result<std::string> parse_broker(std::string_view text) {
    const auto read = parse_receiver("tcp://" + std::string(text));
    if (read) return std::string(text);
    return Error{"must be HOST:PORT, an IPv6 address in brackets, is " + quote(text), EX_CONFIG};
}

bool is_topic_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
}

Result<std::string> parse_topic(std::string_view text) {
    if (!text.empty() && text.size() <= kLongestTopic && text != "." && text != ".." &&
        std::all_of(text.begin(), text.end(), is_topic_character)) {
        return std::string(text);
    }
    return Error{"must be 1..249 letters, digits, '.', '_' or '-', is " + quote(text), EX_CONFIG};
}

void read_property(const TreeNode& key, const TreeNode& node, KafkaOptions& kafka, Reader& reader) {
    const std::string& name = key.text;
    if (node.kind != TreeNode::Kind::scalar) {
        return reader.report(reader.at(node), "librdkafka: " + name + " must be one value");
    }
    const bool callback = name.ends_with("_cb") || name == "opaque";
    if (callback || std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs)) {
        return reader.report(reader.at(key),
                             "librdkafka: " + name + " is set by nflogd, which relies on it");
    }
    const auto& check = reader.known().check_kafka;
    const Status good = check ? check(name, node.text) : Status{};
    if (!good) return reader.report(reader.at(key), "librdkafka: " + good.error().message);
    kafka.properties.push_back({name, node.text});
}

void read_properties(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    if (node.kind == TreeNode::Kind::null) return;
    if (node.kind != TreeNode::Kind::mapping) {
        return reader.fail(node, "must be a mapping of librdkafka's properties");
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        read_property(node.keys[i], node.items[i], kafka_of(draft), reader);
    }
}

void read_compression(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    std::string_view read = kafka_of(draft).compression;
    reader.choice<std::string_view>(node, read, "compression", kCompressions);
    kafka_of(draft).compression = std::string(read);
}

constexpr Key<OutputDraft> kKafkaKeys[] = {
    {.name = "brokers",
     .read = [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { reader.list(node, kafka_of(draft).brokers, parse_broker); },
     .required = true},
    {.name = "topic",
     .read = [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { reader.value(node, kafka_of(draft).topic, parse_topic); },
     .required = true},
    {"key",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.choice<KafkaKey>(node, kafka_of(draft).key, "key", kKeys);
     }},
    {"compression", read_compression},
    {.name = "spool",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             draft.spool_at = reader.at(node);
             read_spool(node, kafka_of(draft).spool, reader);
         },
     .children = list_spool_keys},
    {"librdkafka", read_properties},
};

}  // namespace

std::span<const Key<OutputDraft>> kafka_keys() { return kKafkaKeys; }

}  // namespace nflogd::config
