// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/kafka.hpp"

#include "sink/kafka_producer.hpp"
#if NFLOGD_KAFKA
#include <algorithm>
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
/// What the library has to say while nothing is written is fetched so often.
constexpr nanoseconds kListen = std::chrono::seconds(5);
/// Of what is sent in one piece, in bytes: once a topic has refused more, and at least.
constexpr std::size_t kSmallBatch = 64 << 10;
constexpr std::size_t kSmallestBatch = 4 << 10;

class Kafka final : public Sink {
public:
    Kafka(const KafkaLibrary& library, KafkaOptions options, std::string schema, const Clock& clock,
          WriteJournal* journal)
        : library_(library),
          options_(std::move(options)),
          schema_(std::move(schema)),
          clock_(clock),
          journal_(journal) {}

    Written write(const Batch& batch) override;
    std::optional<nanoseconds> tend() override;
    Status reopen() override { return {}; }
    /// The process ends behind it; nothing is to hold that up.
    Status close() override {
        if (producer_) producer_->abandon();
        end();
        return {};
    }
    std::uint64_t take_lost() override { return std::exchange(lost_, 0); }

private:
    using Code = KafkaProducer::Code;
    enum class State : std::uint8_t { under_way, delivered, refused, failed };
    /// A record that was produced. Records are numbered; the first one is number first_.
    struct Flight {
        std::size_t hash;
        State state;
    };

    Status begin();
    void end();
    void match(const Batch& batch);
    Code produce(const Batch& batch);
    void wait_for_reports();
    [[nodiscard]] std::size_t done() const;
    std::size_t take(const Batch& batch);
    Status state_of(bool progress, Code refusal);
    void reported(std::uintptr_t number, Code code);
    void refused_together();

    const KafkaLibrary& library_;
    const KafkaOptions options_;
    const std::string schema_;
    const Clock& clock_;
    WriteJournal* const journal_;
    std::deque<Flight> flights_;
    std::uintptr_t first_ = 1;
    std::size_t done_ = 0;  ///< flights whose end is known
    nanoseconds progress_at_{0};
    std::string trouble_;
    std::size_t batch_bytes_ = 0;  ///< 0: as the operator or the library has it
    std::size_t singly_ = 0;       ///< so many records go one by one
    bool told_refused_ = false;
    std::uint64_t lost_ = 0;
    std::unique_ptr<KafkaProducer> producer_;  ///< last: it reports to the others
};

std::string_view record_of(const Batch& batch, std::size_t i) {
    const std::size_t start = i == 0 ? 0 : batch.ends[i - 1];
    return {batch.bytes.data() + start, batch.ends[i] - start};
}

/// It is the record that is wrong, or one that went with it.
bool is_refusal(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

Status Kafka::begin() {
    if (producer_) return {};
    auto made =
        KafkaProducer::make(library_, options_, schema_, batch_bytes_,
                            [this](std::uintptr_t number, Code code) { reported(number, code); });
    if (!made) return made.error();
    producer_ = std::move(*made);
    return {};
}

/// What is under way is produced again by another producer, or not wanted any more. The
/// same one could take a number twice that a broker has seen once.
void Kafka::end() {
    producer_.reset();
    first_ += flights_.size();
    flights_.clear();
    done_ = 0;
}

std::optional<nanoseconds> Kafka::tend() {
    if (!producer_) return std::nullopt;
    producer_->poll(0);
    return clock_.monotonic() + kListen;
}

void Kafka::reported(std::uintptr_t number, Code code) {
    if (number < first_ || number - first_ >= flights_.size()) return;
    State& state = flights_[number - first_].state;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        state = State::delivered;
    } else {
        // Brokers judge a batch as a whole.
        const bool alone = singly_ > 0 && flights_.size() == 1;
        state = is_refusal(code) && alone ? State::refused : State::failed;
        trouble_ = producer_->text_of(code);
        if (is_refusal(code) && !alone) refused_together();
    }
    ++done_;
    progress_at_ = clock_.monotonic();
}

/// Told of each record of a refused batch.
void Kafka::refused_together() {
    if (singly_ == flights_.size()) return;
    singly_ = flights_.size();
    batch_bytes_ = batch_bytes_ == 0 ? kSmallBatch : std::max(kSmallestBatch, batch_bytes_ / 2);
}

/// The lane offers again what is under way, unless it has given it up.
void Kafka::match(const Batch& batch) {
    const std::size_t both = std::min(flights_.size(), batch.ends.size());
    for (std::size_t i = 0; i < both; ++i) {
        if (flights_[i].hash != std::hash<std::string_view>()(record_of(batch, i))) return end();
    }
}

/// Returns why not all of it was taken, but for want of room.
Kafka::Code Kafka::produce(const Batch& batch) {
    const std::size_t most = singly_ > 0 ? 1 : batch.ends.size();
    while (flights_.size() < most) {
        const std::string_view record = record_of(batch, flights_.size());
        const Code code = producer_->produce(record, first_ + flights_.size());
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) break;
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && !is_refusal(code)) return code;
        if (flights_.empty()) progress_at_ = clock_.monotonic();
        const bool taken = code == RD_KAFKA_RESP_ERR_NO_ERROR;
        flights_.push_back(
            {std::hash<std::string_view>()(record), taken ? State::under_way : State::refused});
        if (!taken) ++done_;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Kafka::wait_for_reports() {
    const nanoseconds now = clock_.monotonic();
    const bool silent = now > progress_at_ + kStandstill;
    const nanoseconds until = now + (silent ? kShortPatience : kPatience);
    producer_->poll(0);
    while (done_ < flights_.size() && clock_.monotonic() < until) producer_->poll(10);
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
                         " refuses a record for its size or its form; such records are counted "
                         "as failed");
        }
    }
    flights_.erase(flights_.begin(), flights_.begin() + static_cast<std::ptrdiff_t>(count));
    first_ += count;
    done_ -= count;
    singly_ -= std::min(singly_, count);
    if (count > 0) trouble_.clear();
    return count;
}

/// Of a write that could not take all.
Status Kafka::state_of(bool progress, Code refusal) {
    const bool failed = std::any_of(flights_.begin(), flights_.end(), [](const Flight& flight) {
        return flight.state == State::failed;
    });
    const bool nothing = refusal != RD_KAFKA_RESP_ERR_NO_ERROR && flights_.empty() && !progress;
    if (nothing) trouble_ = producer_->text_of(refusal);
    if (!failed && !nothing && (progress || clock_.monotonic() < progress_at_ + kStandstill)) {
        return {};
    }
    if (trouble_.empty()) trouble_ = producer_->complaint();
    if (failed || nothing) end();
    return Error{"kafka topic " + options_.topic + ": " +
                     (trouble_.empty() ? "no answer from the brokers" : trouble_),
                 EX_IOERR};
}

Written Kafka::write(const Batch& batch) {
    Written out;
    match(batch);
    out.status = begin();
    if (!out.status) return out;
    const Code refusal = produce(batch);
    wait_for_reports();
    out.records = take(batch);
    if (journal_ != nullptr) journal_->wrote(out.records);
    if (out.records < batch.ends.size()) out.status = state_of(out.records > 0, refusal);
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
    Status good = set_property(**library, conf, name, value);
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
