// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Where the worker answers those who ask: status and live records at the control socket,
/// metrics over HTTP and in a file. One thread, the worker's main one; it never waits for
/// a client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "control/report.hpp"
#include "control/server.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "pipeline/doors.hpp"
#include "pipeline/tap.hpp"

namespace nflogd::pipeline {

class Desk {
public:
    struct Hooks {
        /// Fresh kernel counters are wanted; counted() is to be called when they are there.
        std::function<void()> want_counts;
        std::function<control::Report()> report;
    };

    /// `tap` and `clock` outlive it. Errors: EX_OSERR.
    static Result<std::unique_ptr<Desk>> open(const Doors& doors, const config::Metrics& metrics,
                                              Tap& tap, Hooks hooks, const Clock& clock);

    /// To be polled for reading.
    [[nodiscard]] int fd() const { return server_.fd(); }
    /// Does what is due. Returns when to be called again at the latest
    /// (Clock::monotonic()).
    std::chrono::nanoseconds tick();
    /// Answers those who waited for the counters.
    void counted();

private:
    Desk(control::Server server, config::Metrics metrics, Tap& tap, Hooks hooks,
         const Clock& clock);

    struct Waiting {
        std::uint64_t client;
        control::Server::Door door;
        std::string text;
        std::chrono::nanoseconds until;  ///< then it is answered with what is known
    };

    void take(control::Server::Asked asked);
    void take_control(control::Server::Asked asked);
    void let_wait(control::Server::Asked asked);
    void attach(std::uint64_t client, const std::string& filter, const std::string& format);
    void answer_waiting();
    void write_textfile();

    control::Server server_;
    const config::Metrics metrics_;
    Tap& tap_;
    const Hooks hooks_;
    const Clock& clock_;
    std::vector<Waiting> waiting_;
    std::chrono::nanoseconds textfile_at_{0};
    bool textfile_failed_ = false;  ///< and that was told
};

}  // namespace nflogd::pipeline
