// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/kafka.hpp"

#include "sink/kafka_library.hpp"
#if NFLOGD_KAFKA
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "core/log.hpp"
#include "sink/spool.hpp"

namespace nflogd::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A write waits so long for reports; shorter while the brokers are silent.
constexpr nanoseconds kPatience = milliseconds(100);
constexpr nanoseconds kShortPatience = milliseconds(10);
/// No report for so long: the brokers are away.
constexpr nanoseconds kStandstill = milliseconds(1500);

struct Property {
    const char* name;
    const char* value;
};

/// Before the operator's own: those that he may change, too, come first.
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

class Kafka final : public Sink {
public:
    Kafka(const KafkaLibrary& library, KafkaOptions options, std::string schema, const Clock& clock,
          WriteJournal* journal)
        : lib_(library),
          options_(std::move(options)),
          schema_(std::move(schema)),
          clock_(clock),
          journal_(journal) {}
    ~Kafka() override { end(); }
    Kafka(const Kafka&) = delete;
    Kafka& operator=(const Kafka&) = delete;

    Written write(const Batch& batch) override;
    std::optional<nanoseconds> tend() override { return std::nullopt; }
    Status reopen() override { return {}; }
    Status close() override {
        end();
        return {};
    }
    std::uint64_t take_lost() override { return std::exchange(lost_, 0); }

private:
    enum class State : std::uint8_t { under_way, delivered, refused, failed };
    /// A record that was produced. Records are numbered; the first one is number first_.
    struct Flight {
        std::size_t hash;
        State state;
    };

    Status begin();
    void end();
    void give_up();
    Status configure(rd_kafka_conf_t* conf) const;
    void match(const Batch& batch);
    void produce(const Batch& batch);
    rd_kafka_resp_err_t produce_one(std::string_view record);
    void wait_for_reports(std::size_t wanted);
    [[nodiscard]] std::size_t done() const;
    std::size_t take(const Batch& batch);
    Status state_of(bool progress);
    void reported(const rd_kafka_message_t& message);

    const KafkaLibrary& lib_;
    const KafkaOptions options_;
    const std::string schema_;
    const Clock& clock_;
    WriteJournal* const journal_;
    rd_kafka_t* producer_ = nullptr;
    rd_kafka_topic_t* topic_ = nullptr;
    std::deque<Flight> flights_;
    std::uintptr_t first_ = 1;
    std::size_t done_ = 0;  ///< flights whose end is known
    nanoseconds progress_at_{0};
    std::string trouble_;
    bool told_refused_ = false;
    std::uint64_t lost_ = 0;
};

std::string_view record_of(const Batch& batch, std::size_t i) {
    const std::size_t start = i == 0 ? 0 : batch.ends[i - 1];
    return {batch.bytes.data() + start, batch.ends[i] - start};
}

Status set(const KafkaLibrary& lib, rd_kafka_conf_t* conf, const char* name, const char* value) {
    std::array<char, 512> why{};
    if (lib.conf_set(conf, name, value, why.data(), why.size()) == RD_KAFKA_CONF_OK) return {};
    return Error{why.data(), EX_CONFIG};
}

Status Kafka::configure(rd_kafka_conf_t* conf) const {
    std::string brokers;
    for (const std::string& broker : options_.brokers) {
        brokers += (brokers.empty() ? "" : ",") + broker;
    }
    Status status;
    const auto put = [&](const char* name, const char* value) {
        if (status) status = set(lib_, conf, name, value);
    };
    for (const Property& one : kDefaults) put(one.name, one.value);
    for (const KafkaProperty& one : options_.properties) put(one.name.c_str(), one.value.c_str());
    for (const Property& one : kOurs) put(one.name, one.value);
    put("bootstrap.servers", brokers.c_str());
    put("compression.codec", options_.compression.c_str());
    return status;
}

