// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/capture.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "core/log.hpp"
#include "decode/decode.hpp"

namespace nflogd::pipeline {

Result<std::unique_ptr<Capture>> Capture::create(source::NflogSocket socket,
                                                 const enrich::InterfaceTable& interfaces,
                                                 const Clock& clock) {
    Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell) return system_error(errno, "eventfd");
    return std::unique_ptr<Capture>(
        new Capture(std::move(socket), std::move(bell), interfaces, clock));
}

Capture::Capture(source::NflogSocket socket, Fd bell, const enrich::InterfaceTable& interfaces,
                 const Clock& clock)
    : socket_(std::move(socket)),
      bell_(std::move(bell)),
      interfaces_(interfaces),
      clock_(clock),
      buffer_(source::NflogSocket::kReceiveBytes) {}

Capture::~Capture() {
    {
        const std::lock_guard lock(mutex_);
        quit_.store(true);
    }
    changed_.notify_all();
    ring_bell();
    join();
}

void Capture::wire(std::shared_ptr<const Wiring> wiring) {
    {
        const std::lock_guard lock(mutex_);
        wiring_ = std::move(wiring);
        pause_.store(false);
    }
    changed_.notify_all();
    if (thread_.joinable()) return;
    resting_ = false;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), ("nflog:" + std::to_string(group())).c_str());
}

void Capture::pause() {
    pause_.store(true);
    ring_bell();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return resting_; });
}

void Capture::request_stop() {
    if (Status status = socket_.request_unbind(); !status) {
        log::error(status.error().message);
        quit_.store(true);
        ring_bell();
    }
}

void Capture::configure(const NflogOptions& options) {
    if (Status status = socket_.configure(options); !status) log::warning(status.error().message);
}

void Capture::join() {
    if (thread_.joinable()) thread_.join();
}

bool Capture::empty_since(std::chrono::nanoseconds since) const {
    return idle_.load() || seen_empty_ns_.load() >= since.count();
}

void Capture::ring_bell() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(bell_.get(), &one, sizeof one);
}

void Capture::run() {
    while (receive_one()) {
        if (pause_.load(std::memory_order_relaxed)) rest();
    }
    const std::lock_guard lock(mutex_);
    resting_ = true;
    changed_.notify_all();
}

void Capture::rest() {
    std::unique_lock lock(mutex_);
    resting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !pause_.load() || quit_.load(); });
    resting_ = false;
}

bool Capture::receive_one() {
    const source::Received received = socket_.receive(buffer_);
    switch (received.kind) {
        case source::Received::Kind::datagram:
            if (received.cut) counters_.cut_datagrams.add();
            process(Bytes(buffer_).first(received.length));
            return true;
        case source::Received::Kind::overrun: counters_.overruns.add(); return true;
        case source::Received::Kind::empty:
            seen_empty_ns_.store(clock_.monotonic().count());
            if (unbound_ || quit_.load()) return false;
            wait_for_input();
            return true;
        case source::Received::Kind::error: break;
    }
    log::error(
        system_error(received.errno_value, "reading nfnetlink_log group " + std::to_string(group()))
            .message);
    return false;
}

void Capture::process(Bytes datagram) {
    decode::DatagramReader reader(datagram, clock_.wall_ns());
    bool any = false;
    while (reader.next(record_)) {
        account(record_);
        for (const auto& lane : wiring_->lanes) lane->offer(record_);
        any = true;
    }
    if (any) {
        for (const auto& lane : wiring_->lanes) lane->wake();
    }
    const decode::DatagramInfo& info = reader.info();
    if (!info.acknowledged) return;
    if (info.ack_sequence == source::NflogSocket::kUnbindSequence) {
        unbound_ = true;
    } else if (info.ack_errno != 0) {
        log::warning(system_error(info.ack_errno, "changing the settings of nfnetlink_log group " +
                                                      std::to_string(group()))
                         .message);
    }
}

/// Completes the record with what is known here, and counts it.
void Capture::account(Record& record) {
    wiring_->rules.apply(record);
    if (record.has(Field::in_iface)) interfaces_.name(record.in_iface);
    if (record.has(Field::out_iface)) interfaces_.name(record.out_iface);
    if (record.has(Field::phys_in)) interfaces_.name(record.phys_in);
    if (record.has(Field::phys_out)) interfaces_.name(record.phys_out);

    if (record.has(Field::seq)) {
        const std::uint32_t gap = record.seq - expected_seq_;  // wraps like the kernel's
        // A step back cannot be loss: somebody else's count began anew.
        if (gap != 0 && gap < 0x80000000U) counters_.lost.add(gap);
        expected_seq_ = record.seq + 1;
    }
    counters_.received.add();
    if (record.has(Field::rule)) counters_.logged[record.rule].add();
    if (record.has(Field::malformed)) counters_.malformed.add();
    if (record.has(Field::truncated)) counters_.truncated.add();
}

void Capture::wait_for_input() {
    std::array<pollfd, 2> fds = {pollfd{socket_.fd(), POLLIN, 0}, pollfd{bell_.get(), POLLIN, 0}};
    idle_.store(true);
    ::poll(fds.data(), fds.size(), -1);
    idle_.store(false);
    if (fds[1].revents != 0) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);
    }
}

}  // namespace nflogd::pipeline
