// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Compresses rotated files in the background: one thread per sink, started with
/// the first file there is to compress, taking the CPU that nobody else wants.
///
/// A file is compressed to NAME.zst.tmp, made durable, given its name, and only
/// then the plain one is removed: a crash at any point loses nothing. Where it
/// fails (a full disk) the plain file stays and is tried again after the next
/// rotation; one warning tells of the first failure in a row.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "sink/rotated_files.hpp"

namespace nflogd::sink {

class Compressor {
public:
    static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

    /// `files` outlives this. `limit`: bytes that a compressed file may have; one
    /// that would have more stays plain.
    explicit Compressor(RotatedFiles& files, std::uint64_t limit = kNoLimit)
        : files_(files), limit_(limit) {}
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;
    ~Compressor() { stop(); }

    /// There may be a plain rotated file. Owner's thread.
    void wake();
    /// Gives up a file in work (its plain form stays) and ends the thread. Owner's
    /// thread; no wake() afterwards.
    void stop();

private:
    void start();
    void run();
    void compress_all();
    Status compress_one(const RotationId& id);
    Status write_compressed(const RotationId& id, int in, const std::string& unfinished);
    Status replace(const RotationId& id);

    RotatedFiles& files_;
    const std::uint64_t limit_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool work_ = false;  ///< guarded by mutex_
    std::atomic<bool> stop_{false};

    // The thread's own.
    bool failing_ = false;
    std::set<RotationId> too_large_;  ///< not to be tried again
};

}  // namespace nflogd::sink
