// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Where syslog messages go, from the text of one value.
#pragma once

#include <string>
#include <string_view>

#include "core/options.hpp"
#include "core/result.hpp"

namespace nflogd::config {

/// unix:PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT; HOST is an IPv4 address, an IPv6
/// address in brackets, or a name, which is not looked up here.
[[nodiscard]] Result<SyslogReceiver> parse_receiver(std::string_view text);

/// A host as it stands there: an address, without brackets, or a name.
[[nodiscard]] Result<std::string> parse_server_name(std::string_view text);

}  // namespace nflogd::config
