// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// One idempotent producer of librdkafka for one topic. All calls, and its reports, are
/// its owner's thread's.
#pragma once

#include "sink/kafka_library.hpp"
#if NFLOGD_KAFKA
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/options.hpp"

namespace nflogd::sink {

class KafkaProducer {
public:
    using Code = rd_kafka_resp_err_t;
    /// What became of the message that was produced with that number. Called by poll().
    using OnReport = std::function<void(std::uintptr_t number, Code code)>;

    /// `batch_bytes`: the most that is sent in one piece; 0: as the operator or
    /// librdkafka has it. `schema`: the header of that name. Error: EX_CONFIG.
    static Result<std::unique_ptr<KafkaProducer>> make(const KafkaLibrary& library,
                                                       const KafkaOptions& options,
                                                       std::string schema, std::size_t batch_bytes,
                                                       OnReport on_report);
    /// Nothing is reported any more. Connections are closed by another thread, since
    /// that waits for look-ups of names.
    ~KafkaProducer();
    KafkaProducer(const KafkaProducer&) = delete;
    KafkaProducer& operator=(const KafkaProducer&) = delete;

    /// Copies the record, which is framed as format/kafka.hpp says.
    Code produce(std::string_view record, std::uintptr_t number);
    void poll(int milliseconds) { library_.poll(producer_, milliseconds); }
    /// For a process that is about to end: what is under way is left alone.
    void abandon();

    [[nodiscard]] const char* text_of(Code code) const { return library_.err2str(code); }
    /// What the library has complained of last, e.g. that no broker can be reached.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

private:
    KafkaProducer(const KafkaLibrary& library, std::string host, std::string schema,
                  OnReport on_report)
        : library_(library),
          host_(std::move(host)),
          schema_(std::move(schema)),
          on_report_(std::move(on_report)) {}
    Status start(const KafkaOptions& options, std::size_t batch_bytes);
    void set_callbacks(rd_kafka_conf_t* conf);

    const KafkaLibrary& library_;
    const std::string host_;
    const std::string schema_;
    const OnReport on_report_;
    rd_kafka_t* producer_ = nullptr;
    rd_kafka_topic_t* topic_ = nullptr;
    std::string complaint_;
};

/// EX_CONFIG, with librdkafka's words, if it refuses the property.
Status set_property(const KafkaLibrary& library, rd_kafka_conf_t* conf, const std::string& name,
                    const std::string& value);

}  // namespace nflogd::sink
#endif
