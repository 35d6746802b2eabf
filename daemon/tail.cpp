// SPDX-License-Identifier: GPL-2.0-or-later
#include "tail.hpp"

#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <map>
#include <memory>

#include "commands.hpp"
#include "core/terminal.hpp"
#include "core/time.hpp"
#include "core/time_text.hpp"
#include "filter/flags.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::daemon {
namespace {

/// As it stands on the command line.
struct TailArguments {
    TailOptions tail;
    std::string config;
    std::string socket;
    std::string format = "line";
    std::string colour = "auto";
    std::string since;
    std::string until;
    std::string filter;
    bool follow = false;
    bool no_follow = false;
    bool ledger = false;
    std::size_t negations = 0;                               ///< how many; where they stand matters
    std::map<std::string, std::vector<std::string>> values;  ///< by flag
};

constexpr const char* kNot = "--not";

/// The flags of filters in their order, each with the --not before it.
Result<std::string> filter_of(const CLI::App& app, const TailArguments& arguments) {
    std::vector<filter::Flag> flags;
    std::map<std::string_view, std::size_t> used;
    bool negated = false;
    for (const CLI::Option* option : app.parse_order()) {
        const std::string name = option->get_name();
        if (name == kNot) {
            negated = true;
            continue;
        }
        for (const filter::FlagRow& row : filter::flag_rows()) {
            if (name != row.flag) continue;
            const auto& values = arguments.values.at(name);
            flags.push_back({&row, values.at(used[row.flag]++), negated});
            negated = false;
        }
        if (negated) break;
    }
    if (negated) return Error{"--not needs a filter flag behind it, --not --to-port 22", EX_USAGE};
    return filter::filter_of(flags);
}

Status read_times(TailArguments& arguments) {
    const std::uint64_t now = system_clock().wall_ns();
    const auto read = [now](const std::string& text, const char* name, auto& out) -> Status {
        if (text.empty()) return {};
        const auto moment = parse_moment(text, now);
        if (!moment) return moment.error().wrap(name);
        out = *moment;
        return {};
    };
    if (Status since = read(arguments.since, "--since", arguments.tail.since_ns); !since) {
        return since;
    }
    return read(arguments.until, "--until", arguments.tail.until_ns);
}

bool wants_colour(const std::string& colour) {
    return colour == "always" || (colour == "auto" && is_colourful(STDOUT_FILENO));
}

/// Of a configuration only what it says of packets in recordings counts here, so that
/// one that cannot be read matters only if it was asked for.
Result<config::Config> config_of(const TailArguments& arguments) {
    config::Loaded loaded = load_config(arguments.config);
    if (loaded.problems.empty()) return std::move(loaded.config);
    if (arguments.config.empty()) return config::Config{};
    print(loaded.problems);
    return Error{"", EX_CONFIG};
}

/// Nothing is to be tidied up, and whole lines are written at a time.
extern "C" void end_at_once(int) { ::_exit(EX_OK); }

Status tail(TailArguments& arguments, const CLI::App& app) {
    if (Status read = read_times(arguments); !read) return read;
    const auto expression = filter::Filter::parse(arguments.filter);
    if (!expression) return expression.error().wrap("--filter");
    const auto flags = filter_of(app, arguments);
    if (!flags) return flags.error();
    TailOptions& options = arguments.tail;
    options.filter = filter::both(*flags, arguments.filter);
    auto filter = filter::Filter::parse(options.filter);
    if (!filter) return filter.error().wrap("the flags together");
    if (arguments.follow || arguments.no_follow) options.follow = arguments.follow;
    const auto config = config_of(arguments);
    if (!config) return config.error();
    pipeline::LogPrinterOptions print;
    print.format = arguments.format;
    print.colour = wants_colour(arguments.colour);
    print.ledgers = arguments.ledger;
    print.since_ns = options.since_ns.value_or(print.since_ns);
    print.until_ns = options.until_ns.value_or(print.until_ns);
    print.host = config->host;
    print.text.internal_networks = config->internal_networks;
    auto printer = pipeline::LogPrinter::make(std::move(print), std::move(*filter), write_out);
    if (!printer) return printer.error();
    options.control_socket = arguments.socket.empty() ? config->control_socket : arguments.socket;
    Status done = options.files.empty() ? tail_daemon(options, *printer)
                                        : tail_files(options, *config, *printer);
    if (!done && is_reader_gone(done.error())) return done;
    if (Status flushed = printer->flush(); !flushed) return flushed;
    return done;
}

void add_filters(CLI::App& app, TailArguments& arguments) {
    for (const filter::FlagRow& row : filter::flag_rows()) {
        app.add_option(std::string(row.flag), arguments.values[std::string(row.flag)],
                       std::string(row.help))
            ->type_name(std::string(row.value))
            ->type_size(1)
            ->allow_extra_args(false);
    }
    app.add_flag(kNot, arguments.negations,
                 "Turns the next of these flags round: --not --to-port 22");
    app.add_option("--filter", arguments.filter,
                   "An expression (nflogd-filter(7)), besides the flags")
        ->type_name("EXPRESSION");
}

}  // namespace

