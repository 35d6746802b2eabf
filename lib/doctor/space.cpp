// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the disks hold what the retention of the outputs may use.
#include <algorithm>
#include <map>

#include "checks.hpp"
#include "edit.hpp"
#include "places.hpp"

namespace nflogd::doctor {
namespace {

/// A compressor makes one archive beside the file that it reads.
constexpr std::uint64_t kFilesAtWork = 2;
/// Of the room that an output can have, what a repair gives to it.
constexpr std::uint64_t kUsablePercent = 90;

/// Bytes that the place may use; 0: without a limit.
std::uint64_t most_bytes(const WrittenPlace& place) {
    if (place.kind == WrittenPlace::Kind::spool) return place.spool_max;
    const RotateOptions& rotate = place.file.rotate;
    if (rotate.max_total != 0) return rotate.max_total;
    return rotate.keep == 0 ? 0 : rotate.size * (rotate.keep + kFilesAtWork);
}

/// What several outputs on one disk share.
struct Share {
    Disk disk;
    std::uint64_t wanted = 0;  ///< bytes that all may use beyond what they use now
    std::uint64_t used = 0;
    std::size_t outputs = 0;
};

class Look {
public:
    explicit Look(const Machine& machine) : machine_(machine) {
        for (const WrittenPlace& place : machine.wanted.places) {
            const auto disk = disk_of(place);
            if (!disk || disk->read_only) continue;
            Share& share = shares_[disk->mountpoint];
            share.disk = *disk;
            const std::uint64_t used = bytes_used(machine, place);
            share.used += used;
            const std::uint64_t most = most_bytes(place);
            share.wanted += most > used ? most - used : 0;
            ++share.outputs;
        }
    }

    std::vector<Finding> findings() {
        for (const WrittenPlace& place : machine_.wanted.places) look(place);
        return std::move(findings_);
    }

private:
    [[nodiscard]] std::optional<Disk> disk_of(const WrittenPlace& place) const {
        if (!machine_.find_disk) return std::nullopt;
        return machine_.find_disk(existing_directory(machine_, place));
    }

    void look(const WrittenPlace& place) {
        const auto disk = disk_of(place);
        if (!disk) {
            findings_.push_back(skipped("output '" + place.output + "': its disk cannot be asked"));
            return;
        }
        if (disk->read_only) return;  // check_directories() says so
        const Share& share = shares_.at(disk->mountpoint);
        const std::uint64_t fits =
            (share.disk.free + share.used) / 100 * kUsablePercent / share.outputs;
        if (most_bytes(place) == 0) {
            unbounded(place, fits);
        } else if (share.wanted > share.disk.free) {
            small(place, share, fits);
        }
        inodes(place, *disk);
    }

    void unbounded(const WrittenPlace& place, std::uint64_t fits) {
        const std::uint64_t bytes = std::min<std::uint64_t>(fits, 2ULL << 30);
        findings_.push_back(
            found("retention-unbounded",
                  "output '" + place.output + "' has no limit of size, " + place.file.path +
                      " has " + bytes_text(fits) + " to grow",
                  edit_at(machine_, place.where,
                          {{"size", size_setting(bytes)}, {"part", size_setting(bytes / 20)}})));
    }

    void small(const WrittenPlace& place, const Share& share, std::uint64_t fits) {
        findings_.push_back(found(
            "disk-small",
            "output '" + place.output + "' may use " + bytes_text(most_bytes(place)) + ", but " +
                share.disk.mountpoint + " has " + bytes_text(share.disk.free) + " free for " +
                (share.outputs == 1 ? "it" : std::to_string(share.outputs) + " outputs"),
            edit_at(machine_, place.where,
                    {{"setting", setting(place, fits)}, {"size", size_setting(fits)}})));
    }

    /// One file alone must not outgrow max_total.
    static std::string setting(const WrittenPlace& place, std::uint64_t fits) {
        if (place.kind == WrittenPlace::Kind::spool) return "spool: max";
        if (place.file.rotate.size <= fits) return "rotate: max_total";
        return "rotate: size: " + size_setting(fits / 4) + ", max_total";
    }

    void inodes(const WrittenPlace& place, const Disk& disk) {
        const std::uint64_t wanted = place.file.rotate.keep + kFilesAtWork;
        if (!disk.counts_inodes || disk.inodes >= wanted) return;
        const std::uint64_t keep = disk.inodes > kFilesAtWork ? disk.inodes - kFilesAtWork : 1;
        findings_.push_back(found(
            "inodes-few",
            "output '" + place.output + "' may make " + std::to_string(wanted) + " files, but " +
                disk.mountpoint + " has room for " + std::to_string(disk.inodes),
            edit_at(machine_, place.where, {{"keep", std::to_string(keep)}})));
    }

    const Machine& machine_;
    std::map<std::string, Share> shares_;  ///< by mountpoint
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_space(const Machine& machine) {
    if (machine.wanted.places.empty()) return {ok("no output writes to a disk")};
    return or_ok(Look(machine).findings(), "the disks hold what the outputs may use");
}

}  // namespace nflogd::doctor
