// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "commands.hpp"
#include "core/labels.hpp"
#include "filter/filter.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/registry.hpp"
#include "recorded.hpp"
#include "sandbox.hpp"

namespace nflogd::daemon {
namespace {

struct ReplayOptions {
    std::string config;
    std::string format = "json";
    std::string filter;
    std::vector<std::string> inputs;
};

/// Prints records to stdout, a full buffer at a time.
class Printer {
public:
    Printer(std::unique_ptr<format::Formatter> formatter, std::unique_ptr<sink::Sink> sink)
        : formatter_(std::move(formatter)), sink_(std::move(sink)) {}

    Status print(const Packet& packet) {
        outbox_.add(*formatter_, packet);
        return outbox_.has_room() ? Status{} : flush();
    }
    /// The head of a file without packets is still to go out.
    Status close() { return sink_->close(); }
    Status flush() {
        while (!outbox_.empty()) {
            sink::Written written = sink_->write(outbox_.batch());
            outbox_.remove(written.records);
            if (!written.status) return std::move(written.status);
        }
        return {};
    }

private:
    std::unique_ptr<format::Formatter> formatter_;
    std::unique_ptr<sink::Sink> sink_;
    pipeline::Outbox outbox_;
};

/// What was read before an error is printed all the same.
Status replay_input(const std::string& path, RecordedRules& rules, const filter::Filter& filter,
                    const Labels& labels, Printer& printer) {
    Status read = read_recorded(path, rules, [&](const Packet& packet) -> Status {
        if (!filter.matches(packet.record, labels)) return {};
        return printer.print(packet);
    });
    if (!read && read.error().exit_code == EX_IOERR) return read;
    if (Status status = printer.flush(); !status) return status;
    return read;
}

int replay(const ReplayOptions& options) {
    std::signal(SIGPIPE, SIG_DFL);  // `nflogd replay … | head` ends without a word
    const config::Loaded loaded = load_config(options.config);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    const auto filter = filter::Filter::parse(options.filter);
    if (!filter) return fail(filter.error().wrap("--filter"));
    auto labels = std::make_unique<Labels>();
    RecordedRules rules(loaded.config, *labels);
    config::OutputConfig standard_output;
    standard_output.type = "stdout";
    standard_output.format = options.format;
    if (pipeline::is_binary(options.format) && ::isatty(STDOUT_FILENO) == 1) {
        return fail({"format '" + options.format +
                         "' is not for a terminal; redirect it to a file or a program",
                     EX_USAGE});
    }
    TextOptions text;
    text.internal_networks = loaded.config.internal_networks;
    auto formatter =
        pipeline::make_formatter(options.format, {loaded.config.host,
                                                  labels.get(),
                                                  pipeline::wants_colour(standard_output),
                                                  {},
                                                  std::move(text)});
    if (formatter == nullptr) {
        return fail({"there is no format '" + options.format + "'", EX_USAGE});
    }
    Sandbox sandbox;
    sandbox.readable_files = options.inputs;
    sandbox.read_as_root = true;
    if (auto entered = enter(sandbox); !entered) return fail(entered.error());
    auto sink =
        pipeline::make_sink(standard_output, system_clock(), nullptr, sink::Opening::now, {});
    if (!sink) return fail(sink.error());
    Printer printer(std::move(formatter), std::move(*sink));
    int exit_code = EX_OK;
    for (const std::string& path : options.inputs) {
        if (Status status = replay_input(path, rules, *filter, *labels, printer); !status) {
            if (status.error().exit_code == EX_IOERR) return fail(status.error());
            exit_code = fail(status.error());
        }
    }
    if (Status status = printer.close(); !status) return fail(status.error());
    return exit_code;
}

}  // namespace

Action add_replay(CLI::App& app) {
    auto options = std::make_shared<ReplayOptions>();
    add_config_option(app, options->config);
    app.add_option("--format", options->format, "Format of the records (default: json)")
        ->check(CLI::IsMember(pipeline::format_names()))
        ->type_name("FORMAT");
    app.add_option("--filter", options->filter,
                   "Print only packets for which this holds: nflogd-filter(7)")
        ->type_name("EXPRESSION");
    app.add_option("input", options->inputs,
                   ".nflog recordings or pcap files (LINKTYPE_NFLOG, Ethernet, RAW); - is "
                   "standard input")
        ->required()
        ->type_name("INPUT");
    return [options] { return replay(*options); };
}

}  // namespace nflogd::daemon
