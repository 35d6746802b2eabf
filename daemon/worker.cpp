// SPDX-License-Identifier: GPL-2.0-or-later
#include "worker.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "commands.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "pipeline/registry.hpp"
#include "sandbox.hpp"

namespace nflogd::daemon {
namespace {

/// Limits the process to the directories and sockets that its outputs write to.
Result<std::string> confine(const pipeline::WorkerPlan& plan) {
    Sandbox sandbox;
    sandbox.accept_connections = plan.doors.control >= 0 || plan.doors.metrics >= 0;
    if (const std::string& file = plan.config.metrics.textfile; !file.empty()) {
        sandbox.writable_directories.push_back(file.substr(0, file.rfind('/') + 1));
    }
    for (const config::OutputConfig& output : plan.config.outputs) {
        const Status prepared = pipeline::prepare_sink(output);
        if (!prepared && plan.outputs_must_open) {
            return prepared.error().wrap("output '" + output.name + "'");
        }
        sandbox.accept_connections = sandbox.accept_connections || pipeline::takes_readers(output);
        for (std::string& directory : pipeline::directories_of(output)) {
            sandbox.writable_directories.push_back(std::move(directory));
        }
        for (const pipeline::SocketUse& use : pipeline::sockets_of(output)) {
            sandbox.socket_families.push_back(use.family);
            if (use.tcp_port == pipeline::kAnyPort) {
                sandbox.any_tcp_port = true;
            } else if (use.tcp_port != 0) {
                sandbox.tcp_ports.push_back(static_cast<std::uint16_t>(use.tcp_port));
            }
        }
        for (std::string& file : pipeline::files_read_by(output)) {
            sandbox.readable_files.push_back(std::move(file));
        }
    }
    return enter(sandbox);
}

void wait_for_news(const pipeline::Worker& worker, std::chrono::nanoseconds until) {
    std::array<pollfd, 4> fds = {
        pollfd{worker.keeper_fd(), POLLIN, 0}, pollfd{worker.interface_fd(), POLLIN, 0},
        pollfd{worker.notice_fd(), POLLIN, 0}, pollfd{worker.desk_fd(), POLLIN, 0}};
    const auto left = std::max(until - system_clock().monotonic(), std::chrono::nanoseconds(0));
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    ::poll(fds.data(), fds.size(), static_cast<int>(milliseconds));
}

}  // namespace

int work(const pipeline::WorkerPlan& plan, pipeline::Channel channel) {
    ::prctl(PR_SET_NAME, pipeline::kWorkerName, 0, 0, 0);
    auto worker = pipeline::Worker::prepare(plan, std::move(channel));
    if (!worker) return fail(worker.error());
    auto confined = confine(plan);
    if (!confined) return fail(confined.error());
    if (Status status = (*worker)->start(*confined); !status) return fail(status.error());
    if (plan.occasions.front().change == "started") log::info("worker process: " + *confined);
    while (!(*worker)->done()) {
        wait_for_news(**worker, (*worker)->tick());
        if ((*worker)->failed()) return EX_IOERR;
    }
    (*worker)->finish();
    return EX_OK;
}

}  // namespace nflogd::daemon
