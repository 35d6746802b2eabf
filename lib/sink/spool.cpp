// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/spool.hpp"

#include <algorithm>

#include "sink/log_directory.hpp"
#include "sink/spool_queue.hpp"

namespace nflogd::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kFirstPause = milliseconds(50);
constexpr nanoseconds kLongestPause = milliseconds(1000);
/// Batches that are delivered between two of the lane's: more than one, so that a
/// receiver that came back catches up.
constexpr int kDeliveries = 4;

/// Passes on what concerns the lane's own batches.
class LaneJournal final : public WriteJournal {
public:
    explicit LaneJournal(WriteJournal* journal) : journal_(journal) {}
    void opened(std::uint64_t inode, std::uint64_t size) override {
        if (journal_ != nullptr) journal_->opened(inode, size);
    }
    void about_to_write(std::uint64_t inode, std::uint64_t size, std::size_t first) override {
        if (direct && journal_ != nullptr) journal_->about_to_write(inode, size, first);
    }
    void wrote(std::size_t records) override {
        if (direct && journal_ != nullptr) journal_->wrote(records);
    }
    bool direct = false;

private:
    WriteJournal* const journal_;
};

class Spool final : public Sink {
public:
    Spool(const SpoolOptions& options, const MakeSink& make, const Clock& clock,
          WriteJournal* journal)
        : options_(options),
          clock_(clock),
          journal_(journal),
          inner_(make(&journal_)),
          queue_(options, clock) {}

    Written write(const Batch& batch) override;
    std::optional<nanoseconds> tend() override;
    Status reopen() override { return inner_->reopen(); }
    Status sync() override;
    Status close() override;
    std::uint64_t take_lost() override { return inner_->take_lost() + queue_.take_lost(); }
    [[nodiscard]] std::optional<std::uint64_t> spooled() const override { return queue_.packets(); }
    [[nodiscard]] std::string detour() const override {
        return detour_.empty() ? inner_->detour() : detour_;
    }

private:
    bool may_try() const { return clock_.monotonic() >= retry_at_; }
    Written write_directly(const Batch& batch);
    void failed(const Error& error);
    void succeeded();
    void open();
    void deliver();

    const SpoolOptions options_;
    const Clock& clock_;
    LaneJournal journal_;
    const std::unique_ptr<Sink> inner_;
    SpoolQueue queue_;
    nanoseconds retry_at_{0};
    nanoseconds pause_{0};
    nanoseconds open_at_{0};
    std::string trouble_;  ///< the other sink's last error
    std::string detour_;
};

/// Its directory may come back.
void Spool::open() {
    if (queue_.is_open() || clock_.monotonic() < open_at_) return;
    open_at_ = clock_.monotonic() + kLongestPause;
    const Status opened = queue_.open();
    detour_ = opened ? std::string() : opened.error().message + "; records are not spooled";
}

Written Spool::write_directly(const Batch& batch) {
    journal_.direct = true;
    Written out = inner_->write(batch);
    journal_.direct = false;
    return out;
}

Written Spool::write(const Batch& batch) {
    open();
    if (!queue_.is_open()) return write_directly(batch);
    Written out;
    if (queue_.empty() && may_try()) {
        out = write_directly(batch);
        if (out.status) {
            succeeded();
            return out;
        }
        failed(out.status.error());
    }
    const std::size_t direct = out.records;
    out = queue_.append(batch, direct);
    out.records += direct;
    journal_.direct = true;
    journal_.wrote(out.records);
    journal_.direct = false;
    if (!out.status && !trouble_.empty()) {
        out.status = Error{out.status.error().message + "; " + trouble_, EX_IOERR};
    }
    return out;
}

void Spool::failed(const Error& error) {
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    retry_at_ = clock_.monotonic() + pause_;
    trouble_ = error.message;
    if (detour_.empty()) detour_ = trouble_ + "; spooling to " + options_.path;
}

void Spool::succeeded() {
    pause_ = nanoseconds::zero();
    trouble_.clear();
    if (queue_.empty()) detour_.clear();
}

void Spool::deliver() {
    for (int i = 0; i < kDeliveries && !queue_.empty() && may_try(); ++i) {
        const Batch batch = queue_.front();
        if (batch.ends.empty()) return;
        const Written out = inner_->write(batch);
        queue_.pop(out.records);
        if (!out.status) return failed(out.status.error());
        succeeded();
    }
}

std::optional<nanoseconds> Spool::tend() {
    std::optional<nanoseconds> next = inner_->tend();
    const auto also = [&next](nanoseconds when) { next = next ? std::min(*next, when) : when; };
    open();
    if (!queue_.is_open()) {
        also(open_at_);
        return next;
    }
    deliver();
    if (const auto due = queue_.tend()) also(*due);
    if (!queue_.empty()) also(std::max(retry_at_, clock_.monotonic()));
    return next;
}

Status Spool::sync() {
    Status inner = inner_->sync();
    return queue_.is_open() && inner ? queue_.sync() : inner;
}

Status Spool::close() {
    Status synced = queue_.is_open() && options_.sync.count() != 0 ? queue_.sync() : Status();
    Status inner = inner_->close();
    return inner ? synced : inner;
}

}  // namespace

std::unique_ptr<Sink> make_spooled(const SpoolOptions& options, const MakeSink& make,
                                   const Clock& clock, WriteJournal* journal) {
    return std::make_unique<Spool>(options, make, clock, journal);
}

Status make_directory_of(const SpoolOptions& options) {
    const auto directory = LogDirectory::open(options.path, {});
    return directory ? Status() : Status(directory.error());
}

}  // namespace nflogd::sink
