// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/tap.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pipeline/registry.hpp"

namespace nflogd::pipeline {
namespace {

/// Records between two looks at the readers.
constexpr std::size_t kBatch = 256;

}  // namespace

Tap::Tap(format::FormatOptions format, std::size_t raw, const Clock& clock)
    : format_(std::move(format)),
      clock_(clock),
      book_(kQueue, 0, raw),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Tap::~Tap() {
    stop_.store(true);
    ring_bell();
    if (thread_.joinable()) thread_.join();
}

Tap::Text* Tap::text_of(const std::string& format) {
    auto& text = texts_[format];
    if (text == nullptr) {
        text = std::make_unique<Text>();
        text->formatter = make_formatter(format, format_);
        text->buffer.resize(format::kMaxPacketText);
    }
    return text.get();
}

Status Tap::attach(Fd& connection, const std::string& filter, const std::string& format,
                   std::string_view greeting) {
    auto parsed = filter::Filter::parse(filter);
    if (!parsed) return parsed.error().wrap("filter");
    const auto names = line_format_names();
    if (std::find(names.begin(), names.end(), format) == names.end()) {
        return Error{"there is no format '" + format + "' to be read line by line", EX_USAGE};
    }
    if (!bell_) return Error{"the daemon could not make an eventfd", EX_OSERR};
    {
        const std::lock_guard lock(mutex_);
        if (reading_ == kMaxReaders) {
            return Error{"so many readers are attached already: " + std::to_string(reading_),
                         EX_UNAVAILABLE};
        }
        ++reading_;
        arrived_.push_back({std::move(connection), std::move(*parsed), text_of(format),
                            book_.pushed(), std::string(greeting)});
    }
    open_.store(true);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    wake();
    return {};
}

void Tap::post_event(std::shared_ptr<const Event> event) {
    if (!open()) return;
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
    }
    wake();
}

void Tap::ring_bell() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(bell_.get(), &one, sizeof one);
}

void Tap::run() {
    pthread_setname_np(pthread_self(), "tap");
    while (!stop_.load()) {
        const bool news = take_news();
        const bool more = drain();
        send_to_all();
        if (!news && !more) sleep();
    }
    take_news();
    while (drain()) {
    }
    take_news();
    send_to_all();
}

/// Readers who came, and events; both stand behind the records that are taken by now.
bool Tap::take_news() {
    std::vector<std::shared_ptr<const Event>> events;
    {
        const std::lock_guard lock(mutex_);
        const auto gone = std::erase_if(readers_, [](const Reader& reader) { return reader.gone; });
        reading_ -= gone;
        std::move(arrived_.begin(), arrived_.end(), std::back_inserter(readers_));
        arrived_.clear();
        events.swap(events_);
        if (reading_ == 0) open_.store(false);
    }
    for (const auto& event : events) {
        for (Reader& reader : readers_) {
            std::string text;
            reader.text->formatter->event(*event, text);
            put(reader, text);
        }
    }
    return !events.empty();
}

/// Whether there was something to take.
bool Tap::drain() {
    std::size_t count = 0;
    for (const Record* record = nullptr; count < kBatch && (record = book_.peek(count)) != nullptr;
         ++count) {
        ++taken_;
        const Packet packet{*record, book_.raw_of(*record)};
        for (Reader& reader : readers_) {
            if (book_.popped() + count >= reader.from) give(reader, packet);
        }
    }
    book_.written(count);
    const std::uint64_t dropped = book_.ledger().dropped;
    for (Reader& reader : readers_) reader.missed += dropped - dropped_;
    dropped_ = dropped;
    return count > 0;
}

void Tap::give(Reader& reader, const Packet& packet) {
    if (!reader.filter.matches(packet.record, *format_.labels)) return;
    Text& text = *reader.text;
    if (text.of != taken_) {
        text.length = text.formatter->packet(packet, text.buffer);
        text.of = taken_;
    }
    put(reader, {text.buffer.data(), text.length});
}

/// Who has missed something gets no more before send_to_all() has told it so.
void Tap::put(Reader& reader, std::string_view text) {
    if (reader.missed > 0 || reader.behind() + text.size() > kBuffer) {
        ++reader.missed;
        return;
    }
    reader.pending += text;
}

void Tap::tell_missed(Reader& reader) const {
    const Lifecycle missed{clock_.wall_ns(),
                           "records_missed",
                           {{"missed", std::to_string(std::exchange(reader.missed, 0))}}};
    reader.text->formatter->event(missed, reader.pending);
}

void Tap::send(Reader& reader) {
    while (reader.behind() > 0) {
        const ssize_t sent = ::send(reader.fd.get(), reader.pending.data() + reader.sent,
                                    reader.behind(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            reader.gone = errno != EAGAIN && errno != EINTR;
            break;
        }
        reader.sent += static_cast<std::size_t>(sent);
    }
    reader.pending.erase(0, std::exchange(reader.sent, 0));
}

/// Who has missed something is told when it has caught up by half, and so not with every
/// record.
void Tap::send_to_all() {
    for (Reader& reader : readers_) {
        send(reader);
        if (reader.missed == 0 || reader.behind() >= kBuffer / 2) continue;
        tell_missed(reader);
        send(reader);
    }
}

bool Tap::has_news() {
    const std::lock_guard lock(mutex_);
    return !arrived_.empty() || !events_.empty();
}

/// Until there is a record, a reader that takes more, or one that leaves.
void Tap::sleep() {
    asleep_.store(true);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (book_.peek(0) != nullptr || has_news()) {
        asleep_.store(false);
        return;
    }
    std::vector<pollfd> fds{{bell_.get(), POLLIN, 0}};
    for (const Reader& reader : readers_) {
        const auto events = static_cast<short>(reader.behind() > 0 ? POLLIN | POLLOUT : POLLIN);
        fds.push_back({reader.fd.get(), events, 0});
    }
    ::poll(fds.data(), fds.size(), -1);
    asleep_.store(false);
    if (fds[0].revents != 0) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);
    }
    // A reader says nothing more: what can be read is its end.
    for (std::size_t i = 1; i < fds.size(); ++i) {
        if ((fds[i].revents & ~POLLOUT) != 0) readers_[i - 1].gone = true;
    }
}

}  // namespace nflogd::pipeline
