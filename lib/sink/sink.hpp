// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Formatted records out. A sink belongs to one lane and is called by its
/// thread only; it needs no lock. It never drops on its own: what it did not
/// take, the lane keeps and offers again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/result.hpp"

namespace nflogd::sink {

/// Whole records, one after the other. `ends[i]` is the offset behind record i.
struct Batch {
    std::span<const char> bytes;
    std::span<const std::uint32_t> ends;
    bool packets = true;  ///< the ledger counts these records; false: events
};

struct Written {
    std::size_t records = 0;  ///< the first so many records of the batch are out, whole
    Status status;            ///< why not all of them
};

/// Told of every step that moves records into a file, so that whoever keeps the
/// notes where they outlive the process (shared memory) can tell after a SIGKILL
/// how many records of an interrupted write are in the file. Called by the lane's
/// thread, at every batch: it must not block, allocate or fail.
///
/// Between about_to_write() and wrote() a write is under way. Its successor opens
/// the file, and opened() tells it what is there: if the inode is the same, the
/// records of the batch from `first` on whose ends lie within `size_before_repair
/// - size_before` bytes are out. Outside of that time, wrote() has told it all.
class WriteJournal {
public:
    virtual ~WriteJournal() = default;

    /// The live file has been opened: at the start, at a reopen and for every new
    /// file. `size_before_repair`: bytes, a torn last record included.
    virtual void opened(std::uint64_t inode, std::uint64_t size_before_repair) = 0;
    /// The next write(2) appends to `inode`, which has `size_before` bytes, the
    /// records from number `first` of the batch on. Told again when a rotation in
    /// the middle of the batch leads the rest into another file.
    virtual void about_to_write(std::uint64_t inode, std::uint64_t size_before,
                                std::size_t first) = 0;
    /// The first `records` records of the batch are in files, whole; the rest is not.
    virtual void wrote(std::size_t records) = 0;
};

enum class Opening : std::uint8_t {
    now,            ///< what cannot be opened and written to is an error
    when_possible,  ///< it is tried again at each write, whose errors tell why not
};

class Sink {
public:
    virtual ~Sink() = default;

    /// Writes as many whole records as the medium takes. A record that was taken
    /// in part is taken back.
    virtual Written write(const Batch& batch) = 0;

    /// Work that is due without a write (sync, rotation by time). Returns when it
    /// wants to be called again at the latest, in Clock::monotonic() time;
    /// nothing: not before the next write.
    virtual std::optional<std::chrono::nanoseconds> tend() = 0;

    /// Closes and opens the medium anew (external log rotation).
    virtual Status reopen() = 0;

    /// Makes everything durable. Nothing is written afterwards.
    virtual Status close() = 0;

    /// Makes what is written durable, before a ledger that is to be exact.
    virtual Status sync() { return {}; }

    /// How many packets that write() called out are lost after all, since the last
    /// call: the medium failed to make them durable. To be asked for after each of
    /// the calls above.
    virtual std::uint64_t take_lost() { return 0; }

    /// For a sink that keeps records on disk while its receiver is away: how many
    /// packets wait there now. They are written as far as write() is concerned.
    [[nodiscard]] virtual std::optional<std::uint64_t> spooled() const { return std::nullopt; }
    /// Why records go there and not where they are meant to; empty: they do not.
    [[nodiscard]] virtual std::string detour() const { return {}; }
};

}  // namespace nflogd::sink
