// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/keeper.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "core/log.hpp"
#include "pipeline/registry.hpp"
#include "source/group_holder.hpp"

namespace nflogd::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// A worker that needs longer than this hangs.
constexpr seconds kReadyDeadline{30};
constexpr seconds kEndGrace{5};
constexpr seconds kOrphanPatience{4};
/// With what the worker needs to look twice, this is below two seconds.
constexpr milliseconds kRestingCount{1500};

std::string user_name() {
    const passwd* const entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

Error told_already(const Exit& exit) { return {"", exit.code != 0 ? exit.code : EX_SOFTWARE}; }

}  // namespace

Keeper::Keeper(config::Config config, Work work, const Clock& clock)
    : config_(std::move(config)),
      work_(std::move(work)),
      clock_(clock),
      ruleset_(rules::make_ruleset(config_.rules.backend)) {
    facts_.started_ns = clock_.wall_ns();
    facts_.pid = ::getpid();
    facts_.user = user_name();
}

Result<std::unique_ptr<Keeper>> Keeper::start(config::Config config, Work work,
                                              const Clock& clock) {
    std::unique_ptr<Keeper> keeper(new Keeper(std::move(config), std::move(work), clock));
    if (Status status = keeper->start_all(); !status) return status.error();
    return keeper;
}

Status Keeper::start_all() {
    if (Status status = add_labels(config_); !status) return status;
    auto opened = open_first_sockets();
    if (!opened) return opened.error();
    sockets_ = std::move(*opened);
    if (Status status = listeners_.open(config_); !status) return status;
    if (Status status = doors_.open(config_); !status) return status;
    open_books(config_);
    watch_origins();
    learn_origins();
    if (Status status = start_worker({clock_.wall_ns(), "started", {}}); !status) return status;
    if (Status status = await_ready(); !status) return status;
    if (Status status = ruleset_->install(config_.rules); !status) return status;
    guard_rules();
    return {};
}

/// The worker of a daemon that was killed holds its groups until it has written
/// what was left. It may end while it is looked for: then nobody is seen.
Result<Keeper::Sockets> Keeper::open_first_sockets() const {
    const nanoseconds deadline = clock_.monotonic() + kOrphanPatience;
    while (true) {
        auto opened = open_sockets(config_);
        const auto names = [&opened](const char* holder) {
            return opened.error().message.find(holder) != std::string::npos;
        };
        const bool orphan = !opened && opened.error().exit_code == EX_UNAVAILABLE &&
                            (names(kWorkerName) || names(source::kUnseenHolder));
        if (!orphan || clock_.monotonic() >= deadline) return opened;
        std::this_thread::sleep_for(milliseconds(50));
    }
}

/// Of the groups that are not open yet.
Result<Keeper::Sockets> Keeper::open_sockets(const config::Config& config) const {
    Sockets opened;
    for (const NflogOptions& source : config.sources) {
        for (const std::uint16_t group : source.groups) {
            const bool known = std::any_of(sockets_.begin(), sockets_.end(),
                                           [&](const auto& s) { return s->group() == group; });
            if (known) continue;
            auto socket = source::NflogSocket::open(group, source);
            if (!socket) return socket.error();
            for (const std::string& warning : socket->warnings()) log::warning(warning);
            opened.push_back(std::make_unique<source::NflogSocket>(std::move(*socket)));
        }
    }
    return opened;
}

Status Keeper::add_labels(const config::Config& config) {
    for (const LogRule& rule : config.rules.log) {
        const auto label = labels_.add(rule.name, rule.action);
        if (!label) return Error{"more rules than one run can tell apart: restart", EX_CONFIG};
        // The newest rule of this name and group wins; records of the others that
        // are still on their way keep their labels.
        for (const std::uint16_t group : groups_of(rule)) {
            std::erase_if(known_rules_, [&](const enrich::KnownRule& known) {
                return known.prefix == rule.name && known.group == group;
            });
            known_rules_.push_back({rule.name, group, *label});
        }
    }
    return {};
}

