// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keeper::reload. One worker leaves, rules and books change hands, another worker
// goes on; the sockets' queues hold what arrives meanwhile. A new configuration
// takes a new worker because a worker is confined to the files of its own.
#include <algorithm>

#include "core/log.hpp"
#include "pipeline/keeper.hpp"

namespace nflogd::pipeline {

Status Keeper::reload(config::Config next) {
    if (next.rules.backend != config_.rules.backend || next.rules.table != config_.rules.table ||
        next.rules.flavour != config_.rules.flavour) {
        return Error{"rules.backend, rules.table and rules.iptables_flavour take a restart",
                     EX_CONFIG};
    }
    std::erase_if(sockets_, [this](const auto& socket) { return is_unbound(socket->group()); });
    unbound_.clear();
    auto opened = open_sockets(next);
    if (!opened) return opened.error();
    if (Status status = open_sockets_of_readers(next); !status) return status;
    if (Status status = add_labels(next); !status) {
        take_back_sockets_of_readers();
        return status;
    }
    let_worker_leave();
    const std::size_t known = sockets_.size();
    for (auto& socket : *opened) sockets_.push_back(std::move(socket));
    std::swap(config_, next);  // next is the old one now
    Status status = ruleset_->install(config_.rules);
    if (status) {
        open_books(config_);
        learn_origins();
        status = start_worker({clock_.wall_ns(), "reloaded", {}});
    }
    if (status) status = await_ready();
    if (status) {
        guard_rules();
        adopt_sockets();
        listeners_.close_others(config_);
        doors_.close_others(config_);
        return {};
    }
    sockets_.resize(known);
    std::swap(config_, next);
    take_back_sockets_of_readers();
    go_back();
    return status;
}

/// Where programs read from us. As before if that fails.
Status Keeper::open_sockets_of_readers(const config::Config& next) {
    Status status = listeners_.open(next);
    if (status) status = doors_.open(next);
    if (!status) take_back_sockets_of_readers();
    return status;
}

/// As the configuration in use wants them.
void Keeper::take_back_sockets_of_readers() {
    if (Status status = listeners_.open(config_); !status) log::warning(status.error().message);
    listeners_.close_others(config_);
    doors_.close_others(config_);
}

/// After a failed reload: the old configuration goes on.
void Keeper::go_back() {
    if (Status status = add_labels(config_); !status) log::error(status.error().message);
    if (Status status = ruleset_->install(config_.rules); !status) {
        log::error("going back to the old rules: " + status.error().message);
    }
    guard_rules();
    books_.settle();
    open_books(config_);
    restart_at_ = clock_.monotonic();
    restart_occasion_ = {0, kRestarted, {{"reason", "reload failed"}}};
}

void Keeper::let_worker_leave() {
    restart_at_.reset();
    read_counters();  // those of rules that go away
    if (!worker_) return;
    worker_->channel().send(Message::leave);
    if (!await_end(clock_.monotonic() + kStopDeadline)) {
        log::error("the worker process does not end; it is killed");
    }
    worker_.reset();
    books_.settle();
}

/// Gives known groups their settings, and unbinds those that no source reads now:
/// no rule logs to them any more.
void Keeper::adopt_sockets() {
    for (const auto& socket : sockets_) {
        if (const NflogOptions* options = options_of(socket->group())) {
            if (Status status = socket->configure(*options); !status) {
                log::warning(status.error().message);
            }
        } else {
            if (Status status = socket->request_unbind(); !status) {
                log::warning(status.error().message);
            }
            unbound_.push_back(socket->group());
            worker_->channel().send(Message::unbound, std::to_string(socket->group()));
        }
    }
}

const NflogOptions* Keeper::options_of(std::uint16_t group) const {
    for (const NflogOptions& source : config_.sources) {
        if (std::find(source.groups.begin(), source.groups.end(), group) != source.groups.end()) {
            return &source;
        }
    }
    return nullptr;
}

}  // namespace nflogd::pipeline
