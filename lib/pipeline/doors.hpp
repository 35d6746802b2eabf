// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The listening sockets behind which the worker answers (pipeline/desk.hpp). The keeper
/// makes them: they outlive the workers, so who asks while one follows another waits for
/// the successor. One thread.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"
#include "core/fd.hpp"
#include "core/result.hpp"
#include "sink/listener.hpp"

namespace nflogd::pipeline {

/// As a worker gets them; -1: there is none.
struct Doors {
    int control = -1;
    int metrics = -1;
};

class DoorKeeper {
public:
    /// Makes those that are not there yet, or are elsewhere now; what is not wanted any
    /// more stays until keep(). Who did not name a control socket can do without it: then
    /// that is a warning. Errors: EX_UNAVAILABLE, EX_CANTCREAT.
    Status open(const config::Config& config);
    /// Ends those that this configuration does not use.
    void close_others(const config::Config& config);
    /// For a worker with this configuration.
    [[nodiscard]] Doors lend(const config::Config& config) const;

private:
    struct Door {
        std::optional<sink::Listener> socket;  ///< of a name in the file system
        Fd tcp;
        config::MetricsAddress address;

        [[nodiscard]] bool leads_to(const config::MetricsAddress& wanted) const;
        [[nodiscard]] int fd() const { return socket ? socket->fd() : tcp.get(); }
    };

    static Result<Door> make(const config::MetricsAddress& address);
    Status open(std::vector<Door>& doors, const config::MetricsAddress& address);
    static int find(const std::vector<Door>& doors, const config::MetricsAddress& address);

    std::vector<Door> control_;
    std::vector<Door> metrics_;
};

}  // namespace nflogd::pipeline
