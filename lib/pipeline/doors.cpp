// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/doors.hpp"

#include "control/loopback.hpp"
#include "core/log.hpp"

namespace nflogd::pipeline {
namespace {

config::MetricsAddress control_of(const config::Config& config) {
    config::MetricsAddress address;
    address.path = config.control_socket;
    return address;
}

bool is_wanted(const config::MetricsAddress& address) {
    return !address.path.empty() || !address.host.empty();
}

}  // namespace

bool DoorKeeper::Door::leads_to(const config::MetricsAddress& wanted) const {
    return address == wanted && (!socket || socket->in_place());
}

Result<DoorKeeper::Door> DoorKeeper::make(const config::MetricsAddress& address) {
    Door door;
    door.address = address;
    if (address.path.empty()) {
        auto tcp = control::listen_on_loopback(address.host, address.port);
        if (!tcp) return tcp.error();
        door.tcp = std::move(*tcp);
        return door;
    }
    SocketOptions options;
    options.path = address.path;
    auto socket = sink::Listener::open(options);
    if (!socket) return socket.error();
    door.socket.emplace(std::move(*socket));
    return door;
}

Status DoorKeeper::open(std::vector<Door>& doors, const config::MetricsAddress& address) {
    if (!is_wanted(address) || find(doors, address) >= 0) return {};
    auto door = make(address);
    if (!door) return door.error();
    doors.push_back(std::move(*door));
    return {};
}

Status DoorKeeper::open(const config::Config& config) {
    if (Status status = open(control_, control_of(config)); !status) {
        const Error error = status.error().wrap("control_socket");
        if (config.control_socket != config::kControlSocket) return error;
        log::warning(error.message + "; nflogd status and tail will not find this daemon");
    }
    if (Status status = open(metrics_, config.metrics.listen); !status) {
        return status.error().wrap("metrics.listen");
    }
    return {};
}

int DoorKeeper::find(const std::vector<Door>& doors, const config::MetricsAddress& address) {
    for (const Door& door : doors) {
        if (door.leads_to(address)) return door.fd();
    }
    return -1;
}

Doors DoorKeeper::lend(const config::Config& config) const {
    return {find(control_, control_of(config)), find(metrics_, config.metrics.listen)};
}

void DoorKeeper::close_others(const config::Config& config) {
    std::erase_if(control_, [&](const Door& door) { return !door.leads_to(control_of(config)); });
    std::erase_if(metrics_,
                  [&](const Door& door) { return !door.leads_to(config.metrics.listen); });
}

}  // namespace nflogd::pipeline
