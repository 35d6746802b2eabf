// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the format json back to records: all of their fields, and the few that
// somebody who only counts them needs. Bytes are those of the lines.
#include "decode/json_record.hpp"

#include "bench.hpp"
#include "format/formatter.hpp"

namespace nflogd::bench {
namespace {

constexpr std::uint64_t bit(Field field) {
    return std::uint64_t{1} << static_cast<unsigned>(field);
}
constexpr std::uint64_t bit(HeaderField field) {
    return std::uint64_t{1} << static_cast<unsigned>(field);
}

constexpr FieldSelection kFew{
    bit(Field::rule) | bit(Field::action) | bit(Field::in_iface),
    bit(HeaderField::src_ip) | bit(HeaderField::dest_ip) | bit(HeaderField::dest_port), 0};

/// A lane's lines, one after the other.
std::string lines_of(Sample sample) {
    const auto formatter = format::make_json({"gw1", &labels(), false});
    std::vector<char> out(format::kMaxPacketText);
    std::string text;
    for (const Record& record : records(sample)) {
        text.append(out.data(), formatter->packet({record}, out));
    }
    return text;
}

void read_lines(benchmark::State& state, Sample sample, const FieldSelection& wanted) {
    const std::string lines = lines_of(sample);
    const std::string text = lines + std::string(decode::JsonReader::kPadding, '\0');
    static Labels known;
    decode::JsonReader reader(known, wanted);
    Record record;
    const auto read_all = [&] {
        std::size_t packets = 0;
        for (std::size_t at = 0; at < lines.size();) {
            const std::size_t end = lines.find('\n', at);
            const std::string_view line(text.data() + at, end - at);
            packets += reader.read(line, record) == decode::JsonLine::packet ? 1 : 0;
            benchmark::DoNotOptimize(record);
            at = end + 1;
        }
        return packets;
    };
    if (read_all() != kBatch) return state.SkipWithError("not all lines are packets");
    Report report(state);
    for (auto _ : state) read_all();
    report.finish(kBatch, lines.size());
}

void json_read(benchmark::State& state, Sample sample) { read_lines(state, sample, {}); }
void json_read_few(benchmark::State& state, Sample sample) { read_lines(state, sample, kFew); }

[[maybe_unused]] const bool kAll = for_each_sample("json_read", json_read);
[[maybe_unused]] const bool kSome = for_each_sample("json_read_few", json_read_few);

}  // namespace
}  // namespace nflogd::bench
