// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Values in a line of the format `json` back to what they were. Each takes the text as
/// it stands in the line, hostile, and returns false (or nothing) if it is no such value.
/// Nothing allocates but json_string().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/record.hpp"

namespace nflogd::decode {

/// A number without a sign, a fraction or an exponent.
[[nodiscard]] std::optional<std::uint64_t> json_number(std::string_view token);

/// The inside of `"text"`, still escaped.
[[nodiscard]] std::optional<std::string_view> json_inside(std::string_view token);

/// Undoes write_json_text() of format/escape.hpp; `\u0080` to `\u00ff` become the byte
/// that they stand for there, unless it would make a character with what is before it.
/// Returns the bytes written; what `out` has no room for is left out.
std::size_t unescape(std::string_view inside, std::span<char> out);
/// The same, whole.
[[nodiscard]] std::string json_string(std::string_view inside);

/// "192.0.2.1": 4 bytes.
bool read_ipv4(std::string_view text, std::uint8_t* out);
/// Of either family; bytes that it does not use are 0. Returns the IP version, 0 if it is none.
std::uint8_t read_address(std::string_view text, IpAddress& out);
/// "aa:bb:cc:dd:ee:ff"
bool read_mac(std::string_view text, MacAddress& out);
/// "0x0800"
bool read_hex16(std::string_view text, std::uint16_t& out);

}  // namespace nflogd::decode
