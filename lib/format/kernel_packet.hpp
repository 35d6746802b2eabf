// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The headers of a packet as the kernel's LOG prints them (net/netfilter/nf_log_syslog.c):
/// the part of its line behind the interfaces and MAC addresses. Each token ends in a
/// space, as there. Reads only inside the bytes that it is given; a packet that the
/// snaplen cut is printed as the kernel prints one that ends there.
#pragma once

#include <cstdint>
#include <optional>

#include "core/cursor.hpp"
#include "core/options.hpp"
#include "format/writer.hpp"

namespace nflogd::format {

/// What the kernel knows of a packet beside its bytes.
struct KernelContext {
    KernelLogFlags flags;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::uint32_t mark = 0;
};

/// Bytes that a packet's text has at most.
inline constexpr std::size_t kMaxKernelPacket = 2048;

[[nodiscard]] Writer write_kernel_ipv4(Writer writer, Bytes packet, const KernelContext& context);
[[nodiscard]] Writer write_kernel_ipv6(Writer writer, Bytes packet, const KernelContext& context);
[[nodiscard]] Writer write_kernel_arp(Writer writer, Bytes packet);

}  // namespace nflogd::format
