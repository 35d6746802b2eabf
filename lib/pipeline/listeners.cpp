// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/listeners.hpp"

#include <algorithm>

namespace nflogd::pipeline {

Status Listeners::open(const config::Config& config) {
    std::map<std::string, sink::Listener> made;
    for (const config::OutputConfig& output : config.outputs) {
        const auto* options = std::get_if<SocketOptions>(&output.options);
        if (options == nullptr) continue;
        const auto known = listeners_.find(options->path);
        if (known != listeners_.end() && known->second.in_place()) {
            Status permitted = known->second.permit(*options);
            if (!permitted) return permitted.error().wrap("output '" + output.name + "'");
            continue;
        }
        auto listener = sink::Listener::open(*options);
        if (!listener) return listener.error().wrap("output '" + output.name + "'");
        made.emplace(options->path, std::move(*listener));
    }
    for (auto& [path, listener] : made) listeners_.insert_or_assign(path, std::move(listener));
    return {};
}

void Listeners::lend(config::Config& config) const {
    for (config::OutputConfig& output : config.outputs) {
        auto* options = std::get_if<SocketOptions>(&output.options);
        if (options == nullptr) continue;
        const auto found = listeners_.find(options->path);
        options->listener = found == listeners_.end() ? -1 : found->second.fd();
    }
}

void Listeners::close_others(const config::Config& config) {
    std::erase_if(listeners_, [&](const auto& listener) {
        return std::none_of(config.outputs.begin(), config.outputs.end(),
                            [&](const config::OutputConfig& output) {
                                const auto* options = std::get_if<SocketOptions>(&output.options);
                                return options != nullptr && options->path == listener.first;
                            });
    });
}

}  // namespace nflogd::pipeline