void Keeper::open_books(const config::Config& config) {
    for (const auto& socket : sockets_) books_.open_group(socket->group());
    std::vector<std::string> outputs;
    for (const config::OutputConfig& output : config.outputs) {
        books_.open_output(output.name, output.queue, raw_bytes_of(output, config.sources));
        outputs.push_back(output.name);
    }
    books_.use_outputs(outputs);
}

Status Keeper::start_worker(Lifecycle occasion) {
    untold_.push_back(std::move(occasion));
    // A successor must go on for the others' sake, whatever became of one output.
    const bool outputs_must_open = untold_.back().change != kRestarted;
    listeners_.lend(config_);
    facts_.rules = rules_state();
    WorkerPlan plan{
        config_, outputs_must_open,    books_, labels_, known_rules_, origins_, {}, untold_,
        run_,    doors_.lend(config_), facts_};
    std::vector<int> keep;
    received_before_ = books_.received();
    for (const auto& socket : sockets_) {
        plan.groups.push_back({socket.get(), is_unbound(socket->group())});
        keep.push_back(socket->fd());
    }
    for (const config::OutputConfig& output : config_.outputs) {
        const auto* readers = std::get_if<SocketOptions>(&output.options);
        if (readers != nullptr) keep.push_back(readers->listener);
    }
    for (const int door : {plan.doors.control, plan.doors.metrics}) {
        if (door >= 0) keep.push_back(door);
    }
    ready_ = false;
    auto process = WorkerProcess::start(
        [this, &plan](Channel channel) { return work_(plan, std::move(channel)); },
        std::move(keep));
    if (!process) return process.error();
    worker_.emplace(std::move(*process));
    worker_seen_ = clock_.monotonic();
    return {};
}

bool Keeper::is_unbound(std::uint16_t group) const {
    return std::find(unbound_.begin(), unbound_.end(), group) != unbound_.end();
}

Status Keeper::await_ready() {
    const nanoseconds deadline = clock_.monotonic() + kReadyDeadline;
    while (!ready_ && clock_.monotonic() < deadline) {
        worker_->wait(milliseconds(500));
        hear_worker();
        if (const auto& exit = worker_->ended(); exit && !ready_) {
            const Error error = exit->signal == 0
                                    ? told_already(*exit)
                                    : Error{"the worker process ended by " + to_string(*exit) +
                                                " before it was ready",
                                            EX_SOFTWARE};
            worker_.reset();
            return error;
        }
    }
    if (ready_) return {};
    worker_.reset();
    return Error{"the worker process does not get ready", EX_SOFTWARE};
}

void Keeper::hear_worker() {
    while (auto letter = worker_->channel().receive()) {
        worker_seen_ = clock_.monotonic();
        if (letter->message == Message::ready) ready_ = true;
        if (letter->message == Message::replace) replace_ = true;
        if (letter->message == Message::told) untold_.clear();
        if (letter->message == Message::want_counts) {
            const bool read = read_counters().has_value();
            worker_->channel().send(read ? Message::counts : Message::no_counts);
        }
    }
}

void Keeper::reopen() {
    if (worker_) worker_->channel().send(Message::reopen);
}

Result<nanoseconds> Keeper::tick() {
    if (worker_) {
        hear_worker();
        if (worker_->ended()) {
            if (Status status = follow_dead_worker(); !status) return status.error();
        }
    }
    if (std::exchange(replace_, false) && worker_) {
        let_worker_leave();
        log::info("a log directory was put in another's place; starting another worker process");
        restart_occasion_ = {0, kRestarted, {{"reason", "log directory replaced"}}};
        restart_at_ = clock_.monotonic();
    }
    const nanoseconds now = clock_.monotonic();
    if (restart_at_ && now >= *restart_at_) {
        restart_at_.reset();
        restart_occasion_.timestamp_ns = clock_.wall_ns();
        if (Status status = start_worker(restart_occasion_); !status) {
            if (Status again = try_later(status.error()); !again) return again.error();
        }
    }
    look_after_rules();
    const nanoseconds next_count = count_for_resting_worker(now);
    nanoseconds next = std::min(restart_at_.value_or(now + seconds(60)), next_count);
    next = std::min(next, look_after_origins(now));
    if (guard_ && guard_->deadline()) next = std::min(next, *guard_->deadline());
    return next;
}

