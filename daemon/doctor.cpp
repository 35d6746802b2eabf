// SPDX-License-Identifier: GPL-2.0-or-later
// nflogd doctor: asks the other stages what lib/doctor cannot know by itself, and prints
// what it says. Nothing is changed.
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "control/client.hpp"
#include "control/report.hpp"
#include "core/record.hpp"
#include "core/terminal.hpp"
#include "doctor/checks.hpp"
#include "doctor/report.hpp"
#include "doctor/service.hpp"
#include "rules/log_rule_review.hpp"
#include "source/group_holder.hpp"

namespace nflogd::daemon {
namespace {

struct Options {
    std::string config;
    bool json = false;
};

/// What an output writes to a disk, and needs.
struct AddOutput {
    doctor::Wanted& wanted;
    const config::OutputConfig& output;

    void operator()(const FileOptions& file) const {
        wanted.places.push_back(
            {doctor::WrittenPlace::Kind::file, output.name, file, 0, output.where});
    }
    void operator()(const SyslogOptions& syslog) const {
        if (syslog.receiver.transport != SyslogTransport::unix_datagram) wanted.network = true;
        spool(syslog.spool);
    }
    void operator()(const KafkaOptions& kafka) const {
        wanted.network = true;
        spool(kafka.spool);
    }
    void operator()(const JournaldOptions&) const { wanted.journald = true; }
    template <typename Other>
    void operator()(const Other&) const {}

    void spool(const SpoolOptions& spool) const {
        if (spool.path.empty()) return;
        FileOptions directory;
        directory.path = spool.path;
        wanted.places.push_back(
            {doctor::WrittenPlace::Kind::spool, output.name, directory, spool.max, output.where});
    }
};

doctor::Wanted wanted_of(const config::Config& config, const std::string& file) {
    doctor::Wanted wanted;
    wanted.config_file = file;
    wanted.sources = config.sources;
    wanted.rules = config.rules;
    // The unit's user is the one that writes where the configuration names none.
    wanted.run_as = config.run_as.empty() ? doctor::service_user("") : config.run_as;
    wanted.control_socket = config.control_socket;
    for (const config::OutputConfig& output : config.outputs) {
        wanted.queue_memory += output.queue * sizeof(Record);
        std::visit(AddOutput{wanted, output}, output.options);
    }
    return wanted;
}

Result<std::vector<doctor::Holder>> find_holders() {
    const auto groups = source::read_groups();
    if (!groups) return Error{"who holds a group is shown to root only", EX_NOPERM};
    std::vector<doctor::Holder> holders;
    for (const auto& [group, state] : *groups) {
        const auto holder = source::find_holder(state);
        holders.push_back(holder ? doctor::Holder{group, holder->pid, holder->program}
                                 : doctor::Holder{group, 0, {}});
    }
    return holders;
}

Result<doctor::FirewallState> read_firewall(const doctor::Machine& machine) {
    if (!machine.net_admin) return Error{"reading the firewall needs CAP_NET_ADMIN", EX_NOPERM};
    auto review = rules::review_firewall(machine.wanted.rules.table);
    if (!review) return review.error();
    doctor::FirewallState state;
    state.plain_log = review->plain_log;
    for (rules::LogRuleReview& rule : review->rules) {
        state.rules.push_back({rule.group, std::move(rule.where), rule.counted,
                               rule.limit_uncounted, rule.limit_behind_log, rule.small_snaplen,
                               rule.low_queue_threshold, std::move(rule.repair)});
    }
    return state;
}

std::uint64_t largest_buffer(const config::Config& config) {
    std::uint64_t largest = 0;
    for (const NflogOptions& source : config.sources) {
        largest = std::max<std::uint64_t>(largest, source.receive_buffer);
    }
    return largest;
}

doctor::DaemonState ask_daemon(const std::string& socket) {
    doctor::DaemonState state;
    const auto answer = control::ask(socket, {});
    if (!answer) {
        state.why_not = answer.error().message;
        return state;
    }
    const auto degraded = control::is_degraded(*answer);
    state.answers = degraded.has_value();
    if (!degraded) state.why_not = "what answers there is no nflogd";
    state.degraded = degraded.value_or(false);
    return state;
}

/// The file that a finding sends an editor to.
std::string config_file(const std::string& named) {
    if (!named.empty()) return named;
    const std::vector<std::string> files = config::default_files();
    return files.empty() ? "" : files.front();
}

int examine(const Options& options) {
    const config::Loaded loaded = load_config(options.config);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    doctor::Machine machine = doctor::look_around(largest_buffer(loaded.config));
    machine.wanted = wanted_of(loaded.config, config_file(options.config));
    machine.holders = find_holders();
    machine.firewall = read_firewall(machine);
    machine.daemon = ask_daemon(machine.wanted.control_socket);
    const auto findings = doctor::examine(machine);
    const std::string text = options.json ? doctor::to_json(findings) + '\n'
                                          : doctor::to_text(findings, is_colourful(STDOUT_FILENO));
    if (std::fputs(text.c_str(), stdout) == EOF || std::fflush(stdout) != 0) return EX_IOERR;
    return doctor::any_serious(findings) ? 1 : EX_OK;
}

}  // namespace

Action add_doctor(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_config_option(app, options->config);
    app.add_flag("--json", options->json, "Print an array of JSON objects");
    return [options] { return examine(*options); };
}

}  // namespace nflogd::daemon
