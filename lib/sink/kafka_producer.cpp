// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/kafka_producer.hpp"

#if NFLOGD_KAFKA
#include <array>
#include <thread>

namespace nflogd::sink {
namespace {

struct Property {
    const char* name;
    const char* value;
};

/// Before the operator's own, which may change them.
constexpr Property kDefaults[] = {
    {"linger.ms", "5"},
    {"client.id", "nflogd"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"topic.metadata.refresh.fast.interval.ms", "100"},
};
constexpr Property kOurs[] = {
    {"enable.idempotence", "true"},
    {"message.timeout.ms", "0"},  // as long as it takes: the lane decides
    {"queue.buffering.max.kbytes", "4096"},
    {"queue.buffering.max.messages", "10000"},
};

Status configure(const KafkaLibrary& library, rd_kafka_conf_t* conf, const KafkaOptions& options,
                 std::size_t batch_bytes) {
    std::string brokers;
    for (const std::string& broker : options.brokers) {
        brokers += (brokers.empty() ? "" : ",") + broker;
    }
    Status status;
    const auto put = [&](const std::string& name, const std::string& value) {
        if (status) status = set_property(library, conf, name, value);
    };
    for (const Property& one : kDefaults) put(one.name, one.value);
    for (const KafkaProperty& one : options.properties) put(one.name, one.value);
    for (const Property& one : kOurs) put(one.name, one.value);
    put("bootstrap.servers", brokers);
    put("compression.codec", options.compression);
    if (batch_bytes > 0) put("batch.size", std::to_string(batch_bytes));
    return status;
}

}  // namespace

Status set_property(const KafkaLibrary& library, rd_kafka_conf_t* conf, const std::string& name,
                    const std::string& value) {
    std::array<char, 512> why{};
    const auto result = library.conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size());
    return result == RD_KAFKA_CONF_OK ? Status() : Status(Error{why.data(), EX_CONFIG});
}

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::make(const KafkaLibrary& library,
                                                           const KafkaOptions& options,
                                                           std::string schema,
                                                           std::size_t batch_bytes,
                                                           OnReport on_report) {
    std::unique_ptr<KafkaProducer> made(
        new KafkaProducer(library, options.host, std::move(schema), std::move(on_report)));
    if (Status good = made->start(options, batch_bytes); !good) return good.error();
    return made;
}

Status KafkaProducer::start(const KafkaOptions& options, std::size_t batch_bytes) {
    rd_kafka_conf_t* const conf = library_.conf_new();
    std::array<char, 512> why{};
    Status good = configure(library_, conf, options, batch_bytes);
    if (good) {
        set_callbacks(conf);
        producer_ = library_.make(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
        if (producer_ == nullptr) good = Error{why.data(), EX_CONFIG};
    }
    if (!good) {
        library_.conf_destroy(conf);
        return good;
    }
    topic_ = library_.topic_new(producer_, options.topic.c_str(), nullptr);
    if (topic_ == nullptr) return Error{"topic " + options.topic + " cannot be used", EX_CONFIG};
    return {};
}

void KafkaProducer::set_callbacks(rd_kafka_conf_t* conf) {
    library_.conf_set_opaque(conf, this);
    library_.conf_set_dr_msg_cb(
        conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
            static_cast<KafkaProducer*>(self)->on_report_(
                reinterpret_cast<std::uintptr_t>(message->_private), message->err);
        });
    library_.conf_set_error_cb(conf, [](rd_kafka_t*, int code, const char* reason, void* self) {
        std::string& complaint = static_cast<KafkaProducer*>(self)->complaint_;
        // That all are down comes last; what was said of one of them tells why.
        if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || complaint.empty()) complaint = reason;
    });
    // What matters of it comes as an error, too, and is told once.
    library_.conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
}

/// Callbacks come from poll() alone, so none does any more.
KafkaProducer::~KafkaProducer() {
    if (topic_ != nullptr) library_.topic_destroy(topic_);
    if (producer_ == nullptr) return;
    library_.purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    std::thread([&library = library_, producer = producer_] {
        library.destroy(producer);
    }).detach();
}

void KafkaProducer::abandon() {
    topic_ = nullptr;
    producer_ = nullptr;
}

KafkaProducer::Code KafkaProducer::produce(std::string_view record, std::uintptr_t number) {
    const std::size_t key_size =
        record.empty() ? 0 : std::size_t{static_cast<unsigned char>(record.front())};
    // What another output left in the spool may look like anything.
    if (record.size() < 1 + key_size) return RD_KAFKA_RESP_ERR_INVALID_RECORD;
    const std::string_view key = record.substr(1, key_size);
    std::string_view text = record.substr(1 + key_size);
    if (text.ends_with('\n')) text.remove_suffix(1);
    // Not one part each: of those librdkafka 2.0 frees the list twice on an error.
    rd_kafka_headers_t* const headers = library_.headers_new(2);
    library_.header_add(headers, "schema", -1, schema_.data(),
                        static_cast<ssize_t>(schema_.size()));
    library_.header_add(headers, "host", -1, host_.data(), static_cast<ssize_t>(host_.size()));
    std::array<rd_kafka_vu_t, 6> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = topic_;
    parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[1].u.mem = {const_cast<char*>(text.data()), text.size()};
    parts[2].vtype = RD_KAFKA_VTYPE_KEY;
    parts[2].u.mem = {key.empty() ? nullptr : const_cast<char*>(key.data()), key.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[3].u.i = RD_KAFKA_MSG_F_COPY;
    parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[4].u.ptr = reinterpret_cast<void*>(number);
    parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[5].u.headers = headers;
    rd_kafka_error_t* const error = library_.produceva(producer_, parts.data(), parts.size());
    if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    const Code code = library_.error_code(error);
    library_.error_destroy(error);
    library_.headers_destroy(headers);
    return code;
}

}  // namespace nflogd::sink
#endif
