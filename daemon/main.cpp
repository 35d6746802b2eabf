// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <span>
#include <string>

#include "commands.hpp"
#include "core/log.hpp"
#include "usage_error.hpp"

namespace nflogd::daemon {
namespace {

struct Command {
    const char* name;
    const char* summary;
    const char* examples;
    Action (*add)(CLI::App& app);
};

constexpr std::array kCommands = {
    Command{"run", "Run the daemon in the foreground",
            "  nflogd run\n"
            "  nflogd run -c /etc/nflogd/nflogd.yaml\n",
            add_run},
    Command{"check", "Check a configuration, and ask the kernel about its rules",
            "  nflogd check\n"
            "  nflogd check -c new.yaml && systemctl reload nflogd\n",
            add_check},
    Command{"rules", "Print the ruleset that would be installed",
            "  nflogd rules\n"
            "  nflogd rules -c nflogd.yaml | less\n",
            add_rules},
    Command{"replay", "Print the records of recorded packets; needs no kernel and no root",
            "  nflogd replay packets.nflog\n"
            "  nflogd replay --format line capture.pcap\n"
            "  tcpdump -i nflog:5 -w - | nflogd replay -\n",
            add_replay},
    Command{"record", "Record what arrives at a group, for replay",
            "  nflogd record --group 5 -o packets.nflog\n"
            "  nflogd record --group 5 --count 10 -o ten.nflog\n",
            add_record},
    Command{"status", "Ask the running daemon how it is",
            "  nflogd status\n"
            "  nflogd status --json | jq .rules\n"
            "  nflogd status >/dev/null || echo 'degraded, or not running'\n",
            add_status},
    Command{"doctor", "Find what would cost records on this machine, and how to repair it",
            "  nflogd doctor\n"
            "  nflogd doctor -c new.yaml\n"
            "  nflogd doctor --json | jq '.[] | select(.result == \"problem\")'\n",
            add_doctor},
    Command{"tail", "Show packets as they are logged, or those of a log",
            "  nflogd tail\n"
            "  nflogd tail --last 50 --action drop --not --proto icmp\n"
            "  nflogd tail --since 2h --from-ip 192.0.2.0/24 --to-port 22,3389 --no-follow\n"
            "  nflogd tail -f /var/log/nflogd/nflogd.json\n"
            "  nflogd tail --since yesterday --until today -o json /var/log/nflogd/nflogd.json\n"
            "  nflogd tail --filter 'tcp_flags has SYN and length > 60' capture.pcap\n",
            add_tail},
    Command{"top", "Show live who sends most, where to, through which rule, and what is lost",
            "  nflogd top\n"
            "  nflogd top --filter 'action == drop'\n"
            "  nflogd top --once --seconds 10\n"
            "  nflogd top /var/log/nflogd/nflogd.json\n",
            add_top},
    Command{"report", "Sum up logs: who sent most, where to, through which rule, and what was lost",
            "  nflogd report /var/log/nflogd/nflogd.json\n"
            "  nflogd report --since yesterday --until today /var/log/nflogd/nflogd.json\n"
            "  nflogd report --json --filter 'action == drop' capture.pcap\n",
            add_report},
};

constexpr const char* kExamples =
    "  nflogd run                       log new connections to /var/log/nflogd/nflogd.json\n"
    "  nflogd check -c nflogd.yaml      find every mistake in a configuration\n"
    "  nflogd rules                     see the firewall rules that would be installed\n"
    "  nflogd replay capture.pcap       decode recorded packets\n"
    "  nflogd doctor                    find what would cost records on this machine\n"
    "  nflogd tail                      show packets as they are logged\n";

/// Help that starts with examples: of the program, or of the subcommand.
class Help : public CLI::Formatter {
public:
    std::string make_description(const CLI::App* app) const override {
        for (const Command& command : kCommands) {
            if (app->get_name() == command.name) {
                return std::string("Examples:\n") + command.examples + "\n" + command.summary +
                       ".\n";
            }
        }
        return std::string("Examples:\n") + kExamples + "\n" + app->get_description() + "\n";
    }
};

int refuse(const CLI::App& app, const CLI::ParseError& error,
           std::span<const char* const> arguments) {
    std::string message = unknown_command(arguments, app);
    if (message.empty()) message = unknown_option(app);
    if (message.empty()) message = error.what();
    std::fprintf(stderr, "nflogd: %s\nRun with --help for more information.\n", message.c_str());
    return EX_USAGE;
}

int run(int argc, char** argv) {
    CLI::App app("Logs the packets of NFLOG rules, and accounts for every one of them.", "nflogd");
    app.set_version_flag("--version", "nflogd " NFLOGD_VERSION, "Print the version and exit");
    app.formatter(std::make_shared<Help>());
    app.require_subcommand(1);
    Action chosen;
    for (const Command& command : kCommands) {
        CLI::App* sub = app.add_subcommand(command.name, command.summary);
        Action action = command.add(*sub);
        sub->callback([&chosen, action = std::move(action)] { chosen = action; });
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) return refuse(app, error, {argv + 1, argv + argc});
        app.exit(error);  // --help, --version
        return EX_OK;
    }
    return chosen();
}

}  // namespace
}  // namespace nflogd::daemon

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an output that fails, no more
    std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
    nflogd::log::init(nflogd::log::Level::info);
    try {
        return nflogd::daemon::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "nflogd: internal error: %s\n", error.what());
        return EX_SOFTWARE;
    }
}
