// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// `nflogd tail` without a file: what the daemon has in its log, and then what it sees.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <utility>

#include "control/client.hpp"
#include "control/json_files.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "line_socket.hpp"
#include "sandbox.hpp"
#include "tail.hpp"
#include "tail_history.hpp"

namespace nflogd::daemon {
namespace {

using namespace std::chrono_literals;
using pipeline::LogPrinter;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A record that was read before we attached is in the daemon's file by then.
constexpr auto kWritten = 200ms;
constexpr auto kAgain = 100ms;
/// A daemon that restarts is back by then.
constexpr auto kGone = 10s;
constexpr auto kAnswer = 10s;

bool asks_for_history(const TailOptions& options) {
    return options.last || options.since_ns || options.until_ns || options.all;
}

class DaemonTail {
public:
    DaemonTail(const TailOptions& options, LogPrinter& printer)
        : options_(options),
          printer_(printer),
          follows_(options.follow.value_or(!options.until_ns)),
          history_(options, printer) {}

    /// First the live records, so that none is missed while the past is read.
    Status run() {
        if (follows_) {
            if (Status attached = attach_first(); !attached) return attached;
        }
        Status found;
        if (!follows_ || asks_for_history(options_)) found = find_history();
        if (Status confined = confine(); !confined) return confined;
        if (!found) {
            if (!follows_) return found;
            log::warning(found.error().message);
        }
        if (Status shown = show_history(); !shown) return shown;
        return follows_ ? go_on() : Status{};
    }

private:
    /// Somebody who wants to follow waits for a daemon that is not there yet.
    Status attach_first() {
        Status attached = attach();
        if (attached || !options_.follow.value_or(false)) return attached;
        if (attached.error().exit_code != EX_UNAVAILABLE) return attached;
        log::warning(attached.error().message + "; waiting for it");
        while (!attached) {
            if (Status waited = wait_for_input({}, milliseconds(kAgain).count()); !waited) {
                return waited;
            }
            attached = attach();
        }
        return {};
    }

    Status attach() {
        control::Request request;
        request.kind = control::Request::Kind::tail;
        request.filter = options_.filter;
        auto connection = control::send_request(options_.control_socket, request);
        if (!connection) return connection.error();
        const auto answer = control::read_line(*connection, kAnswer);
        if (!answer) return answer.error();
        if (*answer + "\n" != control::kTailStarted) {
            return Error{options_.control_socket + ": what answers there is no nflogd",
                         EX_PROTOCOL};
        }
        socket_.emplace(std::move(*connection));
        return {};
    }

    Status find_history() {
        if (follows_) {
            if (Status waited = pump_for(kWritten); !waited) return waited;
        }
        const auto status = control::ask(options_.control_socket, {}, kAnswer);
        if (!status) return status.error();
        std::string reason;
        for (const std::string& path : control::json_files_of(*status)) {
            const Status added = history_.add(path, false);
            if (added) return {};
            reason = " (" + added.error().message + ")";
        }
        return Error{
            "no records of the past: the daemon writes no file in JSON that can be read "
            "here" +
                reason,
            EX_UNAVAILABLE};
    }

    Status confine() {
        Sandbox sandbox;
        sandbox.readable_files = history_.files();
        sandbox.readable_directories = history_.directories();
        sandbox.socket_families = {AF_UNIX};
        sandbox.read_as_root = true;
        const auto entered = enter(sandbox);
        return entered ? Status{} : entered.error();
    }

    /// What comes meanwhile waits, less what the log has of it by now.
    Status show_history() {
        printer_.remember(follows_);
        if (Status shown = history_.show([this] { pump(); }); !shown) return shown;
        printer_.remember(false);
        for (const Error& fault : history_.faults()) log::warning(fault.message);
        printer_.skip_known(true);
        pump();
        const std::size_t waiting = waiting_.size();
        waiting_.append(decode::JsonReader::kPadding, '\0');
        const std::string_view lines(waiting_.data(), waiting);
        if (Status printed = print_block(printer_, lines); !printed) return printed;
        waiting_ = {};
        return printer_.flush();
    }

    void pump() {
        while (socket_) {
            const auto block = socket_->next();
            if (!block) return;
            waiting_ += *block;
        }
    }

    Status pump_for(milliseconds time) {
        const auto until = steady_clock::now() + time;
        for (auto left = time; left > 0ms;
             left = std::chrono::ceil<milliseconds>(until - steady_clock::now())) {
            Status waited = wait_for_input({socket_->fd()}, static_cast<int>(left.count()));
            if (!waited) return waited;
            pump();
            if (socket_->has_ended()) return {};
        }
        return {};
    }

    Status go_on() {
        for (;;) {
            while (const auto block = socket_->next()) {
                if (Status printed = print_block(printer_, *block); !printed) return printed;
            }
            if (Status flushed = printer_.flush(); !flushed) return flushed;
            if (options_.until_ns && system_clock().wall_ns() > *options_.until_ns) return {};
            if (socket_->has_ended()) {
                if (Status again = attach_again(); !again) return again;
                continue;
            }
            const int wait =
                options_.until_ns ? static_cast<int>(milliseconds(kAgain).count()) : -1;
            if (Status waited = wait_for_input({socket_->fd()}, wait); !waited) return waited;
        }
    }

    /// A worker was replaced, or the daemon restarts.
    Status attach_again() {
        const auto ended = steady_clock::now();
        bool told = false;
        for (;;) {
            const Status attached = attach();
            const std::chrono::duration<double> away = steady_clock::now() - ended;
            if (attached) {
                printer_.skip_known(false);
                log::warning(
                    fmt::format("attached to the daemon again after {:.1f} s; records in "
                                "between are not shown here",
                                away.count()));
                return {};
            }
            if (away > kGone && !told) {
                if (!options_.follow.value_or(false)) {
                    return attached.error().wrap("the daemon has ended");
                }
                log::warning("the daemon has ended; waiting for it");
                told = true;
            }
            const auto wait = static_cast<int>(milliseconds(kAgain).count());
            if (Status waited = wait_for_input({}, wait); !waited) return waited;
        }
    }

    const TailOptions& options_;
    LogPrinter& printer_;
    bool follows_;
    TailHistory history_;
    std::optional<LineSocket> socket_;
    std::string waiting_;
};

}  // namespace

Status tail_daemon(const TailOptions& options, LogPrinter& printer) {
    return DaemonTail(options, printer).run();
}

}  // namespace nflogd::daemon
