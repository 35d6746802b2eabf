// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the user that writes can use the directories and files of the outputs, by the
// same rules as lib/sink judges them.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "checks.hpp"
#include "places.hpp"

namespace nflogd::doctor {
namespace {

bool is_in(const User& user, gid_t group) {
    return user.gid == group ||
           std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
}

/// Owner, group and others, as path_resolution(7) has it; access lists are not read.
bool may_write_in(const struct stat& info, const User& user) {
    if (user.uid == 0) return true;
    const mode_t bits = info.st_uid == user.uid    ? info.st_mode >> 6
                        : is_in(user, info.st_gid) ? info.st_mode >> 3
                                                   : info.st_mode;
    return (bits & 3) == 3;  // write and search
}

bool is_trusted(uid_t owner, const User& user, const WrittenPlace& place) {
    return owner == 0 || owner == user.uid || (place.file.owner && owner == *place.file.owner);
}

/// Why others could exchange files in it; empty: they cannot.
std::string danger(const struct stat& info, const User& user, const WrittenPlace& place) {
    if (!is_trusted(info.st_uid, user, place)) {
        return "belongs to user " + std::to_string(info.st_uid);
    }
    if ((info.st_mode & S_IWOTH) != 0) return "is writable by everybody";
    const bool trusted_group = info.st_gid == 0 || info.st_gid == user.gid;
    if ((info.st_mode & S_IWGRP) != 0 && !trusted_group) {
        return "is writable by group " + std::to_string(info.st_gid);
    }
    return {};
}

class Look {
public:
    Look(const Machine& machine, const WrittenPlace& place, const User& user)
        : machine_(machine), place_(place), user_(user) {}

    std::vector<Finding> findings() {
        if (!directory()) return std::move(findings_);
        if (place_.kind == WrittenPlace::Kind::file) file();
        return std::move(findings_);
    }

private:
    void add(std::string_view name, const std::string& text, const std::string& path) {
        findings_.push_back(found(name, "output '" + place_.output + "': " + text,
                                  {{"user", writer_name(machine_)},
                                   {"directory", path},
                                   {"path", path},
                                   {"mountpoint", mountpoint_}}));
    }

    /// False: no use in looking at the file.
    bool directory() {
        const std::string path = directory_of(place_);
        struct stat info {};
        if (::stat((machine_.root + path).c_str(), &info) != 0) {
            return errno == EACCES ? hidden(path) : missing(path);
        }
        if (is_read_only(path)) return false;
        if (!S_ISDIR(info.st_mode)) {
            add("directory-missing", path + " is no directory", path);
            return false;
        }
        if (const std::string why = danger(info, user_, place_); !why.empty()) {
            add("directory-unsafe", path + ' ' + why, path);
            return false;
        }
        if (!may_write_in(info, user_)) {
            add("directory-unwritable", writer_name(machine_) + " cannot write to " + path, path);
            return false;
        }
        return true;
    }

    bool hidden(const std::string& path) {
        findings_.push_back(
            skipped("output '" + place_.output + "': looking into " + path + " needs root"));
        return false;
    }

    /// The daemon makes a directory itself if it may write in the one above.
    bool missing(const std::string& path) {
        const std::string parent = std::filesystem::path(path).parent_path();
        struct stat info {};
        const bool there = ::stat((machine_.root + parent).c_str(), &info) == 0;
        if (there && is_read_only(parent)) return false;
        if (!there || !may_write_in(info, user_)) {
            add("directory-missing",
                "there is no directory " + path + ", and " + writer_name(machine_) +
                    " cannot make it",
                path);
        }
        return false;
    }

    bool is_read_only(const std::string& path) {
        const auto disk =
            machine_.find_disk ? machine_.find_disk(machine_.root + path) : std::nullopt;
        if (!disk || !disk->read_only) return false;
        mountpoint_ = disk->mountpoint;
        add("file-system-read-only", path + " is on a file system that is mounted read-only", path);
        return true;
    }

    void file() {
        const std::string& path = place_.file.path;
        struct stat info {};
        if (::lstat((machine_.root + path).c_str(), &info) != 0) return;
        if (!S_ISREG(info.st_mode) || info.st_nlink > 1) {
            add("file-not-regular",
                path + (S_ISREG(info.st_mode) ? " has several hard links" : " is no regular file"),
                path);
        } else if (!is_trusted(info.st_uid, user_, place_) ||
                   (user_.uid != 0 && info.st_uid == 0)) {
            add("file-not-ours", path + " belongs to user " + std::to_string(info.st_uid), path);
        }
    }

    const Machine& machine_;
    const WrittenPlace& place_;
    const User& user_;
    std::string mountpoint_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_directories(const Machine& machine) {
    if (!knows_writer(machine)) return {skipped("which user writes is known to root only")};
    const User user = writer_of(machine);
    std::vector<Finding> findings;
    for (const WrittenPlace& place : machine.wanted.places) {
        for (Finding& finding : Look(machine, place, user).findings()) {
            findings.push_back(std::move(finding));
        }
    }
    return or_ok(std::move(findings),
                 writer_name(machine) + " can write to the files and directories of all outputs");
}

}  // namespace nflogd::doctor
