// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The listening sockets of the keeper's outputs. They outlive the workers that accept
/// from them: who connects while one follows another waits for the successor.
#pragma once

#include <map>
#include <string>

#include "config/config.hpp"
#include "core/result.hpp"
#include "sink/listener.hpp"

namespace nflogd::pipeline {

class Listeners {
public:
    /// Makes those that are not there yet, or whose name leads elsewhere now. After an
    /// error all is as before. Errors: EX_UNAVAILABLE, EX_CANTCREAT.
    Status open(const config::Config& config);
    /// Fills in SocketOptions::listener.
    void lend(config::Config& config) const;
    /// Ends those that this configuration does not use.
    void close_others(const config::Config& config);

private:
    std::map<std::string, sink::Listener> listeners_;  ///< by path
};

}  // namespace nflogd::pipeline
