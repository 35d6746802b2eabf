// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The addresses of receivers that the configuration names. Looked up where the
/// configuration is read, since the process that sends can open no file; and in a
/// short-lived child, since answers from the network are hostile bytes and whoever
/// waits for them must not wait for long.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace nflogd::daemon {

/// One thread, in a process that has no other.
class ReceiverNames {
public:
    /// Puts the addresses of all names into the configuration: as they are now or, if
    /// that cannot be found out within some seconds, as they were last. Logs a name
    /// once that is not found any more. Returns whether all have.
    bool look_up(config::Config& config);

private:
    std::map<std::string, std::vector<std::string>> found_;
    std::set<std::string> missed_;  ///< at the last try, which has been told
};

}  // namespace nflogd::daemon