Error reader_gone() { return {"", EX_OK}; }
bool is_reader_gone(const Error& error) { return error.exit_code == EX_OK; }

Status write_out(std::string_view text) {
    while (!text.empty()) {
        const ssize_t wrote = ::write(STDOUT_FILENO, text.data(), text.size());
        if (wrote > 0) {
            text.remove_prefix(static_cast<std::size_t>(wrote));
        } else if (errno == EAGAIN) {
            pollfd ready{STDOUT_FILENO, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno == EPIPE) {
            return reader_gone();
        } else if (errno != EINTR) {
            return system_error(errno, "standard output", EX_IOERR);
        }
    }
    return {};
}

Status wait_for_input(const std::vector<int>& fds, int timeout_ms) {
    std::vector<pollfd> polled = {{STDOUT_FILENO, 0, 0}};
    for (const int fd : fds) polled.push_back({fd, POLLIN, 0});
    ::poll(polled.data(), polled.size(), timeout_ms);
    const bool gone = (polled[0].revents & (POLLERR | POLLHUP)) != 0;
    return gone ? Status(reader_gone()) : Status();
}

Action add_tail(CLI::App& app) {
    auto arguments = std::make_shared<TailArguments>();
    TailOptions& options = arguments->tail;
    app.add_option(
           "file", options.files,
           "Logs in JSON, each with its rotated and compressed files; sockets of outputs; "
           "pcap files and .nflog recordings; - is standard input. None: the running daemon")
        ->type_name("FILE");
    app.add_option("-n,--last", options.last, "The last N packets of the log (of a FILE: 10)")
        ->type_name("N");
    app.add_flag("--all", options.all, "All that the log has");
    app.add_option("--since", arguments->since,
                   "From then on: 10m, 2h, 2d, 10:30, today, yesterday, 2026-11-23, RFC 3339")
        ->type_name("TIME");
    app.add_option("--until", arguments->until, "Up to then, likewise")->type_name("TIME");
    auto* follow = app.add_flag("-f,--follow", arguments->follow,
                                "Go on with what comes, over rotations of a FILE and restarts of "
                                "the daemon");
    app.add_flag("--no-follow", arguments->no_follow, "Print what the daemon's log has, and end")
        ->excludes(follow);
    app.add_option("-o,--output", arguments->format, "Format of the records (default: line)")
        ->check(CLI::IsMember(pipeline::line_format_names()))
        ->type_name("FORMAT");
    app.add_flag("--ledger", arguments->ledger,
                 "With -o line: ledger records, too, and not only what they say was lost");
    app.add_option("--color,--colour", arguments->colour,
                   "auto (a terminal, NO_COLOR is not set), always, never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("WHEN");
    add_config_option(app, arguments->config);
    add_socket_option(app, arguments->socket);
    add_filters(app, *arguments);
    return [arguments, &app] {
        std::signal(SIGINT, end_at_once);
        std::signal(SIGTERM, end_at_once);
        const Status done = tail(*arguments, app);
        return done ? EX_OK : fail(done.error());
    };
}

}  // namespace nflogd::daemon