/// While packets come, the worker asks for the counters more often than this. A
/// worker that gets none cannot know that there were some. Returns when to be
/// called again.
nanoseconds Keeper::count_for_resting_worker(nanoseconds now) {
    if (!worker_) return now + kRestingCount;
    if (now >= counted_at_ + kRestingCount && read_counters().value_or(false)) {
        worker_->channel().send(Message::look);
    }
    return counted_at_ + kRestingCount;
}

Death Keeper::death_of(const Exit& exit) const {
    return {exit.signal != SIGKILL, ready_ && books_.received() > received_before_};
}

/// A worker that was not told to end has ended.
Status Keeper::follow_dead_worker() {
    hear_worker();  // its last words
    const Exit exit = *worker_->ended();
    const int pid = worker_->pid();
    worker_.reset();
    const std::uint64_t lost = books_.settle();
    const auto pause = restarts_.after(death_of(exit), clock_.monotonic());
    const std::string what = fmt::format("the worker process {} ended by {}", pid, to_string(exit));
    if (!pause) {
        return Error{what + ", again and again; see the lines above for the reason", EX_SOFTWARE};
    }
    ++facts_.worker_restarts;
    log::error(fmt::format("{}; {} packets that it held are lost; starting another", what, lost));
    restart_at_ = clock_.monotonic() + *pause;
    restart_occasion_ = {
        0, kRestarted, {{"reason", to_string(exit)}, {"lost", std::to_string(lost)}}};
    return {};
}

/// There is no process or memory to be had for a worker now.
Status Keeper::try_later(const Error& error) {
    untold_.pop_back();
    const auto pause = restarts_.after({false, false}, clock_.monotonic());
    if (!pause) return error;
    log::error(error.message + "; trying again");
    restart_at_ = clock_.monotonic() + *pause;
    return {};
}

bool Keeper::await_end(nanoseconds deadline) {
    while (!worker_->ended() && clock_.monotonic() < deadline) {
        worker_->wait(milliseconds(500));
        hear_worker();
    }
    hear_worker();  // its last words
    return worker_->ended().has_value();
}

Status Keeper::stop() {
    guard_.reset();
    Status status = ruleset_->quiesce();
    for (const auto& socket : sockets_) {
        if (Status asked = socket->request_unbind(); !asked) log::error(asked.error().message);
        unbound_.push_back(socket->group());
    }
    const nanoseconds deadline = clock_.monotonic() + kStopDeadline + kEndGrace;
    bool ended = false;
    while (!ended && clock_.monotonic() < deadline) {
        if (!worker_) {  // it died, or this is about to be its second try
            Status started = start_worker({clock_.wall_ns(), kRestarted, {}});
            if (!started) break;
        }
        worker_->channel().send(Message::drain);
        await_end(deadline);
        ended = worker_->ended() && worker_->ended()->clean();
        const bool again = worker_->ended() && worker_->ended()->signal != 0 &&
                           restarts_.after(death_of(*worker_->ended()), clock_.monotonic());
        worker_.reset();
        if (!again) break;
        books_.settle();
    }
    if (!ended && status) status = Error{"the worker did not end cleanly", EX_SOFTWARE};
    if (Status removed = ruleset_->remove(); !removed) status = std::move(removed);
    return status;
}

std::string Keeper::summary() const {
    std::vector<std::string> groups;
    for (const auto& socket : sockets_) groups.push_back(std::to_string(socket->group()));
    std::vector<std::string> outputs;
    for (const config::OutputConfig& output : config_.outputs) {
        outputs.push_back(
            fmt::format("{} ({} to {})", output.name, output.format, place_of(output)));
    }
    return fmt::format("reading nfnetlink_log group {}, {} log rules of our own, writing {}",
                       fmt::join(groups, ","), config_.rules.log.size(), fmt::join(outputs, ", "));
}

}  // namespace nflogd::pipeline
