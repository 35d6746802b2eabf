// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Certificates and keys that the configuration names. Read where the configuration is
/// read: at the start that is before the daemon becomes another user, so that a key
/// may be readable by root alone; the process that sends can open no file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace nflogd::daemon {

/// One thread.
class TlsFiles {
public:
    struct Findings {
        std::vector<config::Problem> problems;
        std::vector<std::string> warnings;
    };

    /// Puts the text of all files into the configuration, and looks whether they are of
    /// use together. A file that may not be read any more (a key of root's, at a reload)
    /// is used as it was read last, with a warning.
    Findings read(config::Config& config);

private:
    std::string read(TlsFile& file, Findings& findings);

    std::map<std::string, std::string> earlier_;
};

}  // namespace nflogd::daemon
