// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/fd.hpp"
#include "source/file_reader.hpp"
#include "source/pcap.hpp"
#include "source/recording.hpp"

namespace nflogd::source {
namespace {

constexpr std::size_t kMagicBytes = 8;

bool is_pcapng(Bytes head) {
    constexpr std::array<std::uint8_t, 4> kSectionHeader = {0x0a, 0x0d, 0x0d, 0x0a};
    return head.size() >= kSectionHeader.size() &&
           std::equal(kSectionHeader.begin(), kSectionHeader.end(), head.begin());
}

Result<std::unique_ptr<Input>> refuse_pcapng(FileReader file) {
    return file.error("a pcapng file; convert it first: editcap -F pcap IN.pcapng OUT.pcap");
}

struct Kind {
    bool (*recognises)(Bytes head);
    Result<std::unique_ptr<Input>> (*open)(FileReader file);
};
constexpr std::array kKinds = {
    Kind{RecordingReader::recognises, RecordingReader::open},
    Kind{PcapReader::recognises, PcapReader::open},
    Kind{is_pcapng, refuse_pcapng},
};

Result<FileReader> open_file(const std::string& path) {
    const bool standard_input = path == "-";
    const std::string name = standard_input ? "standard input" : path;
    Fd fd(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                         : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return system_error(errno, name, EX_DATAERR);
    if (S_ISDIR(status.st_mode)) return system_error(EISDIR, name, EX_DATAERR);
    return FileReader(std::move(fd), name);
}

}  // namespace

Result<std::unique_ptr<Input>> open_input(const std::string& path) {
    auto file = open_file(path);
    if (!file) return file.error();
    auto head = file->peek(kMagicBytes);
    if (!head) return head.error();
    if (head->empty()) return file->error("the file is empty");
    for (const Kind& kind : kKinds) {
        if (kind.recognises(*head)) return kind.open(std::move(*file));
    }
    return file->error("neither a .nflog recording nor a pcap file");
}

}  // namespace nflogd::source
