// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Addresses of receivers as the kernel takes them. No name is looked up here.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "core/options.hpp"

namespace nflogd::sink {

struct SocketAddress {
    sockaddr_storage storage;
    socklen_t length;

    [[nodiscard]] int family() const { return storage.ss_family; }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

/// None of a name that was not found; what is no address is left out.
[[nodiscard]] std::vector<SocketAddress> socket_addresses(const SyslogReceiver& receiver);

}  // namespace nflogd::sink
