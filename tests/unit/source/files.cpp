// SPDX-License-Identifier: GPL-2.0-or-later
#include "files.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "source/input.hpp"

namespace nflogd::source {

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "nflogd-source-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    root_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
}

std::string TemporaryDirectory::file(const std::string& name, Bytes content) const {
    std::ofstream out(path(name), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    return path(name);
}

Buffer read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Drained drain(Input& input) {
    Drained drained;
    while (true) {
        auto chunk = input.next();
        if (!chunk) {
            drained.status = chunk.error();
            return drained;
        }
        if (!*chunk) return drained;
        const Chunk& it = **chunk;
        drained.chunks.push_back({Buffer(it.bytes.begin(), it.bytes.end()), it.encoding,
                                  it.timestamp_ns, it.original_length});
    }
}

Drained drain_file(const std::string& path) {
    auto input = open_input(path);
    if (!input) return {{}, input.error()};
    return drain(**input);
}

Buffer noise(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    Buffer bytes(count);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

}  // namespace nflogd::source
