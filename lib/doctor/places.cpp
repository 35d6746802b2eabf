// SPDX-License-Identifier: GPL-2.0-or-later
#include "places.hpp"

#include <filesystem>

namespace nflogd::doctor {
namespace {

namespace fs = std::filesystem;

std::uint64_t size_of(const fs::directory_entry& entry) {
    std::error_code error;
    if (!entry.is_regular_file(error) || error) return 0;
    const auto bytes = entry.file_size(error);
    return error ? 0 : bytes;
}

}  // namespace

std::string directory_of(const WrittenPlace& place) {
    if (place.kind == WrittenPlace::Kind::spool) return place.file.path;
    const std::string folder = fs::path(place.file.path).parent_path();
    return folder.empty() ? "." : folder;
}

std::string existing_directory(const Machine& machine, const WrittenPlace& place) {
    fs::path path = directory_of(place);
    std::error_code error;
    while (path.has_relative_path() && !fs::exists(machine.root + path.string(), error)) {
        path = path.parent_path();
    }
    return machine.root + (path.empty() ? "." : path.string());
}

/// Names of rotated files begin with the file's own.
std::uint64_t bytes_used(const Machine& machine, const WrittenPlace& place) {
    const bool spool = place.kind == WrittenPlace::Kind::spool;
    const std::string own = fs::path(place.file.path).filename();
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::directory_iterator it(machine.root + directory_of(place), error), end;
         !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename();
        if (spool || name.starts_with(own)) bytes += size_of(*it);
    }
    return bytes;
}

}  // namespace nflogd::doctor
