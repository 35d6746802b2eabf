// SPDX-License-Identifier: GPL-2.0-or-later
#include "processes.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "finding.hpp"
#include "machine.hpp"

namespace nflogd::doctor {
namespace {

std::string first_line(const std::string& path) {
    const auto text = read_text(path);
    return text ? text->substr(0, text->find('\n')) : std::string();
}

std::vector<std::string> split_words(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\0', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::string canonical(const std::string& path) {
    std::error_code error;
    const auto real = std::filesystem::weakly_canonical(path, error);
    return error ? path : real.string();
}

std::string link_target(const std::string& path) {
    std::error_code error;
    return std::filesystem::read_symlink(path, error).string();
}

std::string option_config(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.starts_with("--config=")) return word.substr(9);
        if ((word == "-c" || word == "--config") && i + 1 < words.size()) return words[i + 1];
        if (word.starts_with("-c") && word.size() > 2) return word.substr(2);
    }
    return {};
}

/// The last service in the path of its control group.
std::string unit_of(const std::string& cgroup) {
    for (const std::string& line : lines_of(cgroup)) {
        const std::string name = line.substr(line.rfind('/') + 1);
        if (name.ends_with(".service")) return name;
    }
    return {};
}

}  // namespace

Process read_process(const std::string& root, pid_t pid) {
    const std::string folder = root + "/proc/" + std::to_string(pid);
    return {pid, first_line(folder + "/comm"),
            split_words(read_text(folder + "/cmdline").value_or("")),
            unit_of(read_text(folder + "/cgroup").value_or("")), link_target(folder + "/cwd")};
}

std::vector<Process> list_processes(const std::string& root) {
    std::vector<Process> list;
    std::error_code error;
    for (std::filesystem::directory_iterator it(root + "/proc", error), end; !error && it != end;
         it.increment(error)) {
        const std::string name = it->path().filename();
        pid_t pid = 0;
        const auto [rest, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (wrong != std::errc() || rest != name.data() + name.size()) continue;
        list.push_back(read_process(root, pid));
    }
    std::sort(list.begin(), list.end(),
              [](const Process& a, const Process& b) { return a.pid < b.pid; });
    return list;
}

std::string stop_command(const Process& process) {
    if (!process.unit.empty()) return "systemctl disable --now " + shell_word(process.unit);
    return "kill " + std::to_string(process.pid);
}

std::string name_of(const Process& process) {
    return process.program + " (pid " + std::to_string(process.pid) + ")";
}

bool is_daemon(const Process& process, const std::string& config) {
    if (process.program != "nflogd" && process.program != "nflogd-worker") return false;
    if (process.words.size() < 2 || process.words[1] != "run") return false;
    const std::string theirs = config_of(process);
    return theirs.empty() ? config.empty() || config == "/etc/nflogd/nflogd.yaml"
                          : canonical(theirs) == canonical(config);
}

std::string config_of(const Process& nflogd) {
    const std::string config = option_config(nflogd.words);
    if (config.empty() || config.front() == '/' || nflogd.directory.empty()) return config;
    return nflogd.directory + '/' + config;
}

}  // namespace nflogd::doctor
