// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The counts and queues of the running daemon, in memory that outlives the
/// process which writes them. A worker may be killed at any instruction; its
/// successor goes on with the same books, and settle() finds out exactly what the
/// dead one had taken and not passed on.
///
/// Books are made by the keeper, before it forks the worker that uses them.
/// Totals live as long as the daemon, over reloads and workers.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/counter.hpp"
#include "core/cursor.hpp"
#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/packet.hpp"
#include "core/record.hpp"
#include "core/ring.hpp"
#include "core/shared_memory.hpp"
#include "pipeline/outbox.hpp"
#include "sink/sink.hpp"

namespace nflogd::pipeline {

/// Kernel counters as the keeper read them last. `lost` and `adopted` are the worker's.
/// The keeper may write while the worker reads: what matched is the sum of the two.
struct KernelCount {
    bool known = false;
    std::uint64_t suppressed = 0;  ///< matched, and held back by a limit
    std::uint64_t passed = 0;
    std::uint64_t lost = 0;  ///< passed, and in no record
    /// In a record, and not in `passed`: counted before somebody reset the counter,
    /// or before we came.
    std::uint64_t adopted = 0;
};

/// What one nfnetlink_log group has brought. Written by its capture thread, read
/// by any.
class GroupBook {
public:
    explicit GroupBook(std::uint16_t group) : group_(group) {}

    /// Capture thread. Counts one packet: all that is to be counted of it, or
    /// nothing if the process is killed in the middle.
    void count(const Record& record);
    /// Whether a packet with this sequence number was counted already.
    [[nodiscard]] bool counted(std::uint32_t seq) const;
    void count_overrun() { page_->overruns.add(); }
    void count_cut_datagram() { page_->cut_datagrams.add(); }
    /// Any thread. Datagrams dropped on the group's full socket.
    void set_socket_drops(std::uint64_t datagrams) { page_->socket_drops.set(datagrams); }

    /// Capture thread. Where a datagram is received, between begin_receive() and
    /// end_receive().
    [[nodiscard]] std::span<std::uint8_t> buffer() { return page_->buffer; }
    void begin_receive();
    void end_receive(std::size_t length);
    /// The datagram that a killed worker had received and was working on. Who takes it
    /// may die over it, too; after kTries who counted no packet of it, it is left alone.
    [[nodiscard]] Bytes unfinished();
    static constexpr std::uint32_t kTries = 3;

    [[nodiscard]] std::uint16_t group() const { return group_; }
    [[nodiscard]] std::uint64_t received() const { return now().received.get(); }
    [[nodiscard]] std::uint64_t lost() const { return now().lost.get(); }
    [[nodiscard]] std::uint64_t malformed() const { return now().malformed.get(); }
    [[nodiscard]] std::uint64_t truncated() const { return now().truncated.get(); }
    [[nodiscard]] std::uint64_t overruns() const { return page_->overruns.get(); }
    [[nodiscard]] std::uint64_t cut_datagrams() const { return page_->cut_datagrams.get(); }
    [[nodiscard]] std::uint64_t socket_drops() const { return page_->socket_drops.get(); }
    /// What the operator's own rules sent here (`passed`), where somebody counts.
    [[nodiscard]] KernelCount& kernel() const { return page_->kernel; }
    /// Packets of the rule with this label.
    [[nodiscard]] std::uint64_t logged(std::uint16_t label) const {
        return page_->logged[label].get();
    }

    /// Ends what a killed worker began. While no worker runs.
    void settle();

private:
    static constexpr std::size_t kBufferBytes = 256 << 10;

    /// What changes with every packet. There are two: the next is completed aside
    /// and becomes the current one with a single store.
    struct Totals {
        Counter received;
        Counter lost;  ///< gaps in NFULA_SEQ
        Counter malformed;
        Counter truncated;
        Counter next_seq;       ///< 32 bits
        Counter label;          ///< of the last packet; kNoLabel: of no rule
        Counter label_packets;  ///< logged[label], which follows
    };
    static constexpr std::uint64_t kNoLabel = ~std::uint64_t{0};

    struct Page {
        std::array<Totals, 2> totals;
        std::atomic<std::uint32_t> current{0};
        Counter overruns;
        Counter cut_datagrams;
        Counter socket_drops;
        KernelCount kernel;
        std::atomic<std::uint32_t> length{0};  ///< of the datagram in the buffer; 0: not known
        std::uint32_t tries = 0;               ///< successors that took it ...
        std::uint64_t tried_at = 0;            ///< ... when so many packets were received
        std::array<Counter, Labels::kMaxRules> logged;
        alignas(64) std::array<std::uint8_t, kBufferBytes> buffer;
    };

    [[nodiscard]] const Totals& now() const {
        return page_->totals[page_->current.load(std::memory_order_acquire)];
    }

    std::uint16_t group_;
    Shared<Page> page_;
};

/// The queue and the counts of one output. The lane's thread is its consumer.
class OutputBook : public sink::WriteJournal {
public:
    /// `received`: packets that came before this output, of all groups. `raw`: bytes of
    /// each packet's message that are kept beside its record.
    OutputBook(std::size_t queue, std::uint64_t received, std::size_t raw = 0)
        : ring_(queue, raw == 0 ? 0 : sizeof(std::uint32_t) + raw), base_(received) {}

    /// Capture threads. Copies the packet into the queue, or counts it as dropped.
    void offer(const Packet& packet) {
        const auto fill = [&](Record& slot) {
            copy_record(slot, packet.record);
            if (ring_.room() != 0) put_raw(slot, packet.raw);
        };
        if (!ring_.push(fill)) page_->dropped.fetch_add(1, std::memory_order_relaxed);
    }

