// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/service.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/log.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::pipeline {
Service::Service(config::Config config, const Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      ruleset_(rules::make_ruleset(config_.rules.backend)),
      notice_bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Service::~Service() {
    captures_.clear();  // their threads use the lanes
}

Result<std::unique_ptr<Service>> Service::start(config::Config config, const Clock& clock) {
    std::unique_ptr<Service> service(new Service(std::move(config), clock));
    if (Status status = service->open_all(); !status) return status.error();
    return service;
}

Status Service::open_all() {
    auto monitor = enrich::InterfaceMonitor::open(interfaces_);
    if (!monitor) return monitor.error();
    monitor_ = std::move(*monitor);
    if (Status status = add_labels(config_); !status) return status;
    for (const config::OutputConfig& output : config_.outputs) {
        auto lane = open_lane(output, config_.host);
        if (!lane) return lane.error();
        lanes_.push_back(std::move(*lane));
    }
    if (Status status = open_groups(config_, captures_); !status) return status;
    post_lifecycle("started");
    for (const auto& capture : captures_) capture->wire(make_wiring());
    if (Status status = ruleset_->install(config_.rules); !status) return status;
    next_ledger_ = clock_.monotonic() + config_.ledger_interval;
    return {};
}

Status Service::open_groups(const config::Config& config,
                            std::vector<std::unique_ptr<Capture>>& opened) const {
    for (const NflogOptions& source : config.sources) {
        for (const std::uint16_t group : source.groups) {
            const bool known = std::any_of(captures_.begin(), captures_.end(),
                                           [&](const auto& c) { return c->group() == group; });
            if (known) continue;
            auto socket = source::NflogSocket::open(group, source);
            if (!socket) return socket.error();
            for (const std::string& warning : socket->warnings()) log::warning(warning);
            auto capture = Capture::create(std::move(*socket), interfaces_, clock_);
            if (!capture) return capture.error();
            opened.push_back(std::move(*capture));
        }
    }
    return {};
}

Result<std::shared_ptr<Lane>> Service::open_lane(const config::OutputConfig& output,
                                                 const std::string& host) {
    format::FormatOptions format{host, &labels_, wants_colour(output)};
    auto formatter = make_formatter(output.format, std::move(format));
    if (formatter == nullptr) {
        return Error{"output '" + output.name + "': no format '" + output.format + "'", EX_CONFIG};
    }
    auto sink = make_sink(output, clock_);
    if (!sink) return sink.error().wrap("output '" + output.name + "'");
    return std::make_shared<Lane>(output, std::move(formatter), std::move(*sink), on_lane_state(),
                                  clock_);
}

Status Service::add_labels(const config::Config& config) {
    std::vector<LedgerRule> rules;
    for (const LogRule& rule : config.rules.log) {
        const auto label = labels_.add(rule.name, rule.action);
        if (!label) return Error{"more rules than one run can tell apart: restart", EX_CONFIG};
        // The newest rule of this name and group wins; records of the others that
        // are still on their way keep their labels.
        std::erase_if(known_rules_, [&](const enrich::KnownRule& known) {
            return known.prefix == rule.name && known.group == rule.group;
        });
        known_rules_.push_back({rule.name, rule.group, *label});
        std::chrono::milliseconds flush{0};
        for (const NflogOptions& source : config.sources) {
            flush = std::max(flush, source.flush_timeout);
        }
        rules.push_back({rule.name, *label, rule.group, flush + std::chrono::milliseconds(100)});
    }
    keeper_.set_rules(std::move(rules));
    return {};
}

std::shared_ptr<const Wiring> Service::make_wiring() const {
    return std::make_shared<const Wiring>(Wiring{enrich::RuleIndex(known_rules_), lanes_});
}

void Service::reopen() {
    for (const auto& lane : lanes_) lane->post_reopen();
}

Lane::OnState Service::on_lane_state() {
    return [this](const std::string& name, const std::string& reason) {
        {
            const std::lock_guard lock(notice_mutex_);
            notices_.push_back({name, reason});
        }
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(notice_bell_.get(), &one, sizeof one);
    };
}

void Service::take_notices() {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = ::read(notice_bell_.get(), &rings, sizeof rings);
    std::vector<Notice> notices;
    {
        const std::lock_guard lock(notice_mutex_);
        notices.swap(notices_);
    }
    for (const Notice& notice : notices) {
        if (notice.reason.empty()) {
            log::info("output '" + notice.output + "' writes again");
            post_lifecycle("output_resumed", {{"output", notice.output}});
        } else {
            log::error("output '" + notice.output + "' is suspended: " + notice.reason);
            post_lifecycle("output_suspended",
                           {{"output", notice.output}, {"reason", notice.reason}});
        }
    }
}

void Service::post(Event event) {
    const auto shared = std::make_shared<const Event>(std::move(event));
    for (const auto& lane : lanes_) lane->post_event(shared);
}

void Service::post_lifecycle(std::string change,
                             std::vector<std::pair<std::string, std::string>> details) {
    post(Lifecycle{clock_.wall_ns(), std::move(change), std::move(details)});
}

std::chrono::nanoseconds Service::tick() {
    take_notices();
    if (clock_.monotonic() >= next_ledger_) {
        write_ledger();
        next_ledger_ = clock_.monotonic() + config_.ledger_interval;
    }
    return next_ledger_;
}

Ledger Service::make_ledger(bool at_rest) {
    std::optional<std::vector<rules::RuleCount>> counts;
    if (config_.rules.backend != RulesBackend::none) {
        auto read = ruleset_->count();
        if (read) {
            counts = std::move(*read);
        } else {
            log::warning("reading the rules' counters: " + read.error().message);
        }
    }
    return keeper_.make(counts, captures_, lanes_, at_rest, clock_);
}

void Service::write_ledger() {
    Ledger ledger = make_ledger(false);
    if (!moved(last_ledger_, ledger)) return;
    tell_losses(ledger);
    last_ledger_ = ledger;
    post(std::move(ledger));
}

/// One line when packets begin to be lost, one when that has ended.
void Service::tell_losses(const Ledger& ledger) {
    const Losses before = losses(last_ledger_);
    const Losses now = losses(ledger);
    const bool more =
        now.kernel > before.kernel || now.dropped > before.dropped || now.failed > before.failed;
    if (more == losing_) return;
    losing_ = more;
    const std::string sums =
        fmt::format("lost so far: {} in the kernel, {} in full queues, {} by failing outputs",
                    now.kernel, now.dropped, now.failed);
    if (more) {
        log::warning("packets are being lost; " + sums);
    } else {
        log::info("no more packets are being lost; " + sums);
    }
}

Status Service::stop() {
    Status status = ruleset_->quiesce();
    stop_groups(std::move(captures_));
    captures_.clear();
    drain_lanes();
    take_notices();
    post_lifecycle("stopped");
    Ledger final = make_ledger(true);
    final.final = true;
    tell_losses(final);
    post(std::move(final));
    if (Status removed = ruleset_->remove(); !removed) status = std::move(removed);
    for (const auto& lane : lanes_) lane->stop();
    lanes_.clear();
    return status;
}

void Service::stop_groups(std::vector<std::unique_ptr<Capture>> captures) {
    for (const auto& capture : captures) capture->request_stop();
    for (const auto& capture : captures) {
        capture->join();
        keeper_.retire(*capture);
    }
}

void Service::drain_lanes() {
    std::vector<std::future<void>> passed;
    for (const auto& lane : lanes_) {
        lane->give_up_at(clock_.monotonic() + kStopDeadline);
        passed.push_back(lane->post_barrier());
    }
    for (auto& barrier : passed) barrier.wait();
}

std::string Service::summary() const {
    std::string groups;
    for (const auto& capture : captures_) {
        groups += (groups.empty() ? "" : ",") + std::to_string(capture->group());
    }
    std::string outputs;
    for (const auto& lane : lanes_) {
        const config::OutputConfig& output = lane->config();
        const auto* file = std::get_if<FileOptions>(&output.options);
        outputs += (outputs.empty() ? "" : ", ") + output.name + " (" + output.format + " to " +
                   (file != nullptr ? file->path : output.type) + ")";
    }
    return fmt::format("reading nfnetlink_log group {}, {} log rules of our own, writing {}",
                       groups, config_.rules.log.size(), outputs);
}

}  // namespace nflogd::pipeline
