// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A sink that keeps what it is given, and fails or blocks when it is told to.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sink/sink.hpp"

namespace nflogd::fakes {

/// What the test sees of a MemorySink that a lane owns.
struct Medium {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;      ///< guarded, like all below
    bool full = false;                   ///< refuse everything
    bool stuck = false;                  ///< block in write()
    std::size_t room = ~std::size_t{0};  ///< records until it is full
    int reopened = 0;
    int refused = 0;  ///< write calls that failed
    bool closed = false;

    template <typename Condition>
    void wait_until(Condition condition) {
        std::unique_lock lock(mutex);
        changed.wait(lock, condition);
    }
    template <typename Change>
    void change(Change change) {
        {
            const std::lock_guard lock(mutex);
            change();
        }
        changed.notify_all();
    }
};

class MemorySink : public sink::Sink {
public:
    explicit MemorySink(std::shared_ptr<Medium> medium) : medium_(std::move(medium)) {}

    sink::Written write(const sink::Batch& batch) override {
        std::unique_lock lock(medium_->mutex);
        medium_->changed.wait(lock, [&] { return !medium_->stuck; });
        sink::Written written;
        std::uint32_t start = 0;
        for (const std::uint32_t end : batch.ends) {
            if (medium_->full || medium_->lines.size() >= medium_->room) {
                written.status = Error{"the medium is full", EX_IOERR};
                ++medium_->refused;
                break;
            }
            medium_->lines.emplace_back(batch.bytes.data() + start, end - start);
            start = end;
            ++written.records;
        }
        medium_->changed.notify_all();
        return written;
    }
    std::optional<std::chrono::nanoseconds> tend() override { return std::nullopt; }
    Status reopen() override {
        medium_->change([&] { ++medium_->reopened; });
        return {};
    }
    Status close() override {
        medium_->change([&] { medium_->closed = true; });
        return {};
    }

private:
    std::shared_ptr<Medium> medium_;
};

}  // namespace nflogd::fakes
