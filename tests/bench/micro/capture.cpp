// SPDX-License-Identifier: GPL-2.0-or-later
// What a capture does with a datagram that it has received, and all that a
// record costs until its text is there. Capture itself needs a socket: these are
// its steps (Capture::process()), and those of a lane.
#include <memory>
#include <vector>

#include "bench.hpp"
#include "decode/decode.hpp"
#include "format/formatter.hpp"
#include "pipeline/books.hpp"

namespace nflogd::bench {
namespace {

constexpr std::size_t kQueue = 16384;

/// The books of one group and one output.
struct Desk {
    pipeline::GroupBook group{5};
    pipeline::OutputBook output{kQueue, 0};

    void take(Record& record) {
        complete(record);
        group.count(record);
        output.offer(record);
    }
};

/// Enrich, count and offer, without the decoding before it.
void capture(benchmark::State& state, Sample sample) {
    Desk desk;
    auto packets = records(sample);
    Report report(state);
    for (auto _ : state) {
        for (Record& record : packets) desk.take(record);
        desk.output.written(packets.size());
    }
    report.finish(packets.size());
}

/// From the datagram to the text in JSON, on one thread.
void total(benchmark::State& state, Sample sample) {
    Desk desk;
    const auto formatter = format::make_json({"gw1", &labels(), false});
    const auto bytes = datagram(sample);
    std::vector<char> out(format::kMaxPacketText);
    for (const Record& seen : records(sample)) formatter->packet(seen, out);  // meets the rules
    Record record;
    std::size_t written = 0;
    Report report(state);
    for (auto _ : state) {
        decode::DatagramReader reader(bytes, 1);
        while (reader.next(record)) desk.take(record);
        written = 0;
        std::size_t count = 0;
        for (; const Record* next = desk.output.peek(count); ++count) {
            written += formatter->packet(*next, out);
        }
        benchmark::ClobberMemory();
        desk.output.written(count);
    }
    report.finish(kBatch, written);
}

/// A datagram of each of N groups in turn, from its bytes into the one output's queue:
/// what `spread: N` makes of the capture threads' work.
template <std::size_t N>
void spread(benchmark::State& state, Sample sample) {
    std::vector<std::unique_ptr<pipeline::GroupBook>> groups;
    for (std::uint16_t i = 0; i < N; ++i) {
        groups.push_back(std::make_unique<pipeline::GroupBook>(std::uint16_t(5 + i)));
    }
    pipeline::OutputBook output(kQueue, 0);
    const auto bytes = datagram(sample);
    Record record;
    std::size_t turn = 0;
    decode::DatagramReader first(bytes, 1);
    while (first.next(record)) complete(record);  // meets the rules and interfaces
    Report report(state);
    for (auto _ : state) {
        pipeline::GroupBook& group = *groups[turn++ % N];
        decode::DatagramReader reader(bytes, 1);
        while (reader.next(record)) {
            complete(record);
            group.count(record);
            output.offer(record);
        }
        output.written(kBatch);
    }
    report.finish(kBatch);
}

[[maybe_unused]] const bool kSpread1 = for_each_sample("spread_1", spread<1>);
[[maybe_unused]] const bool kSpread4 = for_each_sample("spread_4", spread<4>);
[[maybe_unused]] const bool kSpread16 = for_each_sample("spread_16", spread<16>);
[[maybe_unused]] const bool kCapture = for_each_sample("capture", capture);
[[maybe_unused]] const bool kTotal = for_each_sample("total", total);

}  // namespace
}  // namespace nflogd::bench
