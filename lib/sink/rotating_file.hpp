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
#include "sink/log_directory.hpp"
#include "sink/rotated_files.hpp"
#include "sink/schedule.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink {

class RotatingFile final : public Sink {
public:
    RotatingFile(const FileOptions& options, const Clock& clock, LogDirectory directory,
                 const std::string& name, WriteJournal* journal);

    /// Once, before all else.
    Status start();

    Written write(const Batch& batch) override;
    std::optional<std::chrono::nanoseconds> tend() override;
    Status reopen() override;
    Status close() override;

private:
    using Nanoseconds = std::chrono::nanoseconds;

    Status write_run(const Batch& batch, std::size_t& done);
    Status prepare(std::uint64_t next_record);
    Status look();
    [[nodiscard]] bool too_long(std::uint64_t more) const;
    [[nodiscard]] Run fit(const Batch& batch, std::size_t first) const;
    Status keep_below_total(std::uint64_t more);

    Status open_file();
    Status rotate();
    int rename_away();
    void rename_failed(int error);
    void rotate_if_due();
    void compress_plain();

    int flush();
    void tell_sync(int error, std::uint64_t bytes);
    void sync_if_due();
    Status sync_or_take_back(const Run& run);
    void put_aside();

    [[nodiscard]] std::int64_t wall_seconds() const;
    [[nodiscard]] std::optional<Nanoseconds> next_rotation() const;

    const FileOptions options_;
    const Clock& clock_;
    const LogDirectory directory_;
    const std::string name_;
    WriteJournal* const journal_;  ///< may be nullptr
    const std::uint64_t limit_;    ///< bytes of the live file; 0: none
    RotatedFiles rotated_;
    Appender file_;
    Schedule schedule_;

    std::uint64_t size_ = 0;           ///< of the live file, when last looked at
    std::uint64_t rotated_bytes_ = 0;  ///< when last listed, and what came since
    bool stuck_ = false;               ///< the live file could not be renamed
    Nanoseconds rename_again_{0};

    std::uint64_t unsynced_ = 0;  ///< bytes written since the last fdatasync
    std::optional<Nanoseconds> sync_due_;
    bool sync_failing_ = false;   ///< the last fdatasync failed
    std::uint64_t doubtful_ = 0;  ///< bytes whose fdatasync failed, since it last worked
    std::optional<Nanoseconds> put_aside_;

    Compressor compressor_;  ///< last: its thread ends before what it uses
};

}  // namespace nflogd::sink
