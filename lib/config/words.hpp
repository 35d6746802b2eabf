// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Names, paths and users, from the text of one value.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace nflogd::config {

/// Longest log prefix of the backends: nft (NF_LOG_PREFIXLEN, 128 with its NUL)
/// and xt_NFLOG (64 with its NUL).
inline constexpr std::size_t kLongestName = 127;
inline constexpr std::size_t kLongestIptablesName = 63;

/// The name of a rule or an output: printable, and safe inside "..." of nft,
/// iptables-restore and a shell.
[[nodiscard]] Result<std::string> parse_name(std::string_view text);

/// [A-Za-z][A-Za-z0-9_-]{0,20}: leaves room for the ends of iptables' chain names.
[[nodiscard]] Result<std::string> parse_table(std::string_view text);

[[nodiscard]] Result<std::string> parse_host(std::string_view text);
[[nodiscard]] Result<std::string> parse_path(std::string_view text);
/// A path that fits into a sockaddr_un.
[[nodiscard]] Result<std::string> parse_socket_path(std::string_view text);
/// The form of a user name only: whether there is one shows where it is used.
[[nodiscard]] Result<std::string> parse_user(std::string_view text);
/// One line in a backend's language; "" is none.
[[nodiscard]] Result<std::string> parse_expression(std::string_view text);

/// Name or number, looked up in this machine's databases.
[[nodiscard]] Result<uid_t> parse_uid(std::string_view text);
[[nodiscard]] Result<gid_t> parse_gid(std::string_view text);

}  // namespace nflogd::config
