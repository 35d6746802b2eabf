// SPDX-License-Identifier: GPL-2.0-or-later
// Records to text. What the samples look like stays in the cache: the cost of
// the formatting alone.
#include "bench.hpp"
#include "format/formatter.hpp"

namespace nflogd::bench {
namespace {

using Make = std::unique_ptr<format::Formatter> (*)(format::FormatOptions);

void format_records(benchmark::State& state, Sample sample, Make make, TextOptions text = {}) {
    const auto formatter = make({"gw1", &labels(), false, {}, std::move(text)});
    const auto packets = records(sample);
    std::vector<char> out(format::kMaxPacketText);
    for (const Record& record : packets) formatter->packet(record, out);  // meets the rules
    std::size_t bytes = 0;
    Report report(state);
    for (auto _ : state) {
        bytes = 0;
        for (const Record& record : packets) bytes += formatter->packet(record, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    report.finish(packets.size(), bytes);
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

[[maybe_unused]] const bool kJson = for_each_sample("json", json);
[[maybe_unused]] const bool kJsonId = for_each_sample("json_id", json_id);
[[maybe_unused]] const bool kLine = for_each_sample("line", line);
[[maybe_unused]] const bool kEcs = for_each_sample("ecs", ecs);
[[maybe_unused]] const bool kCef = for_each_sample("cef", cef);
[[maybe_unused]] const bool kOcsf = for_each_sample("ocsf", ocsf);

}  // namespace
}  // namespace nflogd::bench
