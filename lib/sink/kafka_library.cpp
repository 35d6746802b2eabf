// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/kafka_library.hpp"

#include <dlfcn.h>

#include <string>

namespace nflogd::sink {

#if NFLOGD_KAFKA
namespace {

template <typename Function>
bool find(void* library, const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(library, name));
    return out != nullptr;
}

bool find_all(void* from, KafkaLibrary& to) {
    return find(from, "rd_kafka_conf_new", to.conf_new) &&
           find(from, "rd_kafka_conf_destroy", to.conf_destroy) &&
           find(from, "rd_kafka_conf_set", to.conf_set) &&
           find(from, "rd_kafka_conf_set_opaque", to.conf_set_opaque) &&
           find(from, "rd_kafka_conf_set_dr_msg_cb", to.conf_set_dr_msg_cb) &&
           find(from, "rd_kafka_conf_set_error_cb", to.conf_set_error_cb) &&
           find(from, "rd_kafka_conf_set_log_cb", to.conf_set_log_cb) &&
           find(from, "rd_kafka_new", to.make) && find(from, "rd_kafka_destroy", to.destroy) &&
           find(from, "rd_kafka_topic_new", to.topic_new) &&
           find(from, "rd_kafka_topic_destroy", to.topic_destroy) &&
           find(from, "rd_kafka_headers_new", to.headers_new) &&
           find(from, "rd_kafka_header_add", to.header_add) &&
           find(from, "rd_kafka_headers_destroy", to.headers_destroy) &&
           find(from, "rd_kafka_produceva", to.produceva) &&
           find(from, "rd_kafka_error_code", to.error_code) &&
           find(from, "rd_kafka_error_destroy", to.error_destroy) &&
           find(from, "rd_kafka_poll", to.poll) && find(from, "rd_kafka_purge", to.purge) &&
           find(from, "rd_kafka_err2str", to.err2str);
}

Result<const KafkaLibrary*> load() {
    static KafkaLibrary table;
    void* const library = ::dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return Error{"librdkafka is not installed: apt install librdkafka1", EX_UNAVAILABLE};
    }
    if (!find_all(library, table)) {
        return Error{"librdkafka is too old: 1.6 or newer is needed", EX_UNAVAILABLE};
    }
    // What it sets up once, and loads itself, is to be there before we are confined.
    table.conf_destroy(table.conf_new());
    return &table;
}

}  // namespace

Result<const KafkaLibrary*> kafka_library() {
    static const Result<const KafkaLibrary*> loaded = load();
    return loaded;
}
#else
Result<const KafkaLibrary*> kafka_library() {
    return Error{"this nflogd was built without outputs of type kafka (NFLOGD_KAFKA)",
                 EX_UNAVAILABLE};
}
#endif

}  // namespace nflogd::sink
