// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// librdkafka, loaded when an output needs it: the program is not linked with it.
#pragma once

#if NFLOGD_KAFKA
#include <librdkafka/rdkafka.h>
#endif

#include "core/result.hpp"

namespace nflogd::sink {

#if NFLOGD_KAFKA
/// The functions that we call, with the types of the header. Source: rdkafka.h.
struct KafkaLibrary {
    decltype(&::rd_kafka_conf_new) conf_new;
    decltype(&::rd_kafka_conf_destroy) conf_destroy;
    decltype(&::rd_kafka_conf_set) conf_set;
    decltype(&::rd_kafka_conf_set_opaque) conf_set_opaque;
    decltype(&::rd_kafka_conf_set_dr_msg_cb) conf_set_dr_msg_cb;
    decltype(&::rd_kafka_conf_set_error_cb) conf_set_error_cb;
    decltype(&::rd_kafka_conf_set_log_cb) conf_set_log_cb;
    decltype(&::rd_kafka_new) make;
    decltype(&::rd_kafka_destroy) destroy;
    decltype(&::rd_kafka_topic_new) topic_new;
    decltype(&::rd_kafka_topic_destroy) topic_destroy;
    decltype(&::rd_kafka_headers_new) headers_new;
    decltype(&::rd_kafka_header_add) header_add;
    decltype(&::rd_kafka_headers_destroy) headers_destroy;
    decltype(&::rd_kafka_produceva) produceva;
    decltype(&::rd_kafka_error_code) error_code;
    decltype(&::rd_kafka_error_destroy) error_destroy;
    decltype(&::rd_kafka_poll) poll;
    decltype(&::rd_kafka_purge) purge;
    decltype(&::rd_kafka_err2str) err2str;
};
#endif

struct KafkaLibrary;

/// Loaded by the first call, which is to come before the process is confined and starts
/// threads; stays loaded. Error: EX_UNAVAILABLE.
Result<const KafkaLibrary*> kafka_library();

}  // namespace nflogd::sink
