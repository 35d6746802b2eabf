// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How rotated files are named, and which names are therefore ours:
///
///     NAME.YYYYMMDD-HHMMSS[.N][.zst]     and .zst.tmp while it is being made
///
/// The time is UTC, that of the rotation, so that the names sort by time over
/// changes to and from summer time too. N (1, 2, ...) tells files of one second
/// apart. When the clock was set back, the newest file's time is used again with
/// the next N: the order of the names is always the order of the records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace nflogd::sink {

/// When a file was rotated, and its place among those of the same second.
struct RotationId {
    std::string stamp;  ///< "YYYYMMDD-HHMMSS"
    std::uint32_t number = 0;

    friend bool operator==(const RotationId&, const RotationId&) = default;
    friend bool operator<(const RotationId& a, const RotationId& b) {
        return std::tie(a.stamp, a.number) < std::tie(b.stamp, b.number);
    }
};

enum class Form : std::uint8_t { plain, compressed, unfinished };

struct RotatedName {
    RotationId id;
    Form form = Form::plain;
};

/// The id of a rotation at `seconds` since 1970, as the first of its second.
RotationId rotation_at(std::int64_t seconds);

std::string rotated_name(std::string_view base, const RotationId& id, Form form);

/// Nothing unless `name` is exactly what rotated_name(base, ...) makes.
std::optional<RotatedName> parse_rotated(std::string_view base, std::string_view name);

}  // namespace nflogd::sink