Status Kafka::begin() {
    if (producer_ != nullptr) return {};
    rd_kafka_conf_t* const conf = lib_.conf_new();
    if (Status good = configure(conf); !good) {
        lib_.conf_destroy(conf);
        return good;
    }
    lib_.conf_set_opaque(conf, this);
    lib_.conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
        static_cast<Kafka*>(self)->reported(*message);
    });
    lib_.conf_set_error_cb(conf, [](rd_kafka_t*, int, const char* reason, void* self) {
        static_cast<Kafka*>(self)->trouble_ = reason;
    });
    // What matters of it comes as an error, too, and is told once.
    lib_.conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    std::array<char, 512> why{};
    producer_ = lib_.make(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    if (producer_ == nullptr) {
        lib_.conf_destroy(conf);
        return Error{why.data(), EX_CONFIG};
    }
    topic_ = lib_.topic_new(producer_, options_.topic.c_str(), nullptr);
    if (topic_ != nullptr) return {};
    end();
    return Error{"topic " + options_.topic + " cannot be used", EX_CONFIG};
}

void Kafka::end() {
    if (producer_ == nullptr) return;
    give_up();
    if (topic_ != nullptr) lib_.topic_destroy(topic_);
    lib_.destroy(producer_);
    topic_ = nullptr;
    producer_ = nullptr;
}

/// What is under way is not wanted any more, or is to be produced again.
void Kafka::give_up() {
    if (flights_.empty()) return;
    first_ += flights_.size();
    flights_.clear();
    done_ = 0;
    lib_.purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    lib_.poll(producer_, 0);
}

void Kafka::reported(const rd_kafka_message_t& message) {
    const auto number = reinterpret_cast<std::uintptr_t>(message._private);
    if (number < first_ || number - first_ >= flights_.size()) return;  // given up
    State& state = flights_[number - first_].state;
    switch (message.err) {
        case RD_KAFKA_RESP_ERR_NO_ERROR: state = State::delivered; break;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD: state = State::refused; break;
        default:
            state = State::failed;
            trouble_ = lib_.err2str(message.err);
            break;
    }
    ++done_;
    progress_at_ = clock_.monotonic();
}

/// The lane offers again what is under way, unless it has given it up.
void Kafka::match(const Batch& batch) {
    const std::size_t both = std::min(flights_.size(), batch.ends.size());
    for (std::size_t i = 0; i < both; ++i) {
        if (flights_[i].hash != std::hash<std::string_view>()(record_of(batch, i))) {
            return give_up();
        }
    }
}

rd_kafka_resp_err_t Kafka::produce_one(std::string_view record) {
    const auto key_size = static_cast<unsigned char>(record.front());
    const std::string_view key = record.substr(1, key_size);
    std::string_view text = record.substr(std::size_t{1} + key_size);
    if (text.ends_with('\n')) text.remove_suffix(1);
    std::array<rd_kafka_vu_t, 7> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = topic_;
    parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[1].u.mem = {const_cast<char*>(text.data()), text.size()};
    parts[2].vtype = RD_KAFKA_VTYPE_KEY;
    parts[2].u.mem = {key.empty() ? nullptr : const_cast<char*>(key.data()), key.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[3].u.i = RD_KAFKA_MSG_F_COPY;
    parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[4].u.ptr = reinterpret_cast<void*>(first_ + flights_.size());
    parts[5].vtype = RD_KAFKA_VTYPE_HEADER;
    parts[5].u.header = {"schema", schema_.data(), static_cast<ssize_t>(schema_.size())};
    parts[6].vtype = RD_KAFKA_VTYPE_HEADER;
    parts[6].u.header = {"host", options_.host.data(), static_cast<ssize_t>(options_.host.size())};
    rd_kafka_error_t* const error = lib_.produceva(producer_, parts.data(), parts.size());
    if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    const rd_kafka_resp_err_t code = lib_.error_code(error);
    lib_.error_destroy(error);
    return code;
}

void Kafka::produce(const Batch& batch) {
    if (flights_.empty()) progress_at_ = clock_.monotonic();
    while (flights_.size() < batch.ends.size()) {
        const std::string_view record = record_of(batch, flights_.size());
        const rd_kafka_resp_err_t error = produce_one(record);
        const bool refused = error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR && !refused) {
            if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) trouble_ = lib_.err2str(error);
            return;
        }
        flights_.push_back(
            {std::hash<std::string_view>()(record), refused ? State::refused : State::under_way});
        if (refused) ++done_;
    }
}

