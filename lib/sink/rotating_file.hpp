// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The sink behind open_file(): puts directory, live file, schedule, retention
/// and compressor together. Lane's thread, but for the compressor's own.
#pragma once

#include <string>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/appender.hpp"
#include "sink/compressor.hpp"
#include "sink/disk_full.hpp"
#include "sink/file_layout.hpp"
#include "sink/log_directory.hpp"
#include "sink/rotated_files.hpp"
#include "sink/schedule.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

class RotatingFile final : public Sink {
public:
    RotatingFile(const FileOptions& options, const Clock& clock, LogDirectory directory,
                 LogPath path, WriteJournal* journal, const FileLayout& layout);

    /// Once, before all else.
    Status start();

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override;
    Status reopen() override;
    Status close() override;
    Status sync() override;
    std::uint64_t take_lost() override { return std::exchange(lost_, 0); }

private:
    using Nanoseconds = std::chrono::nanoseconds;

    /// Written since the last sync that worked.
    struct Unsynced {
        std::uint64_t bytes = 0;
        std::uint64_t packets = 0;
    };

    // rotating_file.cpp
    Status write_run(const Batch& batch, std::size_t& done);
    Status prepare(std::uint64_t next_record);
    Status begin();
    /// Whether the live file holds no record.
    [[nodiscard]] bool is_bare() const { return size_ <= layout_.head.size(); }
    Status look();
    [[nodiscard]] bool too_long(std::uint64_t more) const;
    [[nodiscard]] Run fit(const Batch& batch, std::size_t first) const;
    Status keep_below_total(std::uint64_t more);
    [[nodiscard]] std::uint64_t room_for_rotated(std::uint64_t live) const;
    bool make_room(int error);

    // rotating_file_open.cpp
    Status open_file();
    Status find_directory();
    Status take_over(Appender file);
    [[nodiscard]] bool is_named() const;

    // rotating_file_rotate.cpp
    Status rotate();
    int rename_away();
    void rename_failed(int error);
    void rotate_if_due();
    void compress_plain();
    [[nodiscard]] std::optional<Nanoseconds> next_rotation() const;
    [[nodiscard]] std::int64_t wall_seconds() const;

    // rotating_file_sync.cpp
    int flush();
    int flush_or_lose();
    void lose(int error);
    void sync_names();
    void sync_if_due();
    Status sync_or_take_back(const Run& run);
    void put_aside();

    const FileOptions options_;
    const Clock& clock_;
    LogDirectory directory_;
    const LogPath path_;
    WriteJournal* const journal_;  ///< may be nullptr
    const FileLayout& layout_;
    const std::uint64_t archive_room_;  ///< bytes kept free for a file being compressed
    const std::uint64_t limit_;         ///< bytes of the live file; 0: none
    RotatedFiles rotated_;
    DiskFull disk_full_;
    Appender file_;
    Schedule schedule_;

    std::uint64_t size_ = 0;           ///< of the live file, when last looked at
    std::uint64_t rotated_bytes_ = 0;  ///< when last listed, and what came since
    bool stuck_ = false;               ///< the live file could not be renamed
    Nanoseconds rename_again_{0};

    Unsynced unsynced_;
    std::optional<Nanoseconds> sync_due_;
    bool names_unsynced_ = false;  ///< the last sync of the directory failed
    bool in_doubt_ = false;        ///< the last sync failed: each write is synced until one works
    std::uint64_t lost_ = 0;       ///< packets that a failed sync lost, not told yet
    std::optional<Nanoseconds> put_aside_;

    Compressor compressor_;  ///< last: its thread ends before what it uses
};

}  // namespace nflogd::sink
