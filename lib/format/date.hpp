// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Times as text. The calendar part is worked out once a second and kept.
#pragma once

#include <array>
#include <cstdint>

#include "format/writer.hpp"

namespace nflogd::format {

/// "2026-11-23T10:03:54.123456Z" (RFC 3339).
class UtcTime {
public:
    [[nodiscard]] Writer write(Writer writer, std::uint64_t timestamp_ns);

private:
    std::uint64_t second_ = ~std::uint64_t{0};
    std::array<char, 20> text_{};  ///< "2026-11-23T10:03:54."
};

/// "Nov 23 10:03:54.123" in the machine's time zone.
class LocalTime {
public:
    [[nodiscard]] Writer write(Writer writer, std::uint64_t timestamp_ns);

private:
    std::uint64_t second_ = ~std::uint64_t{0};
    std::array<char, 16> text_{};  ///< "Nov 23 10:03:54."
};

/// "Nov  3 10:03:54" in the machine's time zone (RFC 3164, 4.1.2).
class BsdTime {
public:
    [[nodiscard]] Writer write(Writer writer, std::uint64_t timestamp_ns);

private:
    std::uint64_t second_ = ~std::uint64_t{0};
    std::array<char, 15> text_{};
};

}  // namespace nflogd::format
