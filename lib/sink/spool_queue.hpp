// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A queue of records on disk: a directory with segments `NUMBER.spool`, 20 digits,
/// each 8 bytes "nflogsp1" and then frames (spool_frame.hpp), and the file
/// `position` (spool_position.hpp). Records are opaque bytes.
///
/// What it promises:
/// - Order, and every record at least once: it is taken out of the queue when pop()
///   says so, and after a power cut perhaps a little later.
/// - What append() has taken survives a SIGKILL at once, a power cut after `sync`.
/// - All segments together never take more than `max` bytes. One that was read to its
///   end is removed.
/// - A frame that is torn or damaged ends its segment; what stands before it is read.
///
/// Files are 0600, a directory is made 0750; one that others could meddle with is
/// refused (log_directory.hpp). One thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/log_directory.hpp"
#include "sink/sink.hpp"
#include "sink/spool_position.hpp"

namespace nflogd::sink {

class SpoolQueue {
public:
    /// `clock` outlives this.
    SpoolQueue(SpoolOptions options, const Clock& clock);

    /// Reads what an earlier process left, if that was not done yet. All else takes an
    /// open queue. Errors: EX_CANTCREAT.
    Status open();
    [[nodiscard]] bool is_open() const { return open_; }

    /// Takes the first records of the batch from number `first` on, as many as there is
    /// room for; `records` are those taken.
    Written append(const Batch& batch, std::size_t first);

    [[nodiscard]] bool empty() const { return segments_.empty(); }
    /// The oldest records, some of them but at least one, all packets or none; valid
    /// until the next call of anything. Empty if the queue is.
    Batch front();
    /// The first `records` of what front() gave are delivered.
    void pop(std::size_t records);

    /// Syncs what is due. Returns when to be called again.
    std::optional<std::chrono::nanoseconds> tend();
    Status sync();

    [[nodiscard]] std::uint64_t packets() const { return packets_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Packets that could not be read back, since the last call.
    [[nodiscard]] std::uint64_t take_lost() { return std::exchange(lost_, 0); }

private:
    struct Segment {
        std::uint64_t number = 0;
        std::uint64_t size = 0;     ///< up to the last whole frame
        std::uint64_t packets = 0;  ///< not delivered yet
    };

    Status find_segments();
    void scan(Segment& segment, bool newest);
    Status begin_segment();
    int write_out(std::string_view frames);
    std::size_t gather(const Batch& batch, std::size_t first);
    bool load_front();
    void drop_first_segment();
    void give_up_segment();
    [[nodiscard]] Error full() const;
    [[nodiscard]] Fd open_segment(std::uint64_t number, int flags) const;

    const SpoolOptions options_;
    const std::uint64_t segment_bytes_;
    const Clock& clock_;
    LogDirectory directory_;
    SpoolPositionFile position_file_;
    SpoolPosition position_;         ///< of the oldest record; its segment is the first
    std::deque<Segment> segments_;   ///< oldest first; none is empty but while it is made
    std::uint64_t next_number_ = 1;  ///< of the next segment
    std::uint64_t packets_ = 0;
    std::uint64_t bytes_ = 0;  ///< of all files
    std::uint64_t lost_ = 0;
    bool open_ = false;

    Fd reader_;  ///< the first segment
    Fd writer_;  ///< the last one, if it is ours
    std::string frames_;
    std::string front_;
    std::vector<std::uint32_t> ends_;
    std::vector<std::uint64_t> offsets_;  ///< behind each record of front_
    bool front_packets_ = true;

    std::optional<std::chrono::nanoseconds> sync_at_;
    bool names_changed_ = false;
};

}  // namespace nflogd::sink
