// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/replay.hpp"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "core/labels.hpp"
#include "enrich/rules.hpp"
#include "filter/filter.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/registry.hpp"
#include "sandbox.hpp"
#include "sink/stdout.hpp"
#include "source/input.hpp"

namespace nflogd::daemon {
namespace {

struct ReplayOptions {
    std::string config;
    std::string format = "json";
    std::optional<std::string> filter;
    std::vector<std::string> inputs;
};

/// Prints records to stdout, a full buffer at a time.
class Printer {
public:
    explicit Printer(std::unique_ptr<format::Formatter> formatter)
        : formatter_(std::move(formatter)), sink_(sink::make_stdout()) {}

    Status print(const Packet& packet) {
        outbox_.add(*formatter_, packet);
        return outbox_.has_room() ? Status{} : flush();
    }
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

/// What makes records of packets, and chooses among them.
struct Workbench {
    enrich::RuleIndex rules;
    filter::Filter filter;
    std::unique_ptr<Labels> labels;

    bool take(Record& record) const {
        rules.apply(record);
        return filter.matches(record, *labels);
    }
};

/// What was read before an error is printed all the same.
Status replay_input(const std::string& path, const Workbench& bench, Printer& printer) {
    auto input = source::open_input(path);
    if (!input) return input.error();
    Record record;
    while (true) {
        auto chunk = (*input)->next();
        if (!chunk) {
            if (Status status = printer.flush(); !status) return status;
            return chunk.error();
        }
        if (!*chunk) return printer.flush();
        pipeline::ChunkReader reader(**chunk);
        while (reader.next(record)) {
            if (!bench.take(record)) continue;
            if (Status status = printer.print({record, reader.raw()}); !status) return status;
        }
    }
}

enrich::RuleIndex index_rules(const config::Config& config, Labels& labels) {
    std::vector<enrich::KnownRule> known;
    for (const LogRule& rule : config.rules.log) {
        if (const auto label = labels.add(rule.name, rule.action)) {
            known.push_back({rule.name, rule.group, *label});
        }
    }
    return enrich::RuleIndex(std::move(known));
}

int replay(const ReplayOptions& options) {
    std::signal(SIGPIPE, SIG_DFL);  // `nflogd replay … | head` ends without a word
    const config::Loaded loaded = load_config(options.config);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    filter::Filter filter;
    if (options.filter) {
        auto parsed = filter::parse(*options.filter);
        if (!parsed) return fail(parsed.error().wrap("--filter"));
        filter = std::move(*parsed);
    }
    auto labels = std::make_unique<Labels>();
    enrich::RuleIndex rules = index_rules(loaded.config, *labels);
    const Workbench bench{std::move(rules), std::move(filter), std::move(labels)};
    config::OutputConfig standard_output;
    standard_output.type = "stdout";
    auto formatter = pipeline::make_formatter(
        options.format,
        {loaded.config.host, bench.labels.get(), pipeline::wants_colour(standard_output)});
    if (formatter == nullptr) {
        return fail({"there is no format '" + options.format + "'", EX_USAGE});
    }
    Sandbox sandbox;
    sandbox.readable_files = options.inputs;
    sandbox.read_as_root = true;
    if (auto entered = enter(sandbox); !entered) return fail(entered.error());
    Printer printer(std::move(formatter));
    int exit_code = EX_OK;
    for (const std::string& path : options.inputs) {
        if (Status status = replay_input(path, bench, printer); !status) {
            if (status.error().exit_code == EX_IOERR) return fail(status.error());
            exit_code = fail(status.error());
        }
    }
    return exit_code;
}

}  // namespace

Action add_replay(CLI::App& app) {
    auto options = std::make_shared<ReplayOptions>();
    add_config_option(app, options->config);
    app.add_option("--format", options->format, "Format of the records (default: json)")
        ->check(CLI::IsMember(pipeline::format_names()));
    app.add_option("--filter", options->filter,
                   "Only packets for which this holds, e.g. 'action == drop and port in {22, 80}' "
                   "(docs/filter.md)")
        ->type_name("EXPR");
    app.add_option("input", options->inputs,
                   ".nflog recordings or pcap files (LINKTYPE_NFLOG, Ethernet, RAW); - is "
                   "standard input")
        ->required()
        ->type_name("INPUT");
    return [options] { return replay(*options); };
}

}  // namespace nflogd::daemon
