// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The field's own words for numbers and enumerations.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/record.hpp"

namespace nflogd {

/// Lower-case name of an IP protocol number (IANA), empty if it has none here.
[[nodiscard]] std::string_view protocol_name(std::uint8_t number);
/// The number of a protocol named as above.
[[nodiscard]] std::optional<std::uint8_t> protocol_number(std::string_view name);

[[nodiscard]] std::string_view hook_name(Hook hook);
[[nodiscard]] std::optional<Hook> hook_by_name(std::string_view name);

/// The reason as a record tells it.
[[nodiscard]] std::string_view malformed_text(Malformed reason);
[[nodiscard]] std::optional<Malformed> malformed_by_text(std::string_view text);

struct TcpFlagName {
    std::uint16_t bit;
    std::string_view name;
};
/// In the order in which records list them: SYN ACK FIN RST PSH URG ECE CWR AE.
[[nodiscard]] std::span<const TcpFlagName> tcp_flag_names();

}  // namespace nflogd
