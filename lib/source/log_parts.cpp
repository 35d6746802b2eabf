// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/log_parts.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <tuple>

#include "core/time_text.hpp"
#include "source/line_blocks.hpp"

namespace nflogd::source {
namespace {

bool take_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

bool all_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// The name without what says that it is compressed.
std::string_view stem(std::string_view name) {
    if (!take_suffix(name, ".zst")) static_cast<void>(take_suffix(name, ".gz"));
    return name;
}

/// Of names that begin with the log's: by their stem, the one to read. A plain file is
/// whole while its compressed form is being made.
std::map<std::string, std::string> rotated_names(const std::string& directory,
                                                 std::string_view base) {
    std::map<std::string, std::string> found;
    struct Close {
        void operator()(DIR* open) const { ::closedir(open); }
    };
    const std::unique_ptr<DIR, Close> open(::opendir(directory.c_str()));
    if (!open) return found;
    while (const dirent* const entry = ::readdir(open.get())) {
        const std::string name = entry->d_name;
        if (!is_rotated(base, name)) continue;
        std::string& known = found[std::string(stem(name))];
        if (known.empty() || name.size() < known.size()) known = name;
    }
    return found;
}

Status read_first(LogPart& part, bool& is_empty) {
    auto stream = open_stream(part.path);
    if (!stream) return stream.error();
    LineBlocks blocks(std::move(*stream));
    const auto block = blocks.next();
    if (!block) return block.error();
    const std::string_view text = *block ? **block : blocks.rest();
    is_empty = text.empty();
    each_line(text, [&part](std::string_view line) {
        part.first_ns = time_of_line(line);
        return part.first_ns == 0;
    });
    return {};
}

}  // namespace

bool is_rotated(std::string_view base, std::string_view name) {
    if (!name.starts_with(base)) return false;
    name.remove_prefix(base.size());
    name = stem(name);
    if (name.size() < 2) return false;
    const char mark = name[0];
    name.remove_prefix(1);
    if (mark == '.') return all_of(name, "0123456789-.") && name.back() != '.';
    return mark == '-' && name.size() >= 8 && all_of(name, "0123456789-_");
}

std::uint64_t time_of_line(std::string_view line) {
    constexpr std::string_view kKey = R"("timestamp":")";
    const std::size_t at = line.substr(0, 256).find(kKey);
    if (at == std::string_view::npos) return 0;
    line.remove_prefix(at + kKey.size());
    return UtcReader().read(line.substr(0, line.find('"'))).value_or(0);
}

Result<std::vector<LogPart>> log_parts(const std::string& path, std::vector<Error>& faults) {
    const std::size_t slash = path.rfind('/');
    const std::string directory =
        slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    const std::string prefix = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    const std::string base = path.substr(prefix.size());
    std::vector<LogPart> parts;
    const auto add = [&](LogPart part) {
        bool is_empty = false;
        if (Status read = read_first(part, is_empty); !read) {
            faults.push_back(read.error());
            if (part.first_ns == 0) return;  // nothing of it can be read
        }
        if (part.live || !is_empty) parts.push_back(std::move(part));
    };
    for (const auto& [name, file] : rotated_names(directory, base)) add({prefix + file});
    std::stable_sort(parts.begin(), parts.end(), [](const LogPart& a, const LogPart& b) {
        return std::tie(a.first_ns, a.path) < std::tie(b.first_ns, b.path);
    });
    add({path, 0, true});
    if (!parts.empty()) return parts;
    const Error error = faults.back();
    faults.clear();
    return error;
}

std::vector<LogPart> since(std::vector<LogPart> parts, std::uint64_t since_ns) {
    const auto begins_before = [since_ns](const LogPart& part) {
        return part.first_ns != 0 && part.first_ns <= since_ns;
    };
    const auto last = std::find_if(parts.rbegin(), parts.rend(), begins_before);
    const auto first = last == parts.rend() ? parts.begin() : last.base() - 1;
    parts.erase(parts.begin(), first);
    return parts;
}

}  // namespace nflogd::source
