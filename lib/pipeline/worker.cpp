// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/worker.hpp"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/log.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Without the keeper the group cannot be unbound; its last batch comes with the
/// flush timer, and where rules are left behind packets go on coming.
constexpr nanoseconds kOrphanDeadline = std::chrono::seconds(2);
constexpr nanoseconds kOrphanLook = milliseconds(50);
/// What was lost at the end of a burst is known before.
constexpr nanoseconds kRestAfter = std::chrono::seconds(2);

format::FormatOptions tap_format(const WorkerPlan& plan) {
    TextOptions text;
    text.internal_networks = plan.config.internal_networks;
    return {plan.config.host, &plan.labels, false, plan.run, std::move(text)};
}

/// Readers may ask for any format.
std::size_t tap_raw(const WorkerPlan& plan) {
    config::OutputConfig most;
    most.format = "kernel";
    return raw_bytes_of(most, plan.config.sources);
}

}  // namespace

Worker::Worker(const WorkerPlan& plan, Channel channel, Fd bell, const Clock& clock)
    : plan_(plan),
      channel_(std::move(channel)),
      clock_(clock),
      rules_(plan.rules),
      origins_(plan.labels, plan.config.prefixes),
      rules_state_(plan.facts.rules),
      rules_missing_(plan.facts.rules_missing),
      bell_(std::move(bell)),
      tap_(tap_format(plan), tap_raw(plan), clock),
      wiring_{rules_, origins_, interfaces_, lanes_, clock_, resting_, [this] { ring_bell(); },
              &tap_} {
    take_origins();
}

Worker::~Worker() {
    captures_.clear();  // their threads use the lanes
}

Result<std::unique_ptr<Worker>> Worker::prepare(const WorkerPlan& plan, Channel channel,
                                                const Clock& clock) {
    Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell) return system_error(errno, "eventfd");
    std::unique_ptr<Worker> worker(new Worker(plan, std::move(channel), std::move(bell), clock));
    auto monitor = enrich::InterfaceMonitor::open(worker->interfaces_);
    if (!monitor) return monitor.error();
    worker->monitor_ = std::move(*monitor);
    return worker;
}

Status Worker::start(std::string sandbox) {
    sandbox_ = std::move(sandbox);
    if (Status status = open_lanes(); !status) return status;
    std::vector<std::string> outputs;
    for (const auto& lane : lanes_) outputs.push_back(lane->config().name);
    auditor_.emplace(plan_.books, ledger_rules(), std::move(outputs));
    for (const Lifecycle& occasion : plan_.occasions) post_lifecycle(occasion);
    for (const auto& lane : lanes_) occasions_told_.push_back(lane->post_barrier());
    written_ledger_ = seen_ledger_ = make_ledger(false, false);
    losing_ = false;
    moved_at_ = clock_.monotonic();
    if (Status status = start_captures(); !status) return status;
    auto desk =
        Desk::open(plan_.doors, plan_.config.metrics, tap_,
                   {[this] { ask_for_counts(); }, [this] { return make_report(); }}, clock_);
    if (!desk) return desk.error();
    desk_ = std::move(*desk);
    channel_.send(Message::ready);
    return {};
}

Status Worker::open_lanes() {
    for (const config::OutputConfig& output : plan_.config.outputs) {
        auto lane = open_lane(output);
        if (!lane) return lane.error();
        lanes_.push_back(std::move(*lane));
        for (std::string& directory : directories_of(output)) {
            places_.push_back(Place::at(lanes_.size() - 1, std::move(directory)));
        }
    }
    return {};
}

/// As it is now; zeros if there is nothing.
Worker::Place Worker::Place::at(std::size_t lane, std::string directory) {
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0) info = {};
    return {lane, std::move(directory), info.st_dev, info.st_ino};
}

/// A directory that was made anew or mounted over after the process was confined
/// is out of reach for it; for a successor it is not.
void Worker::look_at_places() {
    for (const Place& place : places_) {
        if (replacement_asked_) return;
        if (!lanes_[place.lane]->suspended()) continue;
        const Place now = Place::at(place.lane, place.directory);
        if (now.inode == 0 || now == place) continue;
        replacement_asked_ = channel_.send(Message::replace);
    }
}

