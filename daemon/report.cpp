// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <clocale>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "core/time_text.hpp"
#include "counting.hpp"
#include "read_log.hpp"
#include "recorded.hpp"
#include "report_json.hpp"
#include "sandbox.hpp"
#include "source/log_reader.hpp"
#include "summary/report_text.hpp"

namespace nflogd::daemon {
namespace {

struct ReportOptions {
    std::string config;
    std::string since;
    std::string until;
    std::string filter;
    std::size_t top = 10;
    bool json = false;
    std::vector<std::string> files;
};

Result<TimeSpan> span_of(const ReportOptions& options) {
    TimeSpan span;
    const std::uint64_t now = system_clock().wall_ns();
    if (!options.since.empty()) {
        const auto since = parse_moment(options.since, now);
        if (!since) return since.error().wrap("--since");
        span.since = *since;
    }
    if (!options.until.empty()) {
        const auto until = parse_moment(options.until, now);
        if (!until) return until.error().wrap("--until");
        span.until = *until;
    }
    return span;
}

/// All that is read for one report.
struct Inputs {
    std::vector<source::LogPart> parts;
    std::vector<std::string> streams;
    std::vector<std::string> recordings;
    std::vector<Error> faults;
};

Inputs inputs_of(const ReportOptions& options, std::uint64_t since_ns) {
    Inputs inputs;
    std::vector<std::string> logs;
    for (const std::string& path : options.files) {
        if (path == "-") {
            inputs.streams.push_back(path);
        } else if (is_recording(path)) {
            inputs.recordings.push_back(path);
        } else {
            logs.push_back(path);
        }
    }
    inputs.parts = parts_of(logs, since_ns, inputs.faults);
    return inputs;
}

Status confine(const Inputs& inputs) {
    Sandbox sandbox;
    sandbox.readable_files = inputs.recordings;
    for (const source::LogPart& part : inputs.parts) sandbox.readable_files.push_back(part.path);
    sandbox.read_as_root = true;
    const auto entered = enter(sandbox);
    return entered ? Status{} : entered.error();
}

void read_parts(Inputs& inputs, LogCounter& counter, Counting& counting) {
    source::LogReader reader(inputs.parts);
    while (true) {
        const auto block = reader.next();
        if (!block) {
            inputs.faults.push_back(block.error());
        } else if (*block) {
            counter.add(**block, counting);
        } else {
            return;
        }
    }
}

void read_stream(const std::string& path, Inputs& inputs, LogCounter& counter, Counting& counting) {
    auto stream = source::open_stream(path);
    if (!stream) return inputs.faults.push_back(stream.error());
    source::LineBlocks lines(std::move(*stream));
    while (true) {
        const auto block = lines.next();
        if (!block) return inputs.faults.push_back(block.error());
        counter.add(*block ? **block : lines.rest(), counting);
        if (!*block) return;
    }
}

void read_recordings(Inputs& inputs, RecordedRules& rules, Counting& counting) {
    for (const std::string& path : inputs.recordings) {
        const Status read = read_recorded(path, rules, [&](const Packet& packet) -> Status {
            counting.packet(packet.record);
            return {};
        });
        if (!read) inputs.faults.push_back(read.error());
    }
}

int print_report(const Inputs& inputs, Counting& counting, const LogCounter& counter,
                 const ReportOptions& options) {
    const std::size_t files =
        inputs.parts.size() + inputs.streams.size() + inputs.recordings.size();
    const summary::Report report{counting.summary(), counting.losses(), files, counter.malformed(),
                                 options.top};
    const std::string text = options.json ? report_json(report) : summary::report_text(report);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        return fail(system_error(errno, "standard output", EX_IOERR));
    }
    for (const Error& fault : inputs.faults) log::error(fault.message);
    return inputs.faults.empty() ? EX_OK : inputs.faults.front().exit_code;
}

int report(const ReportOptions& options) {
    std::setlocale(LC_CTYPE, "");
    const auto span = span_of(options);
    if (!span) return fail(span.error());
    auto filter = filter::Filter::parse(options.filter);
    if (!filter) return fail(filter.error().wrap("--filter"));
    const config::Loaded loaded = load_config(options.config);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    Inputs inputs = inputs_of(options, span->since);
    if (Status confined = confine(inputs); !confined) return fail(confined.error());
    auto labels = std::make_unique<Labels>();
    auto counting = std::make_unique<Counting>(*labels, std::move(*filter), *span);
    LogCounter counter(*labels, !options.filter.empty());
    RecordedRules rules(loaded.config, *labels);
    read_parts(inputs, counter, *counting);
    for (const std::string& path : inputs.streams) read_stream(path, inputs, counter, *counting);
    read_recordings(inputs, rules, *counting);
    return print_report(inputs, *counting, counter, options);
}

}  // namespace

Action add_report(CLI::App& app) {
    auto options = std::make_shared<ReportOptions>();
    add_config_option(app, options->config);
    app.add_option("--since", options->since, "Only records from then on: 2h, yesterday, RFC 3339")
        ->type_name("TIME");
    app.add_option("--until", options->until, "Only records before then")->type_name("TIME");
    app.add_option("--top", options->top, "Rows of each table (default: 10)")
        ->check(CLI::Range(1, 100000))
        ->type_name("N");
    app.add_option("--filter", options->filter,
                   "Count only packets for which this holds (docs/filter.md)")
        ->type_name("EXPRESSION");
    app.add_flag("--json", options->json, "Print JSON");
    app.add_option("file", options->files,
                   "Logs in JSON, with their rotated and compressed files, or recordings; - is "
                   "lines from standard input")
        ->required()
        ->type_name("FILE");
    return [options] { return report(*options); };
}

}  // namespace nflogd::daemon
