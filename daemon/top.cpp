// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "commands.hpp"
#include "name_lookup.hpp"
#include "sandbox.hpp"
#include "screen/screen.hpp"
#include "terminal.hpp"
#include "top_counts.hpp"
#include "top_feed.hpp"

namespace nflogd::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kRefresh = 250ms;

struct TopOptions {
    std::string config;
    std::string socket;
    std::string filter;
    std::vector<std::string> files;
    bool once = false;
    unsigned seconds = 5;
    unsigned view = 1;
};

std::atomic<int> ended_by{0};
extern "C" void note_signal(int number) { ended_by = number; }

void catch_signals() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, note_signal);
}

/// The records come on a thread that no signal is delivered to.
std::thread start_feed(std::function<void()> feed) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(feed));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

std::string source_name(const TopOptions& options) {
    if (options.files.empty()) return "live";
    const std::size_t more = options.files.size() - 1;
    return options.files.front() + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

class Top {
public:
    Top(const TopOptions& options, TopCounts& counts, Terminal& terminal)
        : options_(options), counts_(counts), terminal_(terminal) {
        state_.filter = options.filter;
    }

    void run() {
        while (ended_by == 0 && !terminal_.gone()) {
            show();
            const auto key = terminal_.read(kRefresh);
            if (key && !obey(*key)) return;
        }
    }

private:
    [[nodiscard]] std::size_t page() const { return screen::rows_within(state_, terminal_.size()); }

    void show() {
        refresh();
        terminal_.show(screen::draw(figures_, state_, terminal_.size(), terminal_.unicode()));
    }
    void refresh() {
        figures_ = counts_.figures(state_, page());
        figures_.from = source_name(options_);
        const bool addresses =
            state_.view == screen::View::sources || state_.view == screen::View::destinations;
        if (!state_.resolve || !addresses) return;
        for (screen::Row& row : figures_.rows) {
            if (std::string name = names_.name_of(row.name); !name.empty()) row.name = name;
        }
    }

    /// False to leave.
    bool obey(const screen::Key& key) {
        switch (screen::press(state_, key, page())) {
            case screen::Todo::quit: return false;
            case screen::Todo::reset: counts_.reset(); break;
            case screen::Todo::filter: take_filter(); break;
            case screen::Todo::nothing: break;
        }
        counts_.freeze(state_.frozen);
        return true;
    }
    void take_filter() {
        auto filter = filter::Filter::parse(state_.typed);
        if (!filter) return screen::filter_refused(state_, filter.error().message);
        counts_.set_filter(std::move(*filter));
        screen::filter_taken(state_);
        state_.frozen = false;
    }

    const TopOptions& options_;
    TopCounts& counts_;
    Terminal& terminal_;
    NameLookup names_;
    screen::State state_;
    screen::Figures figures_;
};

/// What outlives top(): the feed may wait for a pipe that nobody writes to any more, so
/// the process ends without it.
struct Kept {
    explicit Kept(filter::Filter filter) : counts(labels, std::move(filter), system_clock()) {}

    Labels labels;
    TopCounts counts;
    config::Loaded loaded;
    std::string socket;
    std::atomic<bool> done{false};
};

Status feed(const TopOptions& options, Kept& kept) {
    if (!options.files.empty()) {
        if (Status dropped = drop_capabilities(true); !dropped) return dropped;
        start_feed([&kept, files = options.files] {
            feed_files(files, kept.loaded.config, kept.labels, kept.counts, kept.done);
        }).detach();
        return {};
    }
    auto connection = ask_for_records(kept.socket);
    if (!connection) return connection.error();
    auto fd = std::make_shared<Fd>(std::move(*connection));
    start_feed([&kept, fd] {
        feed_live(std::move(*fd), kept.socket, kept.labels, kept.counts);
    }).detach();
    return {};
}

/// One screen as text, when the files are read or the time is over.
void print_once(const TopOptions& options, Kept& kept) {
    const auto end = system_clock().monotonic() + std::chrono::seconds(options.seconds);
    while (ended_by == 0 && !kept.done &&
           (!options.files.empty() || system_clock().monotonic() < end)) {
        std::this_thread::sleep_for(20ms);
    }
    screen::State state;
    state.view = static_cast<screen::View>(options.view - 1);
    state.filter = options.filter;
    constexpr screen::Size kSize;
    screen::Figures figures = kept.counts.figures(state, screen::rows_within(state, kSize));
    figures.from = source_name(options);
    auto lines = screen::draw(figures, state, kSize, is_unicode());
    lines.pop_back();  // what the keys are
    for (const screen::Line& line : lines) {
        std::string text = screen::plain(line);
        while (!text.empty() && text.back() == ' ') text.pop_back();
        std::printf("%s\n", text.c_str());
    }
    std::fflush(stdout);
}

int top(const TopOptions& options) {
    std::setlocale(LC_CTYPE, "");
    auto filter = filter::Filter::parse(options.filter);
    if (!filter) return fail(filter.error().wrap("--filter"));
    Kept& kept = *new Kept(std::move(*filter));
    kept.loaded = load_config(options.config);
    kept.socket = control_socket_of(options.config, options.socket);
    if (Status fit = options.once ? Status{} : Terminal::check(); !fit) return fail(fit.error());
    if (Status started = feed(options, kept); !started) return fail(started.error());
    catch_signals();
    if (options.once) {
        print_once(options, kept);
    } else {
        auto terminal = Terminal::open();
        if (!terminal) return fail(terminal.error());
        Top(options, kept.counts, **terminal).run();
    }
    ::_exit(EX_OK);
}

}  // namespace

Action add_top(CLI::App& app) {
    auto options = std::make_shared<TopOptions>();
    add_config_option(app, options->config);
    add_socket_option(app, options->socket);
    app.add_option("--filter", options->filter,
                   "Count only packets for which this holds (docs/filter.md)")
        ->type_name("EXPRESSION");
    app.add_flag("--once", options->once, "Print one screen as text and end");
    app.add_option("--seconds", options->seconds,
                   "With --once: how long the daemon's records are counted (default: 5)")
        ->check(CLI::Range(1, 86400))
        ->type_name("N");
    app.add_option("--view", options->view, "With --once: 1 sources (default) to 5 interfaces")
        ->check(CLI::Range(1, 5))
        ->type_name("N");
    app.add_option("file", options->files,
                   "Logs in JSON, also rotated and compressed, or recordings, instead of the "
                   "running daemon; - is standard input")
        ->type_name("FILE");
    return [options] { return top(*options); };
}

}  // namespace nflogd::daemon