Result<std::unique_ptr<Lane>> Worker::open_lane(const config::OutputConfig& output) {
    const format::FormatOptions format{plan_.config.host, &plan_.labels, wants_colour(output),
                                       plan_.run, output.text};
    auto formatter = make_formatter(output, format);
    if (formatter == nullptr) {
        return Error{"output '" + output.name + "': no format '" + output.format + "'", EX_CONFIG};
    }
    std::optional<Lane::Wanted> wanted;
    if (!output.filter.empty()) {
        auto filter = filter::Filter::parse(output.filter);
        if (!filter) return filter.error().wrap("output '" + output.name + "': filter");
        wanted.emplace(Lane::Wanted{std::move(*filter), plan_.labels});
    }
    OutputBook& book = plan_.books.output(output.name);
    const auto opening =
        plan_.outputs_must_open ? sink::Opening::now : sink::Opening::when_possible;
    auto sink = make_sink(output, clock_, &book, opening, format);
    if (!sink) return sink.error().wrap("output '" + output.name + "'");
    return std::make_unique<Lane>(output, book, std::move(formatter), std::move(*sink),
                                  on_lane_state(), clock_, std::move(wanted));
}

Status Worker::start_captures() {
    for (const WorkerPlan::Group& group : plan_.groups) {
        GroupBook& book = plan_.books.group(group.socket->group());
        auto capture = Capture::start(*group.socket, book, wiring_);
        if (!capture) return capture.error();
        if (group.unbound) (*capture)->finish();
        captures_.push_back(std::move(*capture));
    }
    return {};
}

Lane::OnState Worker::on_lane_state() {
    return [this](const std::string& name, const std::string& reason) {
        {
            const std::lock_guard lock(notice_mutex_);
            notices_.push_back({name, reason});
        }
        ring_bell();
    };
}

void Worker::ring_bell() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(bell_.get(), &one, sizeof one);
}

void Worker::take_notices() {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);
    std::vector<Notice> notices;
    {
        const std::lock_guard lock(notice_mutex_);
        notices.swap(notices_);
    }
    for (const Notice& notice : notices) {
        output_states_[notice.output].suspended = notice.reason;
        output_states_[notice.output].since_ns = clock_.wall_ns();
        if (notice.reason.empty()) {
            log::info("output '" + notice.output + "' writes again");
            post_lifecycle({clock_.wall_ns(), "output_resumed", {{"output", notice.output}}});
        } else {
            log::error("output '" + notice.output + "' is suspended: " + notice.reason);
            post_lifecycle({clock_.wall_ns(),
                            "output_suspended",
                            {{"output", notice.output}, {"reason", notice.reason}}});
        }
    }
}

void Worker::post(Event event) {
    const auto shared = std::make_shared<const Event>(std::move(event));
    for (const auto& lane : lanes_) lane->post_event(shared);
    tap_.post_event(shared);
}

void Worker::post_lifecycle(Lifecycle lifecycle) {
    note_lifecycle(lifecycle);
    post(std::move(lifecycle));
}

nanoseconds Worker::tick() {
    monitor_->update();
    take_notices();
    hear_keeper();
    tell_occasions();
    if (ending_ == Ending::orphan) {
        end_orphaned();
        return clock_.monotonic() + kOrphanLook;
    }
    const nanoseconds asked = desk_->tick();
    return std::min(asked, next_look(clock_.monotonic()));
}

/// Looks if it is time to, and says when the next time is.
nanoseconds Worker::next_look(nanoseconds now) {
    const auto pause = [this] { return resting_ ? nanoseconds(kRestingLook) : kLedgerLook; };
    if (now >= looked_at_ + pause()) {
        ask_for_counts();  // the answer makes the ledger
        look_at_places();
        looked_at_ = now;
    }
    if (!may_rest(now)) {
        resting_ = false;
    } else if (!resting_) {
        resting_ = true;
        // Packets may have come before the captures could see that.
        if (!may_rest(now)) resting_ = false;
    }
    return looked_at_ + pause();
}

