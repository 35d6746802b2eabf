// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The newest records of a stream, in a fixed piece of memory that all its readers
/// share. Only whole records go in and come out of it. A position is a number of bytes
/// since the stream's beginning.
///
/// One thread at a time. All memory is there from the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sink.hpp"

namespace nflogd::sink {

class RecordRing {
public:
    using Position = std::uint64_t;

    /// Holds so many bytes, and a record for every kShortest of them.
    explicit RecordRing(std::size_t bytes);
    static constexpr std::size_t kShortest = 64;

    [[nodiscard]] std::size_t capacity() const { return bytes_.size(); }
    /// Of the oldest record, and behind the newest.
    [[nodiscard]] Position begin() const { return begin_; }
    [[nodiscard]] Position end() const { return end_; }

    /// How many records of the batch, from `first` on, are to be appended in one go: at
    /// least one, or 0 if that one will never fit.
    [[nodiscard]] std::size_t fits(const Batch& batch, std::size_t first) const;
    /// What begin() would be after append().
    [[nodiscard]] Position begin_after(const Batch& batch, std::size_t first,
                                       std::size_t count) const;
    /// Appends as many records as fits() allows, in place of the oldest.
    void append(const Batch& batch, std::size_t first, std::size_t count);

    // Of positions from begin() to end().

    /// The first position at or behind this one where a record begins, or end().
    [[nodiscard]] Position boundary(Position position) const;
    /// The last such position at or before this one.
    [[nodiscard]] Position boundary_before(Position position) const {
        return start_of(record_at(position));
    }
    /// Records between two such positions.
    [[nodiscard]] std::uint64_t count(Position from, Position to) const {
        return record_at(to) - record_at(from);
    }
    /// Bytes from there on that lie in one piece; none at end().
    [[nodiscard]] std::string_view piece(Position from) const;
    void copy(Position from, Position to, std::string& out) const;

private:
    [[nodiscard]] std::uint64_t record_at(Position position) const;
    [[nodiscard]] Position end_of(std::uint64_t record) const {
        return ends_[record % ends_.size()];
    }
    [[nodiscard]] Position start_of(std::uint64_t record) const {
        return record == first_ ? begin_ : end_of(record - 1);
    }
    void put(std::string_view bytes);

    std::vector<char> bytes_;
    std::vector<Position> ends_;  ///< of the records first_ to next_
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0;
    Position begin_ = 0;
    Position end_ = 0;
};

}  // namespace nflogd::sink
