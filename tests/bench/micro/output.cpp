// SPDX-License-Identifier: GPL-2.0-or-later
// A lane's way out: records into the outbox, the outbox into a rotating file in
// memory (/dev/shm), in batches of a datagram and of a full outbox.
#include <filesystem>
#include <system_error>

#include "bench.hpp"
#include "pipeline/outbox.hpp"
#include "sink/file.hpp"

namespace nflogd::bench {
namespace {

/// A directory of our own, gone with this object.
class Directory {
public:
    Directory() {
        std::string pattern = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
        pattern += "/nflogd-bench-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error(errno, std::generic_category(), pattern);
        }
        path_ = pattern;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

FileOptions options(const Directory& directory) {
    FileOptions options;
    options.path = directory.path() + "/nflogd.json";
    options.rotate.size = 32 << 20;
    options.rotate.keep = 1;
    return options;
}

void output(benchmark::State& state) {
    const Directory directory;
    auto sink = sink::open_file(options(directory));
    if (!sink.ok()) return state.SkipWithError(sink.error().message.c_str());
    const auto formatter = format::make_json({"gw1", &labels(), false});
    const auto packets = records(Sample::udp);
    const auto batch = static_cast<std::size_t>(state.range(0));
    pipeline::Outbox outbox;
    std::size_t bytes = 0;
    Report report(state);
    for (auto _ : state) {
        for (std::size_t i = 0; i < batch; ++i) outbox.add(*formatter, packets[i % kBatch]);
        bytes = outbox.batch().bytes.size();
        if ((*sink)->write(outbox.batch()).records != batch) state.SkipWithError("not written");
        outbox.clear();
    }
    report.finish(batch, bytes, Heap::allowed);  // a rotation lists the directory
}
BENCHMARK(output)->Arg(kBatch)->Arg(512)->Apply(iterations);

}  // namespace
}  // namespace nflogd::bench
