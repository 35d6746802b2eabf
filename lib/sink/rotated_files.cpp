// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotated_files.hpp"

#include <cerrno>
#include <map>

namespace nflogd::sink {
namespace {

void note(RotatedFile& file, Form form, std::uint64_t bytes) {
    if (form == Form::plain) {
        file.plain = true;
        file.bytes = bytes;
    } else {
        file.compressed = true;
        if (!file.plain) file.bytes = bytes;
    }
}

/// Behind the newest name, whatever the clock says.
RotationId next_id(const std::string& base, const std::vector<std::string>& names,
                   std::int64_t seconds) {
    RotationId id = rotation_at(seconds);
    for (const std::string& name : names) {
        const auto taken = parse_rotated(base, name);
        if (!taken || taken->form == Form::unfinished || taken->id < id) continue;
        id = taken->id;
        ++id.number;
    }
    return id;
}

}  // namespace

std::optional<std::vector<RotatedFile>> RotatedFiles::list() const {
    const auto names = directory_.names();
    if (!names) return std::nullopt;
    std::map<RotationId, RotatedFile> found;
    for (const std::string& name : *names) {
        const auto parsed = parse_rotated(base_, name);
        if (!parsed || parsed->form == Form::unfinished) continue;
        const auto info = directory_.stat(name);
        if (!info || !S_ISREG(info->st_mode)) continue;
        note(found[parsed->id], parsed->form, static_cast<std::uint64_t>(info->st_size));
    }
    std::vector<RotatedFile> files;
    for (auto& [id, file] : found) {
        file.id = id;
        files.push_back(file);
    }
    return files;
}

void RotatedFiles::tidy() {
    const auto names = directory_.names();
    const auto files = list();
    if (!names || !files) return;
    for (const std::string& name : *names) {
        const auto parsed = parse_rotated(base_, name);
        if (parsed && parsed->form == Form::unfinished) directory_.remove(name);
    }
    for (const RotatedFile& file : *files) {
        if (file.plain && file.compressed) directory_.remove(name(file.id, Form::plain));
    }
}

int RotatedFiles::add(std::int64_t seconds) {
    constexpr int kAttempts = 100;
    // Without the names an id could be given twice, and one of the two files be
    // taken for the other's compressed form.
    const auto names = directory_.names();
    if (!names) return errno != 0 ? errno : EIO;
    RotationId id = next_id(base_, *names, seconds);
    int error = EEXIST;
    for (int i = 0; i < kAttempts && error == EEXIST; ++i, ++id.number) {
        error = directory_.rename(base_, name(id, Form::plain));
    }
    return error;
}

int RotatedFiles::remove(const RotationId& id) {
    const std::lock_guard lock(names_);
    const int compressed = directory_.remove(name(id, Form::compressed));
    const int plain = directory_.remove(name(id, Form::plain));
    return plain != 0 ? plain : compressed;
}

int RotatedFiles::publish(const RotationId& id) {
    const std::lock_guard lock(names_);
    if (!directory_.stat(name(id, Form::plain))) return ENOENT;
    return directory_.rename(name(id, Form::unfinished), name(id, Form::compressed));
}

}  // namespace nflogd::sink