    /// Capture threads. Counts a packet that is not meant for this output.
    void filtered() { page_->filtered.fetch_add(1, std::memory_order_relaxed); }

    /// The lane's thread. The record behind `skip` others; see Ring.
    [[nodiscard]] const Record* peek(std::size_t skip) const { return ring_.peek(skip); }
    /// The lane's thread. What is kept beside a record that peek() has shown.
    [[nodiscard]] Bytes raw_of(const Record& queued) const;
    void written(std::size_t packets) { ring_.pop(packets); }
    void failed(std::size_t packets);
    /// The lane's thread. Packets that were written are lost after all.
    void lost_after_all(std::uint64_t packets) { page_->unsynced.add(packets); }
    /// The lane's thread. Packets that wait in the output's spool now; nothing: it has
    /// none.
    void spooled(std::optional<std::uint64_t> packets) {
        page_->spooled.store(packets.value_or(kNoSpool), std::memory_order_relaxed);
    }
    /// The lane's thread, before each batch that it gives to the sink: so many
    /// packets of the queue, ending where.
    void prepare(const sink::Batch& batch, std::size_t packets);

    void opened(std::uint64_t inode, std::uint64_t size_before_repair) override;
    void about_to_write(std::uint64_t inode, std::uint64_t size_before, std::size_t first) override;
    void wrote(std::size_t records) override;

    /// Records claimed and taken so far; what is between them is queued.
    [[nodiscard]] std::uint64_t pushed() const { return ring_.pushed(); }
    [[nodiscard]] std::uint64_t popped() const { return ring_.popped(); }
    [[nodiscard]] std::size_t capacity() const { return ring_.capacity(); }
    [[nodiscard]] std::size_t raw() const {
        return ring_.room() == 0 ? 0 : ring_.room() - sizeof(std::uint32_t);
    }
    /// Any thread.
    [[nodiscard]] OutputLedger ledger() const;

    /// While no worker runs. Counts as failed what the groups' books show and
    /// this output never got; returns how many these were now.
    std::uint64_t settle(std::uint64_t received);
    /// Likewise: this output got nothing of late and is not meant to have.
    void skip_to(std::uint64_t received) { base_ = received - seen(); }
    /// Takes over the sums of the book that it replaces; what is queued there is
    /// lost.
    void follow(const OutputBook& earlier);

private:
    static constexpr std::uint64_t kNoSpool = ~std::uint64_t{0};

    /// What a write under way is about to add to a file.
    struct Intent {
        std::atomic<std::uint32_t> armed{0};
        std::uint32_t packets = 0;
        std::uint64_t first = 0;  ///< position in the ring
        std::uint64_t inode = 0;
        std::uint64_t size = 0;     ///< of the file, before
        std::uint32_t skipped = 0;  ///< packets of the batch before `first`
        std::array<std::uint32_t, Outbox::kRecords> ends;
    };
    struct Page {
        std::atomic<std::uint64_t> filtered{0};
        std::atomic<std::uint64_t> dropped{0};
        Counter failed;        ///< taken from the queue and not written
        Counter never_queued;  ///< counted by a worker that died before it queued them
        Counter unsynced;      ///< written, and lost by a sync that failed
        std::atomic<std::uint64_t> spooled{kNoSpool};
        Intent intent;
    };

    [[nodiscard]] std::uint64_t seen() const {
        return ring_.pushed() + page_->filtered.load() + page_->dropped.load() +
               page_->never_queued.get();
    }

    void put_raw(Record& slot, Bytes raw) {
        const auto length = static_cast<std::uint32_t>(std::min(raw.size(), this->raw()));
        std::uint8_t* const room = ring_.room_of(slot);
        std::memcpy(room, &length, sizeof length);
        if (length > 0) std::memcpy(room + sizeof length, raw.data(), length);
    }

    Ring<Record> ring_;
    Shared<Page> page_;
    std::uint64_t base_;  ///< packets that the groups received and this is not meant to have
    OutputLedger earlier_;
    bool resumed_ = false;  ///< this process has looked at its predecessor's intent
};

class Books {
public:
    /// The book of this group or output, made if there is none. An output whose
    /// queue gets another shape goes on with a new book and its old sums. While no
    /// worker runs.
    GroupBook& open_group(std::uint16_t group);
    OutputBook& open_output(const std::string& name, std::size_t queue, std::size_t raw = 0);

    [[nodiscard]] GroupBook& group(std::uint16_t group) const { return *groups_.at(group); }
    [[nodiscard]] OutputBook& output(const std::string& name) const { return *outputs_.at(name); }
    [[nodiscard]] const std::map<std::uint16_t, std::unique_ptr<GroupBook>>& groups() const {
        return groups_;
    }
    /// By a rule's first label. Written by the keeper before it tells the worker so.
    [[nodiscard]] KernelCount& kernel(std::uint16_t label) const { return (*kernel_)[label]; }

    /// Ends what a killed worker began; returns the largest number of packets that
    /// one output lost with it. While no worker runs.
    std::uint64_t settle();
    /// Says that only these outputs are in use from now on.
    void use_outputs(const std::vector<std::string>& names);

    /// Packets of all groups.
    [[nodiscard]] std::uint64_t received() const;

private:
    std::map<std::uint16_t, std::unique_ptr<GroupBook>> groups_;
    std::map<std::string, std::unique_ptr<OutputBook>> outputs_;
    std::vector<std::string> in_use_;
    Shared<std::array<KernelCount, Labels::kMaxRules>> kernel_;
};

}  // namespace nflogd::pipeline
