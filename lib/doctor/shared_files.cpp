// SPDX-License-Identifier: GPL-2.0-or-later
// One file that two write to: two outputs of ours, or somebody else.
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <sstream>
#include <utility>

#include "checks.hpp"
#include "edit.hpp"
#include "places.hpp"
#include "processes.hpp"

namespace nflogd::doctor {
namespace {

namespace fs = std::filesystem;

using FileId = std::pair<dev_t, ino_t>;

std::optional<FileId> id_of(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return FileId{info.st_dev, info.st_ino};
}

/// A directory may have several names (links, mounts); a name in it is one file.
std::vector<Finding> shared_by_outputs(const Machine& machine) {
    std::map<std::pair<FileId, std::string>, const WrittenPlace*> seen;
    std::vector<Finding> findings;
    for (const WrittenPlace& place : machine.wanted.places) {
        const auto directory = id_of(machine.root + directory_of(place));
        if (!directory) continue;
        const bool spool = place.kind == WrittenPlace::Kind::spool;
        const std::string name = spool ? "" : fs::path(place.file.path).filename().string();
        const auto [first, added] = seen.try_emplace({*directory, name}, &place);
        if (added) continue;
        findings.push_back(found("path-shared",
                                 "outputs '" + first->second->output + "' and '" + place.output +
                                     "' write to one file: " + first->second->file.path + " and " +
                                     place.file.path,
                                 edit_at(machine, place.where)));
    }
    return findings;
}

/// The flags line of /proc/PID/fdinfo/FD is octal.
bool is_open_for_writing(const fs::path& info) {
    for (const std::string& line : lines_of(read_text(info).value_or(""))) {
        if (!line.starts_with("flags:")) continue;
        const std::size_t digits = line.find_first_of("01234567");
        unsigned flags = 0;
        if (digits == std::string::npos) return false;
        std::from_chars(line.data() + digits, line.data() + line.size(), flags, 8);
        return (flags & O_ACCMODE) != O_RDONLY;
    }
    return false;
}

/// Calls `take` with each file that the process writes to.
template <typename Take>
void for_each_written(const std::string& root, pid_t pid, Take take) {
    const fs::path folder = root + "/proc/" + std::to_string(pid);
    std::error_code error;
    for (fs::directory_iterator it(folder / "fd", error), end; !error && it != end;
         it.increment(error)) {
        const auto id = id_of(it->path());
        if (id && is_open_for_writing(folder / "fdinfo" / it->path().filename())) take(*id);
    }
}

std::map<FileId, const WrittenPlace*> our_files(const Machine& machine) {
    std::map<FileId, const WrittenPlace*> files;
    for (const WrittenPlace& place : machine.wanted.places) {
        if (place.kind != WrittenPlace::Kind::file) continue;
        if (const auto id = id_of(machine.root + place.file.path)) files[*id] = &place;
    }
    return files;
}

std::vector<Finding> shared_with_others(const Machine& machine) {
    const auto files = our_files(machine);
    std::vector<Finding> findings;
    if (files.empty()) return findings;
    for (const Process& process : list_processes(machine.root)) {
        if (is_daemon(process, machine.wanted.config_file)) continue;
        std::map<FileId, const WrittenPlace*> left = files;
        for_each_written(machine.root, process.pid, [&](const FileId& id) {
            const auto file = left.find(id);
            if (file == left.end()) return;
            findings.push_back(found("file-shared",
                                     name_of(process) + " writes to " + file->second->file.path +
                                         ", the file of output '" + file->second->output + "'",
                                     {{"stop", stop_command(process), Blank::Kind::text}}));
            left.erase(file);
        });
    }
    return findings;
}

}  // namespace

std::vector<Finding> check_shared_files(const Machine& machine) {
    std::vector<Finding> findings = shared_by_outputs(machine);
    if (!machine.sees_all) {
        findings.push_back(
            skipped("whether other users' processes write to our files is shown to "
                    "root only"));
    }
    for (Finding& finding : shared_with_others(machine)) findings.push_back(std::move(finding));
    return or_ok(std::move(findings), "nobody else writes to the files of our outputs");
}

}  // namespace nflogd::doctor
