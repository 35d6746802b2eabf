// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/spool_queue.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/log.hpp"
#include "sink/spool_frame.hpp"

namespace nflogd::sink {
namespace {

constexpr std::string_view kMagic = "nflogsp1";
constexpr std::string_view kSuffix = ".spool";
constexpr std::size_t kDigits = 20;
constexpr std::uint64_t kLargestSegment = 16ULL << 20;
/// Bytes that front() gives at once, unless a single record is longer.
constexpr std::size_t kFront = 256 << 10;

std::string name_of(std::uint64_t number) { return fmt::format("{:020}{}", number, kSuffix); }

std::optional<std::uint64_t> number_of(std::string_view name) {
    if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
    std::uint64_t number = 0;
    const char* last = name.data() + kDigits;
    const auto [end, error] = std::from_chars(name.data(), last, number);
    if (error != std::errc() || end != last || number == 0 || number == ~std::uint64_t{0}) {
        return std::nullopt;
    }
    return number;
}

std::string_view record_of(const Batch& batch, std::size_t record) {
    const std::size_t start = record == 0 ? 0 : batch.ends[record - 1];
    return {batch.bytes.data() + start, batch.ends[record] - start};
}

std::uint64_t size_of(int fd) {
    const off_t end = ::lseek(fd, 0, SEEK_END);
    return end < 0 ? 0 : static_cast<std::uint64_t>(end);
}

bool begins_right(int fd) {
    std::string magic(kMagic.size(), '\0');
    return ::pread(fd, magic.data(), magic.size(), 0) == static_cast<ssize_t>(magic.size()) &&
           magic == kMagic;
}

}  // namespace

SpoolQueue::SpoolQueue(SpoolOptions options, const Clock& clock)
    : options_(std::move(options)),
      segment_bytes_(std::min(options_.max / 8, kLargestSegment)),
      clock_(clock) {}

Status SpoolQueue::open() {
    if (open_) return {};
    auto directory = LogDirectory::open(options_.path, {});
    if (!directory) return directory.error();
    directory_ = std::move(*directory);
    if (Status locked = position_file_.open(directory_.fd(), options_.path); !locked) return locked;
    if (Status found = find_segments(); !found) return found;
    open_ = true;
    if (packets_ > 0) {
        log::info(fmt::format("spool {}: {} packets of an earlier run wait in it", options_.path,
                              packets_));
    }
    return {};
}

Status SpoolQueue::find_segments() {
    segments_.clear();
    packets_ = bytes_ = 0;
    const auto names = directory_.names();
    if (!names) return system_error(errno, "spool " + options_.path, EX_CANTCREAT);
    position_ = position_file_.read();
    next_number_ = position_.segment + 1;
    for (const std::string& name : *names) {
        const auto number = number_of(name);
        if (!number) continue;
        next_number_ = std::max(next_number_, *number + 1);
        if (*number >= position_.segment) {
            segments_.push_back({*number, 0, 0});
        } else {
            directory_.remove(name);
        }
    }
    std::sort(segments_.begin(), segments_.end(),
              [](const Segment& a, const Segment& b) { return a.number < b.number; });
    if (segments_.empty()) return {};
    if (segments_.front().number != position_.segment) {
        position_ = {segments_.front().number, kMagic.size()};
    }
    for (Segment& segment : segments_) scan(segment, &segment == &segments_.back());
    while (!segments_.empty() && position_.offset >= segments_.front().size) drop_first_segment();
    return {};
}

/// Finds the end of the last whole frame, and counts what was not delivered.
void SpoolQueue::scan(Segment& segment, bool newest) {
    const Fd fd = open_segment(segment.number, newest ? O_RDWR : O_RDONLY);
    const std::uint64_t end = fd ? size_of(fd.get()) : 0;
    segment.size = std::min<std::uint64_t>(end, kMagic.size());
    if (fd && begins_right(fd.get())) {
        const bool first = segment.number == position_.segment;
        std::uint64_t before = 0;
        bool met = !first || position_.offset == kMagic.size();
        FrameReader frames(fd.get(), kMagic.size(), end);
        while (frames.next() == FrameReader::Found::frame) {
            segment.packets += frames.is_packet() ? 1U : 0U;
            if (first && frames.offset() == position_.offset) {
                met = true;
                before = segment.packets;
            }
        }
        segment.size = frames.offset();
        // A position that is no frame's end is not to be trusted: all again.
        if (met) {
            segment.packets -= before;
        } else {
            position_.offset = kMagic.size();
        }
    }
    if (end > segment.size) {
        log::warning(fmt::format("spool {}: {} ends in {} bytes that are no whole record; left out",
                                 options_.path, name_of(segment.number), end - segment.size));
        if (newest && segment.size >= kMagic.size() &&
            ::ftruncate(fd.get(), static_cast<off_t>(segment.size)) != 0) {
            log::warning("spool " + options_.path + ": it could not be cut off");
        }
    }
    packets_ += segment.packets;
    bytes_ += segment.size;
}

Fd SpoolQueue::open_segment(std::uint64_t number, int flags) const {
    return Fd(::openat(directory_.fd(), name_of(number).c_str(),
                       flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
}

Error SpoolQueue::full() const {
    return {fmt::format("spool {} is full ({} bytes)", options_.path, options_.max), EX_IOERR};
}

Written SpoolQueue::append(const Batch& batch, std::size_t first) {
    Written out;
    out.records = gather(batch, first);
    if (out.records > 0) {
        const bool fits = writer_ && segments_.back().size + frames_.size() <= segment_bytes_;
        int error = 0;
        if (!fits) {
            if (out.status = begin_segment(); !out.status) return {0, out.status};
        }
        if ((error = write_out(frames_)) != 0) {
            return {0, system_error(error, "spool " + options_.path, EX_IOERR)};
        }
        Segment& segment = segments_.back();
        segment.size += frames_.size();
        bytes_ += frames_.size();
        if (batch.packets) {
            segment.packets += out.records;
            packets_ += out.records;
        }
        if (options_.sync.count() < 0) {
            out.status = sync();
        } else if (options_.sync.count() > 0 && !sync_at_) {
            sync_at_ = clock_.monotonic() + options_.sync;
        }
    }
    if (out.status && first + out.records < batch.ends.size()) out.status = full();
    return out;
}

/// Makes frames of what there is room for; returns how many.
std::size_t SpoolQueue::gather(const Batch& batch, std::size_t first) {
    frames_.clear();
    const std::uint64_t room = options_.max - std::min(options_.max, bytes_ + kMagic.size());
    std::size_t record = first;
    for (; record < batch.ends.size(); ++record) {
        const std::string_view text = record_of(batch, record);
        if (frames_.size() + kFrameHeader + text.size() > room) break;
        append_frame(frames_, text, batch.packets);
    }
    return record - first;
}

Status SpoolQueue::begin_segment() {
    if (writer_ && options_.sync.count() != 0) {
        if (Status synced = sync(); !synced) return synced;
    }
    Fd made = open_segment(next_number_, O_WRONLY | O_CREAT | O_EXCL);
    if (!made) return system_error(errno, "spool " + options_.path, EX_IOERR);
    ++next_number_;
    writer_ = std::move(made);
    segments_.push_back({next_number_ - 1, 0, 0});
    if (const int error = write_out(kMagic); error != 0) {
        directory_.remove(name_of(segments_.back().number));
        segments_.pop_back();
        writer_.reset();
        return system_error(error, "spool " + options_.path, EX_IOERR);
    }
    segments_.back().size = kMagic.size();
    bytes_ += kMagic.size();
    names_changed_ = true;
    if (segments_.size() == 1) {
        position_ = {segments_.back().number, kMagic.size()};
        position_file_.write(position_);
    }
    return {};
}

/// All of it behind what is there, or nothing. 0, or an errno value.
int SpoolQueue::write_out(std::string_view frames) {
    const std::uint64_t start = segments_.back().size;
    std::size_t done = 0;
    while (done < frames.size()) {
        const ssize_t wrote = ::pwrite(writer_.get(), frames.data() + done, frames.size() - done,
                                       static_cast<off_t>(start + done));
        if (wrote > 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (wrote == 0 || errno != EINTR) {
            const int error = wrote == 0 ? ENOSPC : errno;
            // What cannot be cut off stands behind the segment's end: nobody reads it.
            if (::ftruncate(writer_.get(), static_cast<off_t>(start)) != 0 && start > 0) {
                writer_.reset();
            }
            return error;
        }
    }
    return 0;
}

Batch SpoolQueue::front() {
    while (!segments_.empty() && !load_front()) give_up_segment();
    return {front_, ends_, front_packets_};
}

/// False if nothing can be read where something ought to be.
bool SpoolQueue::load_front() {
    front_.clear();
    ends_.clear();
    offsets_.clear();
    if (!reader_) reader_ = open_segment(position_.segment, O_RDONLY);
    if (!reader_) return false;
    FrameReader frames(reader_.get(), position_.offset, segments_.front().size);
    while (frames.next() == FrameReader::Found::frame) {
        if (!ends_.empty() && (frames.is_packet() != front_packets_ ||
                               front_.size() + frames.record().size() > kFront)) {
            break;
        }
        front_packets_ = frames.is_packet();
        front_ += frames.record();
        ends_.push_back(static_cast<std::uint32_t>(front_.size()));
        offsets_.push_back(frames.offset());
    }
    return !ends_.empty();
}

void SpoolQueue::pop(std::size_t records) {
    if (records == 0) return;
    position_.offset = offsets_[records - 1];
    if (front_packets_) {
        segments_.front().packets -= records;
        packets_ -= records;
    }
    if (position_.offset >= segments_.front().size) {
        drop_first_segment();
    } else {
        position_file_.write(position_);
    }
}

/// The position goes first: a segment without one would be read again.
void SpoolQueue::drop_first_segment() {
    const Segment gone = segments_.front();
    segments_.pop_front();
    bytes_ -= gone.size;
    packets_ -= gone.packets;
    reader_.reset();
    if (segments_.empty()) {
        writer_.reset();
        sync_at_.reset();
    }
    position_ = {segments_.empty() ? gone.number + 1 : segments_.front().number, kMagic.size()};
    next_number_ = std::max(next_number_, position_.segment + (segments_.empty() ? 0 : 1));
    position_file_.write(position_);
    directory_.remove(name_of(gone.number));
}

/// It holds nothing more, or nothing that can be read.
void SpoolQueue::give_up_segment() {
    const Segment& segment = segments_.front();
    if (position_.offset < segment.size) {
        lost_ += segment.packets;
        log::error(fmt::format("spool {}: {} cannot be read any more; {} packets in it are lost",
                               options_.path, name_of(segment.number), segment.packets));
    }
    drop_first_segment();
}

std::optional<std::chrono::nanoseconds> SpoolQueue::tend() {
    if (sync_at_ && clock_.monotonic() >= *sync_at_) {
        if (Status synced = sync(); !synced) log::error(synced.error().message);
    }
    return sync_at_;
}

/// After a failure the kernel forgets what it could not write: what comes next goes
/// into another file.
Status SpoolQueue::sync() {
    sync_at_.reset();
    if (!writer_) return {};
    int error = ::fdatasync(writer_.get()) == 0 ? 0 : errno;
    if (error != 0) writer_.reset();
    if (error == 0 && std::exchange(names_changed_, false)) error = directory_.sync();
    if (error == 0) return {};
    return system_error(error, "spool " + options_.path + ": sync", EX_IOERR);
}

}  // namespace nflogd::sink