void Kafka::wait_for_reports(std::size_t wanted) {
    const nanoseconds now = clock_.monotonic();
    const bool silent = now > progress_at_ + kStandstill;
    const nanoseconds until = now + (silent ? kShortPatience : kPatience);
    lib_.poll(producer_, 0);
    while (done_ < wanted && clock_.monotonic() < until) lib_.poll(producer_, 10);
}

/// The first so many flights have arrived, or never will.
std::size_t Kafka::done() const {
    const auto end = std::find_if(flights_.begin(), flights_.end(), [](const Flight& flight) {
        return flight.state == State::under_way || flight.state == State::failed;
    });
    return static_cast<std::size_t>(end - flights_.begin());
}

std::size_t Kafka::take(const Batch& batch) {
    const std::size_t count = std::min(done(), batch.ends.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (flights_[i].state != State::refused) continue;
        if (batch.packets) ++lost_;
        if (!std::exchange(told_refused_, true)) {
            log::warning("kafka topic " + options_.topic +
                         " takes no message of this size; such records are counted as failed");
        }
    }
    flights_.erase(flights_.begin(), flights_.begin() + static_cast<std::ptrdiff_t>(count));
    first_ += count;
    done_ -= count;
    return count;
}

Status Kafka::state_of(bool progress) {
    const bool failed = !flights_.empty() && flights_.front().state == State::failed;
    if (failed) {
        std::array<char, 8> unused{};
        const bool fatal = lib_.fatal_error(producer_, unused.data(), unused.size()) != 0;
        fatal ? end() : give_up();
    } else if (progress || clock_.monotonic() < progress_at_ + kStandstill) {
        return {};
    }
    return Error{"kafka topic " + options_.topic + ": " +
                     (trouble_.empty() ? "no answer from the brokers" : trouble_),
                 EX_IOERR};
}

Written Kafka::write(const Batch& batch) {
    Written out;
    out.status = begin();
    if (!out.status) return out;
    match(batch);
    produce(batch);
    wait_for_reports(batch.ends.size());
    out.records = take(batch);
    if (journal_ != nullptr) journal_->wrote(out.records);
    if (out.records < batch.ends.size()) out.status = state_of(out.records > 0);
    return out;
}

}  // namespace

Result<std::unique_ptr<Sink>> make_kafka(const KafkaOptions& options, const std::string& schema,
                                         const Clock& clock, WriteJournal* journal) {
    const auto library = kafka_library();
    if (!library) return library.error();
    // What had been delivered before a crash or a reload is not sent again.
    if (journal != nullptr) journal->opened(0, 0);
    const auto make = [&](WriteJournal* of_kafka) -> std::unique_ptr<Sink> {
        return std::make_unique<Kafka>(**library, options, schema, clock, of_kafka);
    };
    if (options.spool.path.empty()) return make(journal);
    return make_spooled(options.spool, make, clock, journal);
}

Status check_kafka_property(const std::string& name, const std::string& value) {
    const auto library = kafka_library();
    if (!library) return {};
    rd_kafka_conf_t* const conf = (*library)->conf_new();
    Status good = set(**library, conf, name.c_str(), value.c_str());
    (*library)->conf_destroy(conf);
    return good;
}

}  // namespace nflogd::sink
#else
namespace nflogd::sink {

Result<std::unique_ptr<Sink>> make_kafka(const KafkaOptions&, const std::string&, const Clock&,
                                         WriteJournal*) {
    return kafka_library().error();
}

Status check_kafka_property(const std::string&, const std::string&) { return {}; }

}  // namespace nflogd::sink
#endif

namespace nflogd::sink {

Status load_kafka() {
    const auto library = kafka_library();
    return library ? Status() : Status(library.error());
}

}  // namespace nflogd::sink
