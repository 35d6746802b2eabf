// SPDX-License-Identifier: GPL-2.0-or-later
//
// Service::reload. Captures pause while lanes and rules change hands; their
// sockets' queues hold what arrives meanwhile.
#include <algorithm>

#include "core/log.hpp"
#include "pipeline/service.hpp"

namespace nflogd::pipeline {
namespace {

using config::Config;
using config::OutputConfig;

const std::string* path_of(const OutputConfig& output) {
    const auto* file = std::get_if<FileOptions>(&output.options);
    return file == nullptr ? nullptr : &file->path;
}

}  // namespace

Status Service::reload(Config next) {
    if (next.rules.backend != config_.rules.backend || next.rules.table != config_.rules.table ||
        next.rules.flavour != config_.rules.flavour) {
        return Error{"rules.backend, rules.table and rules.iptables_flavour take a restart",
                     EX_CONFIG};
    }
    std::vector<std::unique_ptr<Capture>> opened;
    if (Status status = open_groups(next, opened); !status) return status;
    last_ledger_ = make_ledger(false);  // the counts of rules that go away

    for (const auto& capture : captures_) capture->pause();
    const std::vector<enrich::KnownRule> known_rules = known_rules_;
    Status status = add_labels(next);
    if (status) status = ruleset_->install(next.rules);
    if (status) {
        status = replace_lanes(next);
        if (!status) {
            if (Status back = ruleset_->install(config_.rules); !back) {
                log::error("going back to the old rules: " + back.error().message);
            }
        }
    }
    if (!status) {
        known_rules_ = known_rules;
        for (const auto& capture : captures_) capture->wire(make_wiring());
        return status;
    }
    config_ = std::move(next);
    adopt_groups(std::move(opened));
    post_lifecycle("reloaded");
    return {};
}

/// Takes in new groups, gives known ones their settings, lets the others go.
void Service::adopt_groups(std::vector<std::unique_ptr<Capture>> opened) {
    std::vector<std::unique_ptr<Capture>> keep = std::move(opened);
    std::vector<std::unique_ptr<Capture>> leave;
    for (auto& capture : captures_) {
        const NflogOptions* options = options_of(capture->group());
        if (options != nullptr) capture->configure(*options);
        (options != nullptr ? keep : leave).push_back(std::move(capture));
    }
    captures_ = std::move(keep);
    for (const auto& capture : captures_) capture->wire(make_wiring());
    for (const auto& capture : leave) capture->wire(make_wiring());
    stop_groups(std::move(leave));
}

const NflogOptions* Service::options_of(std::uint16_t group) const {
    for (const NflogOptions& source : config_.sources) {
        if (std::find(source.groups.begin(), source.groups.end(), group) != source.groups.end()) {
            return &source;
        }
    }
    return nullptr;
}

/// Makes lanes_ what `next` asks for. An output whose settings did not change
/// keeps its lane; one that goes on with the same file gets it when the old lane
/// has written everything. After an error nothing has changed.
Status Service::replace_lanes(const Config& next) {
    Lanes lanes(next.outputs.size());
    std::vector<bool> kept(lanes_.size(), false);
    for (std::size_t i = 0; i < next.outputs.size(); ++i) {
        const auto same = next.host == config_.host ? find_same(next.outputs[i]) : std::nullopt;
        if (same) {
            lanes[i] = lanes_[*same];
            kept[*same] = true;
        } else if (!file_in_use(next.outputs[i])) {
            auto lane = open_lane(next.outputs[i], next.host);
            if (!lane) return lane.error();
            lanes[i] = std::move(*lane);
        }
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (!kept[i]) retire_lane(*lanes_[i]);
    }
    for (std::size_t i = 0; i < next.outputs.size(); ++i) {
        if (lanes[i] != nullptr) continue;
        auto lane = open_lane(next.outputs[i], next.host);
        if (lane) {
            lanes[i] = std::move(*lane);
        } else {  // it was open a moment ago; the others must go on
            log::error(lane.error().message + "; this output is off until the next reload");
        }
    }
    std::erase(lanes, nullptr);
    lanes_ = std::move(lanes);
    return {};
}

std::optional<std::size_t> Service::find_same(const OutputConfig& wanted) const {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const OutputConfig& now = lanes_[i]->config();
        if (now.name == wanted.name && now.type == wanted.type && now.format == wanted.format &&
            now.queue == wanted.queue && now.options == wanted.options) {
            return i;
        }
    }
    return std::nullopt;
}

bool Service::file_in_use(const OutputConfig& wanted) const {
    const std::string* path = path_of(wanted);
    return path != nullptr && std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) {
               const std::string* held = path_of(lane->config());
               return held != nullptr && *held == *path;
           });
}

void Service::retire_lane(Lane& lane) {
    lane.give_up_at(clock_.monotonic() + kStopDeadline);
    lane.stop();
    keeper_.retire(lane);
}

}  // namespace nflogd::pipeline