/// When all is told that there is to tell.
bool Worker::may_rest(nanoseconds now) const {
    return now >= moved_at_ + kRestAfter && ending_ == Ending::none && !losing_ &&
           plan_.books.received() == seen_received_ && !moved(written_ledger_, seen_ledger_) &&
           std::none_of(lanes_.begin(), lanes_.end(),
                        [](const auto& lane) { return lane->suspended(); });
}

void Worker::tell_occasions() {
    if (occasions_told_.empty()) return;
    for (const auto& told : occasions_told_) {
        if (told.wait_for(nanoseconds::zero()) != std::future_status::ready) return;
    }
    occasions_told_.clear();
    channel_.send(Message::told);
}

void Worker::hear_keeper() {
    while (auto letter = channel_.receive()) obey(*letter);
    if (!channel_.closed() || ending_ == Ending::orphan) return;
    log::error("the keeper is gone; writing what is left");
    ending_ = Ending::orphan;
    orphan_until_ = clock_.monotonic() + kOrphanDeadline;
}

void Worker::take_origins() {
    if (auto origins = plan_.origins.read()) origins_.set(std::move(*origins));
}

void Worker::obey(const Letter& letter) {
    switch (letter.message) {
        case Message::counts:
        case Message::no_counts:
            --unanswered_;
            keep_ledger(letter.message == Message::counts);
            desk_->counted();
            break;
        case Message::lifecycle:
            post_lifecycle(lifecycle_from(letter.text, clock_.wall_ns()));
            break;
        case Message::origins: take_origins(); break;
        case Message::rules: rules_state_ = letter.text; break;
        case Message::look: moved_at_ = clock_.monotonic(); break;
        case Message::reopen:
            for (const auto& lane : lanes_) lane->post_reopen();
            break;
        case Message::unbound:
            for (const auto& capture : captures_) {
                if (std::to_string(capture->book().group()) == letter.text) capture->finish();
            }
            break;
        case Message::drain:
            ending_ = Ending::drain;
            for (const auto& capture : captures_) capture->finish();
            break;
        case Message::leave:
            ending_ = Ending::leave;
            for (const auto& capture : captures_) {
                // Nobody reads an unbound group on.
                if (!capture->finishing()) capture->leave();
            }
            break;
        default: break;
    }
}

void Worker::end_orphaned() {
    nanoseconds flush{0};
    for (const NflogOptions& source : plan_.config.sources) {
        flush = std::max<nanoseconds>(flush, source.flush_timeout);
    }
    const nanoseconds now = clock_.monotonic();
    const nanoseconds quiet = orphan_until_ - kOrphanDeadline + flush + kOrphanLook;
    for (const auto& capture : captures_) {
        if (now >= orphan_until_) {
            capture->leave();
        } else if (now >= quiet) {
            capture->finish();
        }
    }
}

bool Worker::done() const {
    return ending_ != Ending::none &&
           std::all_of(captures_.begin(), captures_.end(),
                       [](const auto& capture) { return capture->ended(); });
}

bool Worker::failed() const {
    return std::any_of(captures_.begin(), captures_.end(),
                       [](const auto& capture) { return capture->failed(); });
}

void Worker::finish() {
    for (const auto& capture : captures_) capture->join();
    take_notices();
    if (ending_ != Ending::leave) {
        std::vector<std::future<void>> passed;
        for (const auto& lane : lanes_) {
            lane->give_up_at(clock_.monotonic() + kStopDeadline);
            passed.push_back(lane->post_sync());
        }
        for (auto& barrier : passed) barrier.wait();
        take_notices();
        write_final_ledger();
    }
    for (const auto& lane : lanes_) {
        ending_ == Ending::leave ? lane->leave() : lane->stop();
    }
    tell_occasions();
}

}  // namespace nflogd::pipeline
