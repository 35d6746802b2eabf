// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/socket.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/fd.hpp"
#include "core/log.hpp"
#include "sink/patience.hpp"
#include "sink/record_ring.hpp"

namespace nflogd::sink {
namespace {

using std::chrono::nanoseconds;

/// When the process has no descriptor left for another reader.
constexpr nanoseconds kAcceptPause = std::chrono::seconds(1);
/// Readers that are one too many are told of at most this often.
constexpr nanoseconds kTellRefusals = std::chrono::minutes(1);
/// Accepted in a row, so that the others get something in between.
constexpr int kAcceptMost = 16;

class Socket final : public Sink {
public:
    Socket(const SocketOptions& options, std::string_view head, MissedText text, const Clock& clock,
           WriteJournal* journal, Fd bell)
        : options_(options),
          head_(head),
          text_(std::move(text)),
          clock_(clock),
          journal_(journal),
          bell_(std::move(bell)),
          ring_(options.buffer) {
        readers_.reserve(options.readers);
        polls_.reserve(options.readers + kReaders);
        thread_ = std::thread([this] { run(); });
    }
    ~Socket() override { stop(clock_.monotonic()); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    Written write(const Batch& batch) override;
    std::optional<nanoseconds> tend() override { return std::nullopt; }
    /// Connections have no name that somebody could have moved.
    Status reopen() override { return {}; }
    /// Readers that read get what is left.
    Status close() override {
        stop(clock_.monotonic() + Patience::kAltogether);
        return {};
    }

private:
    // Indices of polls_.
    static constexpr std::size_t kBell = 0;
    static constexpr std::size_t kListener = 1;
    static constexpr std::size_t kReaders = 2;

    void take(const Batch& batch);
    void make_room(const Batch& batch, std::size_t first, std::size_t count);
    void ring_bell() const;
    void stop(nanoseconds deadline);

    void run();
    bool prepare_polls();
    [[nodiscard]] int timeout() const;
    void note_polls();
    void accept_readers();
    void refuse();
    void send_to_all();

    const SocketOptions options_;
    const std::string head_;
    const MissedText text_;
    const Clock& clock_;
    WriteJournal* const journal_;
    const Fd bell_;

    std::mutex mutex_;  ///< held for one copy or one send at a time
    // Guarded by mutex_.
    RecordRing ring_;
    std::vector<SocketReader> readers_;  ///< the thread alone adds and removes
    bool asleep_ = false;
    std::optional<nanoseconds> stop_at_;

    // The thread's only.
    std::vector<pollfd> polls_;
    bool stopping_ = false;
    bool busy_ = false;  ///< somebody may take more at once
    nanoseconds accept_at_{0};
    nanoseconds tell_at_{0};

    std::thread thread_;
};

Written Socket::write(const Batch& batch) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!readers_.empty()) take(batch);
        wake = asleep_ && std::any_of(readers_.begin(), readers_.end(),
                                      [](const auto& reader) { return !reader.blocked(); });
        if (wake) asleep_ = false;
    }
    if (wake) ring_bell();
    if (journal_ != nullptr) journal_->wrote(batch.ends.size());
    return {batch.ends.size(), {}};
}

void Socket::take(const Batch& batch) {
    for (std::size_t first = 0; first < batch.ends.size();) {
        const std::size_t count = ring_.fits(batch, first);
        if (count > 0) {
            make_room(batch, first, count);
            ring_.append(batch, first, count);
        } else {
            // Longer than the ring: everybody misses it, and what waits before it.
            for (SocketReader& reader : readers_) {
                reader.skip_to(ring_, ring_.end());
                reader.miss();
            }
        }
        first += std::max<std::size_t>(count, 1);
    }
}

/// A reader that has to skip something skips half of the ring, so that it is not told
/// so again and again.
void Socket::make_room(const Batch& batch, std::size_t first, std::size_t count) {
    const RecordRing::Position begin = ring_.begin_after(batch, first, count);
    const std::uint64_t half = std::min(ring_.end(), std::uint64_t{ring_.capacity()} / 2);
    const RecordRing::Position target = ring_.boundary(std::max(begin, ring_.end() - half));
    for (SocketReader& reader : readers_) {
        if (reader.at() < begin) reader.skip_to(ring_, target);
    }
}

