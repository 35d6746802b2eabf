// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/desk.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "control/http.hpp"
#include "control/request.hpp"
#include "control/textfile.hpp"
#include "core/log.hpp"

namespace nflogd::pipeline {
namespace {

using control::Server;
using std::chrono::nanoseconds;

/// A keeper that needs longer to read the counters is busy with something else.
constexpr nanoseconds kCountsPatience = std::chrono::seconds(1);

}  // namespace

Desk::Desk(Server server, config::Metrics metrics, Tap& tap, Hooks hooks, const Clock& clock)
    : server_(std::move(server)),
      metrics_(std::move(metrics)),
      tap_(tap),
      hooks_(std::move(hooks)),
      clock_(clock) {}

Result<std::unique_ptr<Desk>> Desk::open(const Doors& doors, const config::Metrics& metrics,
                                         Tap& tap, Hooks hooks, const Clock& clock) {
    auto server = Server::make(clock);
    if (!server) return server.error();
    if (doors.control >= 0) {
        if (Status status = server->listen(doors.control, Server::Door::control); !status) {
            return status.error();
        }
    }
    if (doors.metrics >= 0) {
        if (Status status = server->listen(doors.metrics, Server::Door::metrics); !status) {
            return status.error();
        }
    }
    return std::unique_ptr<Desk>(
        new Desk(std::move(*server), metrics, tap, std::move(hooks), clock));
}

nanoseconds Desk::tick() {
    for (Server::Asked& asked : server_.serve()) take(std::move(asked));
    const nanoseconds now = clock_.monotonic();
    if (!waiting_.empty() && now >= waiting_.front().until) answer_waiting();
    if (!metrics_.textfile.empty() && now >= textfile_at_) write_textfile();
    nanoseconds next = metrics_.textfile.empty() ? nanoseconds::max() : textfile_at_;
    if (!waiting_.empty()) next = std::min(next, waiting_.front().until);
    return std::min(next, server_.deadline().value_or(nanoseconds::max()));
}

void Desk::take(Server::Asked asked) {
    if (asked.door == Server::Door::control) return take_control(std::move(asked));
    let_wait(std::move(asked));
}

void Desk::take_control(Server::Asked asked) {
    const auto request = control::parse_request(asked.text);
    if (!request) {
        return server_.answer(asked.client, control::error_line(request.error().message));
    }
    if (request->kind == control::Request::Kind::tail) {
        return attach(asked.client, request->filter, request->format);
    }
    let_wait(std::move(asked));
}

void Desk::let_wait(Server::Asked asked) {
    if (waiting_.empty()) hooks_.want_counts();
    waiting_.push_back(
        {asked.client, asked.door, std::move(asked.text), clock_.monotonic() + kCountsPatience});
}

void Desk::attach(std::uint64_t client, const std::string& filter, const std::string& format) {
    Fd connection = server_.release(client);
    Status status = tap_.attach(connection, filter, format, control::kTailStarted);
    if (status) return;
    const std::string line = control::error_line(status.error().message);
    ::send(connection.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Desk::counted() {
    if (!waiting_.empty()) answer_waiting();
}

void Desk::answer_waiting() {
    const control::Report report = hooks_.report();
    for (const Waiting& waiting : waiting_) {
        std::string text =
            waiting.door == Server::Door::control
                ? control::to_json(report) + "\n"
                : control::respond(waiting.text, [&] { return control::to_prometheus(report); });
        server_.answer(waiting.client, std::move(text));
    }
    waiting_.clear();
}

/// With counters as of the last look: what moves is looked at often.
void Desk::write_textfile() {
    textfile_at_ = clock_.monotonic() + metrics_.interval;
    const Status status =
        control::replace_file(metrics_.textfile, control::to_prometheus(hooks_.report()));
    if (!status && !textfile_failed_) log::error("metrics.textfile: " + status.error().message);
    if (status && textfile_failed_) log::info("metrics.textfile is written again");
    textfile_failed_ = !status;
}

}  // namespace nflogd::pipeline
