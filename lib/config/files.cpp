// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "core/fd.hpp"

namespace nflogd::config {
namespace {

Error bad(std::string message) { return {std::move(message), EX_CONFIG}; }

/// Reads to the end, or until there is more than `limit`.
Result<std::string> read_all(int fd, std::size_t limit) {
    std::string text;
    std::size_t size = 0;
    for (;;) {
        text.resize(limit + 1);
        const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(errno, "cannot be read", EX_CONFIG);
        size += static_cast<std::size_t>(count);
        if (count == 0 || size > limit) break;
    }
    text.resize(size);
    return text;
}

struct CloseDir {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_fragment(std::string_view name) {
    return !name.starts_with('.') && name.ends_with(".yaml");
}

bool exists(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

}  // namespace

std::optional<std::string> distrust(const struct stat& file, uid_t euid) {
    if (euid != 0 || !S_ISREG(file.st_mode)) return std::nullopt;
    if ((file.st_mode & S_IWOTH) != 0) return "is writable by others: chmod o-w it";
    if (file.st_uid != 0) {
        return fmt::format("belongs to user {}, who could make root obey: chown root it",
                           file.st_uid);
    }
    return std::nullopt;
}

Result<std::string> read_file(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) return system_error(errno, "cannot be opened", EX_CONFIG);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return system_error(errno, "cannot be read", EX_CONFIG);
    if (const auto reason = distrust(info, ::geteuid())) return bad(*reason);
    auto text = read_all(fd.get(), kLargestFile);
    if (text && text->size() > kLargestFile) {
        return bad(fmt::format("is larger than {} MiB, no configuration is", kLargestFile >> 20));
    }
    return text;
}

std::vector<std::string> default_files(const std::string& directory) {
    std::vector<std::string> files = {directory + "/nflogd.yaml"};
    if (!exists(files.front())) return {};
    const std::string fragments = directory + "/conf.d";
    const std::unique_ptr<DIR, CloseDir> open(::opendir(fragments.c_str()));
    // A directory that may not be read is named itself: loading it says why.
    if (!open && errno != ENOENT && errno != ENOTDIR) files.push_back(fragments);
    if (!open) return files;
    while (const dirent* entry = ::readdir(open.get())) {
        const std::string_view name = entry->d_name;
        if (is_fragment(name)) files.push_back(fragments + "/" + std::string(name));
    }
    std::sort(files.begin() + 1, files.end());
    return files;
}

}  // namespace nflogd::config
