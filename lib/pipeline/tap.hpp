// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Live records for those who ask for them at the control socket: each reader with a
/// filter and a format of its own. No output: what a reader misses is told to it in
/// line, and is in no ledger. Costs one load a packet while nobody reads.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/event.hpp"
#include "core/fd.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "filter/filter.hpp"
#include "format/formatter.hpp"
#include "pipeline/books.hpp"

namespace nflogd::pipeline {

class Tap {
public:
    static constexpr std::size_t kMaxReaders = 16;
    /// Bytes of records that a reader may be behind.
    static constexpr std::size_t kBuffer = 1 << 20;
    /// Records that wait for the tap's thread.
    static constexpr std::size_t kQueue = 8192;

    /// `raw`: bytes of each packet's message that formats may print (OutputBook). The
    /// labels and `clock` outlive the tap.
    Tap(format::FormatOptions format, std::size_t raw, const Clock& clock = system_clock());
    /// Sends what readers take at once, and ends the thread.
    ~Tap();
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    /// The thread that made it. From now on `connection` gets `greeting`, and then what
    /// the filter matches. Errors, for the reader: no such format, too many readers,
    /// EX_OSERR.
    Status attach(Fd& connection, const std::string& filter, const std::string& format,
                  std::string_view greeting);

    /// Any thread. Whether somebody reads.
    [[nodiscard]] bool open() const { return open_.load(std::memory_order_relaxed); }
    /// Capture threads, while it is open. Never waits.
    void offer(const Packet& packet) { book_.offer(packet); }
    /// Capture threads, once a batch.
    void wake() {
        if (asleep_.exchange(false, std::memory_order_acq_rel)) ring_bell();
    }
    /// Any thread. To every reader, whatever its filter.
    void post_event(std::shared_ptr<const Event> event);

private:
    /// The text of the record in hand, made once for all readers of a format.
    struct Text {
        std::unique_ptr<format::Formatter> formatter;
        std::vector<char> buffer;
        std::size_t length = 0;
        std::uint64_t of = 0;  ///< number of the record
    };
    struct Reader {
        Fd fd;
        filter::Filter filter;
        Text* text;
        std::uint64_t from;  ///< records at earlier positions of the queue came before it
        std::string pending;
        std::size_t sent = 0;
        std::uint64_t missed = 0;
        bool gone = false;

        [[nodiscard]] std::size_t behind() const { return pending.size() - sent; }
    };

    Text* text_of(const std::string& format);
    void ring_bell() const;
    void run();
    bool take_news();
    bool has_news();
    bool drain();
    void give(Reader& reader, const Packet& packet);
    void put(Reader& reader, std::string_view text);
    void tell_missed(Reader& reader) const;
    static void send(Reader& reader);
    void send_to_all();
    void sleep();

    const format::FormatOptions format_;
    const Clock& clock_;
    OutputBook book_;
    Fd bell_;  ///< eventfd
    std::atomic<bool> open_{false};
    std::atomic<bool> asleep_{false};
    std::atomic<bool> stop_{false};

    std::mutex mutex_;
    std::vector<Reader> arrived_;                       ///< guarded by mutex_
    std::vector<std::shared_ptr<const Event>> events_;  ///< likewise
    std::map<std::string, std::unique_ptr<Text>>
        texts_;                ///< likewise; what it holds is the thread's
    std::size_t reading_ = 0;  ///< likewise: arrived and attached

    // The tap's thread only.
    std::vector<Reader> readers_;
    std::uint64_t taken_ = 0;
    std::uint64_t dropped_ = 0;

    std::thread thread_;  ///< runs from the first reader on
};

}  // namespace nflogd::pipeline
