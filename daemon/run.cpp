// SPDX-License-Identifier: GPL-2.0-or-later
#include <poll.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>

#include "commands.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "journal_limit.hpp"
#include "pipeline/keeper.hpp"
#include "privileges.hpp"
#include "receiver_names.hpp"
#include "signals.hpp"
#include "tls_files.hpp"
#include "worker.hpp"

namespace nflogd::daemon {
namespace {

using std::chrono::nanoseconds;

/// Half of what systemd allows between two pings; nothing without a watchdog.
std::optional<nanoseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return nanoseconds(microseconds * 1000 / 2);
}

/// A worker that was not heard of for so long is not alive to systemd. It speaks at
/// least every pipeline::kRestingLook.
constexpr std::chrono::seconds kWorkerSilence{25};

/// Between two tries to find the address of a receiver.
constexpr std::chrono::seconds kLookUp{10};

/// With the files that it names.
config::Loaded load(const std::string& path, TlsFiles& tls_files) {
    config::Loaded loaded = load_config(path);
    if (!loaded.problems.empty()) return loaded;
    TlsFiles::Findings tls = tls_files.read(loaded.config);
    loaded.problems = std::move(tls.problems);
    for (const std::string& warning : tls.warnings) log::warning(warning);
    if (const auto warning = journal_limit_warning(loaded.config)) log::warning(*warning);
    return loaded;
}

class Loop {
public:
    Loop(pipeline::Keeper& keeper, Signals& signals, std::string config_path, ReceiverNames& names,
         bool names_found, TlsFiles& tls_files)
        : keeper_(keeper),
          signals_(signals),
          config_path_(std::move(config_path)),
          names_(names),
          tls_files_(tls_files) {
        look_up_later(names_found);
    }

    /// Returns when the daemon is to stop, with an error if it has to.
    Status run() {
        while (!stopping_) {
            look_up_names();
            auto next = keeper_.tick();
            if (!next) return next.error();
            wait_until(feed_watchdog(std::min(*next, look_up_at_)));
            while (const int signal = signals_.next()) handle(signal);
        }
        return {};
    }

private:
    /// Returns when to be called again.
    nanoseconds feed_watchdog(nanoseconds next) {
        if (!watchdog_) return next;
        const nanoseconds now = system_clock().monotonic();
        if (now < keeper_.worker_seen() + kWorkerSilence) sd_notify(0, "WATCHDOG=1");
        return std::min(next, now + *watchdog_);
    }

    void wait_until(nanoseconds when) {
        std::array<pollfd, 5> fds = {
            pollfd{signals_.fd(), POLLIN, 0}, pollfd{keeper_.channel_fd(), POLLIN, 0},
            pollfd{keeper_.process_fd(), POLLIN, 0}, pollfd{keeper_.rules_fd(), POLLIN, 0},
            pollfd{keeper_.ruleset_fd(), POLLIN, 0}};
        const nanoseconds left = std::max(when - system_clock().monotonic(), nanoseconds::zero());
        const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        ::poll(fds.data(), fds.size(), static_cast<int>(milliseconds));
    }

    void handle(int signal) {
        switch (signal) {
            case SIGHUP: reload(); break;
            case SIGUSR1:
                log::info("opening output files anew");
                keeper_.reopen();
                break;
            default: stopping_ = true; break;
        }
    }

    void reload() {
        const auto microseconds = system_clock().monotonic().count() / 1000;
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(microseconds));
        config::Loaded loaded = load(config_path_, tls_files_);
        for (const config::Problem& problem : loaded.problems) log::error(to_string(problem));
        Status status;
        if (loaded.problems.empty()) {
            const bool found = names_.look_up(loaded.config);
            status = load_libraries(loaded.config);
            if (status) status = keeper_.reload(std::move(loaded.config));
            if (status) look_up_later(found);
        }
        if (!status) log::error(status.error().message);
        const bool taken = loaded.problems.empty() && status.ok();
        if (taken) {
            log::info("configuration reloaded: " + keeper_.summary());
        } else {
            log::error("the configuration was not taken over; the old one stays in force");
        }
        keeper_.reopen();
        sd_notify(0, "READY=1");
    }

    void look_up_later(bool found) {
        look_up_at_ = found ? nanoseconds::max() : system_clock().monotonic() + kLookUp;
    }

    /// A receiver whose name had no address yet (the network came up after us) waits
    /// for this; names that were found once are looked up again at a reload only.
    void look_up_names() {
        if (system_clock().monotonic() < look_up_at_) return;
        config::Config config = keeper_.config();
        const bool found = names_.look_up(config);
        look_up_later(found);
        if (!found) return;
        if (Status status = keeper_.reload(std::move(config)); !status) {
            log::error(status.error().message);
        }
    }

    pipeline::Keeper& keeper_;
    Signals& signals_;
    std::string config_path_;
    ReceiverNames& names_;
    TlsFiles& tls_files_;
    nanoseconds look_up_at_ = nanoseconds::max();
    std::optional<nanoseconds> watchdog_ = watchdog_interval();
    bool stopping_ = false;
};

int run(const std::string& config_path) {
    TlsFiles tls_files;
    config::Loaded loaded = load(config_path, tls_files);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    if (Status status = load_libraries(loaded.config); !status) return fail(status.error());
    ::umask(0027);
    if (Status status = become(loaded.config.run_as); !status) return fail(status.error());
    auto signals = Signals::block({SIGTERM, SIGINT, SIGHUP, SIGUSR1});
    if (!signals) return fail(signals.error());
    ReceiverNames names;
    const bool found = names.look_up(loaded.config);
    auto keeper = pipeline::Keeper::start(std::move(loaded.config), work);
    if (!keeper) return fail(keeper.error());
    log::info((*keeper)->summary());
    sd_notify(0, "READY=1");
    Status status = Loop(**keeper, *signals, config_path, names, found, tls_files).run();
    sd_notify(0, "STOPPING=1");
    Status stopped = (*keeper)->stop();
    if (!status) return fail(status.error());
    if (!stopped) return fail(stopped.error());
    log::info("stopped");
    return EX_OK;
}

}  // namespace

Action add_run(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    add_config_option(app, *path);
    return [path] { return run(*path); };
}

}  // namespace nflogd::daemon
