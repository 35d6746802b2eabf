// SPDX-License-Identifier: GPL-2.0-or-later
// The queue between a capture and a lane, with whole records as they are copied
// into it and read from it.
#include "core/ring.hpp"

#include <atomic>
#include <thread>

#include "bench.hpp"

namespace nflogd::bench {
namespace {

/// The default of an output's `queue`.
constexpr std::size_t kQueue = 16384;

bool push(Ring<Record>& ring, const Record& record) {
    return ring.push([&](Record& slot) { copy_record(slot, record); });
}

/// Reads what is there, at most a batch; returns how many records these were.
std::size_t take(Ring<Record>& ring, Record& last) {
    std::size_t count = 0;
    while (count < kBatch) {
        const Record* record = ring.peek(count);
        if (record == nullptr) break;
        copy_record(last, *record);
        benchmark::DoNotOptimize(&last);
        ++count;
    }
    ring.pop(count);
    return count;
}

void ring_one_thread(benchmark::State& state, Sample sample) {
    Ring<Record> ring(kQueue);
    const auto packets = records(sample);
    Record last;
    Report report(state);
    for (auto _ : state) {
        for (const Record& record : packets) push(ring, record);
        take(ring, last);
    }
    report.finish(packets.size(), packets.size() * sizeof(Record));
}

/// The producer's time while another thread empties the queue as fast as it can.
void ring_two_threads(benchmark::State& state, Sample sample) {
    Ring<Record> ring(kQueue);
    const auto packets = records(sample);
    std::atomic<bool> done{false};
    std::thread consumer([&] {
        Record last;
        while (!done.load(std::memory_order_relaxed)) {
            if (take(ring, last) == 0) std::this_thread::yield();
        }
    });
    Report report(state);
    for (auto _ : state) {
        for (const Record& record : packets) {
            while (!push(ring, record)) std::this_thread::yield();
        }
    }
    report.finish(packets.size(), packets.size() * sizeof(Record));
    done.store(true);
    consumer.join();
}

[[maybe_unused]] const bool kOne = for_each_sample("ring", ring_one_thread);
[[maybe_unused]] const bool kTwo = [] {
    iterations(benchmark::RegisterBenchmark("ring_two_threads/udp", ring_two_threads, Sample::udp)
                   ->UseRealTime());
    return true;
}();

}  // namespace
}  // namespace nflogd::bench
