// SPDX-License-Identifier: GPL-2.0-or-later
// Records to text. What the samples look like stays in the cache: the cost of
// the formatting alone.
#include "bench.hpp"
#include "format/formatter.hpp"
#include "format/journald.hpp"
#include "format/syslog.hpp"

namespace nflogd::bench {
namespace {

using Make = std::unique_ptr<format::Formatter> (*)(format::FormatOptions);

format::FormatOptions options(TextOptions text = {}) {
    return {"gw1", &labels(), false, {}, std::move(text)};
}

void format_records(benchmark::State& state, Sample sample, format::Formatter& formatter) {
    const auto bytes = datagram(sample);
    const auto raw = messages(bytes);
    const auto packets = records(sample);
    std::vector<char> out(format::kMaxPacketText);
    for (const Record& record : packets) formatter.packet(record, out);  // meets the rules
    std::size_t written = 0;
    Report report(state);
    for (auto _ : state) {
        written = 0;
        for (std::size_t i = 0; i < packets.size(); ++i)
            written += formatter.packet({packets[i], raw[i]}, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    report.finish(packets.size(), written);
}

void format_records(benchmark::State& state, Sample sample, Make make, TextOptions text = {}) {
    format_records(state, sample, *make(options(std::move(text))));
}

void json(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_json);
}
/// With the id of the flow, which costs a SHA-1.
void json_id(benchmark::State& state, Sample sample) {
    TextOptions text;
    text.community_id = true;
    format_records(state, sample, format::make_json, text);
}
void line(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_line);
}
void ecs(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_ecs);
}
void cef(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_cef);
}
void ocsf(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_ocsf);
}
void kernel(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_kernel);
}
void pcap(benchmark::State& state, Sample sample) {
    format_records(state, sample, format::make_pcap);
}
/// All fields and a line for people.
void journald(benchmark::State& state, Sample sample) {
    format_records(state, sample,
                   *format::make_journald(format::make_line(options()), {}, labels()));
}
/// JSON in the frame of RFC 5424.
void syslog(benchmark::State& state, Sample sample) {
    format_records(
        state, sample,
        *format::make_syslog(format::make_json(options()), {}, {"gw1", 4711, {}}, labels()));
}

[[maybe_unused]] const bool kJson = for_each_sample("json", json);
[[maybe_unused]] const bool kJsonId = for_each_sample("json_id", json_id);
[[maybe_unused]] const bool kLine = for_each_sample("line", line);
[[maybe_unused]] const bool kEcs = for_each_sample("ecs", ecs);
[[maybe_unused]] const bool kCef = for_each_sample("cef", cef);
[[maybe_unused]] const bool kOcsf = for_each_sample("ocsf", ocsf);
[[maybe_unused]] const bool kKernel = for_each_sample("kernel", kernel);
[[maybe_unused]] const bool kPcap = for_each_sample("pcap", pcap);
[[maybe_unused]] const bool kJournald = for_each_sample("journald", journald);
[[maybe_unused]] const bool kSyslog = for_each_sample("syslog", syslog);

}  // namespace
}  // namespace nflogd::bench
