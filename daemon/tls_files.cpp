// SPDX-License-Identifier: GPL-2.0-or-later
#include "tls_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/fd.hpp"
#include "core/time.hpp"
#include "sink/tls_context.hpp"

namespace nflogd::daemon {
namespace {

constexpr std::size_t kLargest = 4 << 20;

/// Empty, or why not.
std::string read_file(const std::string& path, std::string& text) {
    // O_NONBLOCK: a FIFO at that path must not stop us.
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return std::strerror(errno);
    if (!S_ISREG(info.st_mode)) return "is not a regular file";
    std::array<char, 65536> chunk;
    ssize_t got = 0;
    while ((got = ::read(fd.get(), chunk.data(), chunk.size())) > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(got));
        if (text.size() > kLargest) return "is larger than 4 MiB";
    }
    return got < 0 ? std::strerror(errno) : "";
}

bool others_read(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

/// nullptr if the output uses none.
TlsOptions* tls_of(config::OutputConfig& output) {
    auto* syslog = std::get_if<SyslogOptions>(&output.options);
    const bool tls = syslog != nullptr && syslog->receiver.transport == SyslogTransport::tls;
    return tls ? &syslog->tls : nullptr;
}

}  // namespace

/// Empty, or what is wrong.
std::string TlsFiles::read(TlsFile& file, Findings& findings) {
    if (file.path.empty()) return {};
    file.text.clear();
    const std::string reason = read_file(file.path, file.text);
    const auto earlier = earlier_.find(file.path);
    if (reason.empty()) {
        earlier_[file.path] = file.text;
    } else if (earlier != earlier_.end()) {
        file.text = earlier->second;
        findings.warnings.push_back(file.path + ": " + reason +
                                    "; used as it was read last. Make it readable for the user "
                                    "that nflogd runs as, or restart nflogd");
    } else {
        return file.path + ": " + reason;
    }
    return {};
}

TlsFiles::Findings TlsFiles::read(config::Config& config) {
    Findings findings;
    const auto now = static_cast<std::int64_t>(system_clock().wall_ns() / 1'000'000'000U);
    for (config::OutputConfig& output : config.outputs) {
        TlsOptions* const tls = tls_of(output);
        if (tls == nullptr) continue;
        const std::string head = "output '" + output.name + "': tls: ";
        std::string wrong = tls->verify ? read(tls->ca, findings) : "";
        if (wrong.empty()) wrong = read(tls->certificate, findings);
        if (wrong.empty()) wrong = read(tls->key, findings);
        if (wrong.empty()) {
            const auto made = sink::make_tls_context(*tls);
            // A library that is missing is told by load_libraries().
            if (!made && made.error().exit_code != EX_UNAVAILABLE) wrong = made.error().message;
        }
        if (!wrong.empty()) {
            findings.problems.push_back({output.where, head + wrong});
            continue;
        }
        for (const std::string& warning : sink::tls_warnings(*tls, now)) {
            findings.warnings.push_back(head + warning);
        }
        if (!tls->key.path.empty() && others_read(tls->key.path)) {
            findings.warnings.push_back(head + tls->key.path +
                                        ": everybody can read this key; chmod o-r it");
        }
    }
    return findings;
}

}  // namespace nflogd::daemon
