// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <tuple>

#include "config/files.hpp"
#include "config/sections.hpp"
#include "config/text.hpp"
#include "config/yaml.hpp"

namespace nflogd::config {
namespace {

/// Stands where a problem is of no file.
constexpr const char* kNoFile = "configuration";

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    return name.data();
}

class Loader {
public:
    explicit Loader(const Known& known) : known_(known) { draft_.config.host = host_name(); }

    void file(const std::string& path) {
        const auto content = read_file(path);
        if (content) return text(*content, path);
        files_.push_back(path);
        unreadable({path, 0, 0}, content.error().message);
    }

    void text(std::string_view content, const std::string& name) {
        files_.push_back(name);
        if (const auto problem = check_text(content)) {
            return unreadable({name, problem->line, problem->column}, problem->message);
        }
        const Document document = parse_yaml(std::string(content));
        for (const TextProblem& problem : document.problems) {
            out_.problems.push_back({{name, problem.line, problem.column}, problem.message});
        }
        if (!document.root) return forgive();
        Reader reader(name, known_, out_.problems);
        read_root(*document.root, draft_, reader);
    }

    Loaded result() {
        if (files_.empty()) unreadable({kNoFile, 0, 0}, "no file was named");
        const std::string first = files_.empty() ? kNoFile : files_.front();
        out_.config = finish(std::move(draft_), first, out_.problems);
        sort();
        return std::move(out_);
    }

private:
    void unreadable(Location where, std::string message) {
        out_.problems.push_back({std::move(where), std::move(message)});
        forgive();
    }

    /// What is missing may stand in what could not be read.
    void forgive() { draft_.sources_sound = draft_.outputs_sound = false; }

    void sort() {
        const auto place = [this](const Problem& problem) {
            const auto file = std::find(files_.begin(), files_.end(), problem.where.file);
            return std::tuple(file - files_.begin(), problem.where.line, problem.where.column);
        };
        std::stable_sort(out_.problems.begin(), out_.problems.end(),
                         [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
    }

    const Known& known_;
    std::vector<std::string> files_;
    Draft draft_;
    Loaded out_;
};

/// Runs `read` and gives what the loader found; memory that runs out is a problem
/// like another.
template <typename Read>
Loaded load_with(const Known& known, Read read) {
    try {
        Loader loader(known);
        read(loader);
        return loader.result();
    } catch (const std::exception& error) {
        Loaded failed;
        failed.problems.push_back({{kNoFile, 0, 0}, error.what()});
        return failed;
    }
}

}  // namespace

Loaded load(const std::vector<std::string>& files, const Known& known) {
    return load_with(known, [&](Loader& loader) {
        for (const std::string& file : files) loader.file(file);
    });
}

Loaded load_text(std::string_view text, const std::string& name, const Known& known) {
    return load_with(known, [&](Loader& loader) { loader.text(text, name); });
}

}  // namespace nflogd::config
