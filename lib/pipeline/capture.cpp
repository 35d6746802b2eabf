// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/capture.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/log.hpp"
#include "decode/decode.hpp"

namespace nflogd::pipeline {

Result<std::unique_ptr<Capture>> Capture::start(source::NflogSocket& socket, GroupBook& book,
                                                const Wiring& wiring) {
    Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell) return system_error(errno, "eventfd");
    std::unique_ptr<Capture> capture(new Capture(socket, book, wiring, std::move(bell)));
    capture->thread_ = std::thread([raw = capture.get()] { raw->run(); });
    return capture;
}

Capture::~Capture() {
    leave();
    join();
}

void Capture::finish() {
    finish_until_ns_.store((wiring_.clock.monotonic() + kFinishPatience).count());
    ring_bell();
}

void Capture::leave() {
    leave_.store(true);
    ring_bell();
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
    pthread_setname_np(pthread_self(), ("nflog:" + std::to_string(book_.group())).c_str());
    resume();
    while (!leave_.load(std::memory_order_relaxed) && receive_one()) {
    }
    book_.begin_receive();  // nothing is unfinished
    ended_.store(true, std::memory_order_release);
    wiring_.on_news();
}

void Capture::tell_news() const {
    if (wiring_.resting && wiring_.resting.exchange(false)) wiring_.on_news();
}

void Capture::resume() {
    resuming_ = true;
    if (const Bytes datagram = book_.unfinished(); !datagram.empty()) process(datagram);
    resuming_ = false;
}

bool Capture::receive_one() {
    const auto has_room = [this] {
        if (!finishing()) return socket_.queue_fill() < 0.5;
        return wiring_.clock.monotonic().count() < finish_until_ns_.load();
    };
    if (pacer_.hold_back(wiring_.clock, has_room)) {
        pause();
        return true;
    }
    book_.begin_receive();
    const source::Received received = socket_.receive(book_.buffer());
    switch (received.kind) {
        case source::Received::Kind::datagram:
            book_.end_receive(received.length);
            if (received.cut) book_.count_cut_datagram();
            process(Bytes(book_.buffer()).first(received.length));
            tell_news();
            return true;
        case source::Received::Kind::overrun:
            book_.count_overrun();
            tell_news();
            return true;
        case source::Received::Kind::empty:
            seen_empty_ns_.store(wiring_.clock.monotonic().count());
            if (finishing()) return false;
            wait_for_input();
            return true;
        case source::Received::Kind::error: break;
    }
    log::error(system_error(received.errno_value,
                            "reading nfnetlink_log group " + std::to_string(book_.group()))
                   .message);
    return false;
}

/// A packet is counted before it is offered: if the process is killed between the
/// two, the books show that an output lacks it.
void Capture::process(Bytes datagram) {
    decode::DatagramReader reader(datagram, wiring_.clock.wall_ns());
    bool any = false;
    Tap* const tap = wiring_.tap != nullptr && wiring_.tap->open() ? wiring_.tap : nullptr;
    while (reader.next(record_)) {
        if (resuming_ && (!record_.has(Field::seq) || book_.counted(record_.seq))) continue;
        complete(record_);
        book_.count(record_);
        for (const auto& lane : wiring_.lanes) lane->offer({record_, reader.raw()});
        if (tap != nullptr) tap->offer({record_, reader.raw()});
        any = true;
    }
    if (any) {
        for (const auto& lane : wiring_.lanes) lane->wake();
        if (tap != nullptr) tap->wake();
    }
    const decode::DatagramInfo& info = reader.info();
    if (info.acknowledged && info.ack_errno != 0) {
        log::warning(system_error(info.ack_errno, "changing the settings of nfnetlink_log group " +
                                                      std::to_string(book_.group()))
                         .message);
    }
}

/// What is known here and not in the datagram.
void Capture::complete(Record& record) {
    wiring_.rules.apply(record);
    if (!record.has(Field::rule)) origins_.apply(record);
    const enrich::InterfaceTable& interfaces = wiring_.interfaces;
    if (record.has(Field::in_iface)) interfaces.name(record.in_iface);
    if (record.has(Field::out_iface)) interfaces.name(record.out_iface);
    if (record.has(Field::phys_in)) interfaces.name(record.phys_in);
    if (record.has(Field::phys_out)) interfaces.name(record.phys_out);
}

/// Outputs are behind: time for a few thousand packets, unless the bell rings.
void Capture::pause() {
    pollfd bell{bell_.get(), POLLIN, 0};
    ::poll(&bell, 1, 1);
    if (bell.revents != 0) still_bell();
}

/// Who rings it has set its flag before.
void Capture::still_bell() {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);
}

void Capture::wait_for_input() {
    std::array<pollfd, 2> fds = {pollfd{socket_.fd(), POLLIN, 0}, pollfd{bell_.get(), POLLIN, 0}};
    idle_.store(true);
    ::poll(fds.data(), fds.size(), -1);
    idle_.store(false);
    if (fds[1].revents != 0) still_bell();
}

}  // namespace nflogd::pipeline
