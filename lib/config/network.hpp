// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a rule matches, from the text of one value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/network.hpp"
#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::config {

/// An address or a prefix without host bits, v4 or v6, as inet_pton(3) reads it.
/// A prefix of full length comes out as the address.
[[nodiscard]] Result<AddressMatch> parse_address(std::string_view text);

/// The same as bytes, for what looks at packets itself.
[[nodiscard]] Result<Network> parse_network(std::string_view text);

/// "80" or "1000-2000".
[[nodiscard]] Result<PortRange> parse_port_range(std::string_view text);

/// A name the kernel takes (dev_valid_name in net/core/dev.c) and that can be
/// quoted for both backends; a trailing * stands for any rest.
[[nodiscard]] Result<std::string> parse_interface(std::string_view text);

/// A name of core/names.hpp, an alias of one, or an IANA number.
[[nodiscard]] Result<std::uint8_t> parse_protocol(std::string_view text);

}  // namespace nflogd::config