void Socket::ring_bell() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(bell_.get(), &one, sizeof one);
}

/// From `deadline` on, what readers did not take is theirs to miss.
void Socket::stop(nanoseconds deadline) {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stop_at_ = deadline;
    }
    ring_bell();
    thread_.join();
}

void Socket::run() {
    pthread_setname_np(pthread_self(), "readers");
    while (prepare_polls()) {
        const int ready = ::poll(polls_.data(), polls_.size(), timeout());
        if (stopping_ && !busy_ && ready == 0) break;  // nobody takes anything
        note_polls();
        if (!stopping_) accept_readers();
        send_to_all();
    }
    const std::lock_guard lock(mutex_);
    readers_.clear();
}

/// False at the end.
bool Socket::prepare_polls() {
    const nanoseconds now = clock_.monotonic();
    const std::lock_guard lock(mutex_);
    stopping_ = stop_at_.has_value();
    const bool accepting = !stopping_ && now >= accept_at_;
    polls_.assign({{bell_.get(), POLLIN, 0}, {accepting ? options_.listener : -1, POLLIN, 0}});
    bool behind = false;
    busy_ = false;
    for (const SocketReader& reader : readers_) {
        behind = behind || reader.behind(ring_);
        busy_ = busy_ || (reader.behind(ring_) && !reader.blocked());
        // That it hung up is told in any case.
        polls_.push_back({reader.fd(), static_cast<short>(reader.blocked() ? POLLOUT : 0), 0});
    }
    asleep_ = true;
    return !stopping_ || (behind && now < *stop_at_);
}

/// In milliseconds, for poll(2).
int Socket::timeout() const {
    if (busy_) return 0;
    if (stopping_) return static_cast<int>(Patience::kStandstill.count());
    if (polls_[kListener].fd >= 0) return -1;
    const nanoseconds pause = std::max(accept_at_ - clock_.monotonic(), nanoseconds::zero());
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(pause).count());
}

void Socket::note_polls() {
    if (polls_[kBell].revents != 0) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);
    }
    const std::lock_guard lock(mutex_);
    asleep_ = false;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        const short events = polls_[kReaders + i].revents;
        if ((events & POLLOUT) != 0) readers_[i].ready();
        if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0) readers_[i].leave();
    }
}

void Socket::accept_readers() {
    if (polls_[kListener].revents == 0) return;
    for (int i = 0; i < kAcceptMost; ++i) {
        // Whether all of them are still there is known after the next poll.
        if (i > 0 && readers_.size() >= options_.readers) return;
        Fd fd(::accept4(options_.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (!fd && errno == EAGAIN) return;
        if (!fd) {
            accept_at_ = clock_.monotonic() + kAcceptPause;
            return;
        }
        const std::lock_guard lock(mutex_);
        std::erase_if(readers_, [](const auto& reader) { return reader.gone(); });
        if (readers_.size() >= options_.readers) {
            refuse();
        } else {
            readers_.emplace_back(std::move(fd), head_, ring_.end());
        }
    }
}

void Socket::refuse() {
    const nanoseconds now = clock_.monotonic();
    if (now < tell_at_) return;
    tell_at_ = now + kTellRefusals;
    log::warning(options_.path + ": " + std::to_string(options_.readers) +
                 " readers are attached, no more are taken");
}

void Socket::send_to_all() {
    for (SocketReader& reader : readers_) {
        const std::lock_guard lock(mutex_);
        if (!reader.gone() && !reader.blocked()) reader.send(ring_, text_);
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(readers_, [](const auto& reader) { return reader.gone(); });
}

}  // namespace

Result<std::unique_ptr<Sink>> make_socket(const SocketOptions& options, std::string_view head,
                                          MissedText text, const Clock& clock,
                                          WriteJournal* journal) {
    Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell) return system_error(errno, "eventfd");
    return std::unique_ptr<Sink>(
        std::make_unique<Socket>(options, head, std::move(text), clock, journal, std::move(bell)));
}

}  // namespace nflogd::sink
