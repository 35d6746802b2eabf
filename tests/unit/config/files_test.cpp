// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

/// A directory of its own for each test, gone afterwards.
class Directory {
public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "nflogd-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    [[nodiscard]] std::string path(const std::string& name = "") const {
        return name.empty() ? path_ : path_ + "/" + name;
    }
    std::string write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }

private:
    std::string path_;
};

constexpr const char* kStdout = "outputs: [{name: main, type: stdout}]\n";

struct stat status(mode_t mode, uid_t owner) {
    struct stat out {};
    out.st_mode = mode;
    out.st_uid = owner;
    return out;
}

}  // namespace

TEST_CASE("later files win with single values and add to lists") {
    const Directory directory;
    const auto first = directory.write(
        "1.yaml",
        "host: one\nrun_as: first\nsources: [{groups: 1, snaplen: 64}]\nledger: {interval: 5s}\n"
        "rules: {table: one, log: [{name: a, hook: input}]}\noutputs: [{name: a, type: stdout}]\n");
    const auto second =
        directory.write("2.yaml",
                        "host: two\nsources: [{groups: 2}]\n"
                        "rules: {table: two, log: [{name: b, hook: input, group: 2}]}\n"
                        "outputs: [{name: b, type: stdout}]\n");
    const auto empty = directory.write("3.yaml", "# nothing yet\n");
    const Loaded loaded = load({first, second, empty}, kKnown);
    INFO(lines(loaded.problems));
    REQUIRE(loaded.problems.empty());
    CHECK(loaded.config.host == "two");
    CHECK(loaded.config.run_as == "first");
    CHECK(loaded.config.ledger_interval == std::chrono::seconds(5));
    CHECK(loaded.config.rules.table == "two");
    REQUIRE(loaded.config.sources.size() == 2);
    CHECK(loaded.config.sources[1].groups.front() == 2);
    REQUIRE(loaded.config.rules.log.size() == 2);
    CHECK(loaded.config.rules.log[0].group == 1);
    CHECK(loaded.config.rules.log[1].name == "b");
    CHECK(loaded.config.rules.log[1].where.file == second);
    CHECK(loaded.config.outputs.size() == 2);
}

TEST_CASE("problems of several files come in the order of the files") {
    const Directory directory;
    const auto z = directory.write("z.yaml", "outputs: [{name: a, type: stdout}]\nx: 1\n");
    const auto a = directory.write("a.yaml", "y: 1\noutputs: [{name: a, type: stdout}]\n");
    const std::string known =
        " (known: host, run_as, control_socket, internal_networks, sources, rules, prefixes, "
        "outputs, ledger, metrics)\n";
    CHECK(lines(load({z, a}, kKnown).problems) ==
          z + ":2:1: unknown key 'x'" + known + a + ":1:1: unknown key 'y'" + known + a +
              ":2:18: duplicate output name 'a': the first is at " + z + ":1:18\n");
}

TEST_CASE("a file that cannot be read is one problem, the others are read") {
    const Directory directory;
    const auto bad = directory.write("bad.yaml", "hots: a\n");
    const std::string gone = directory.path("gone.yaml");
    CHECK(lines(load({gone, bad}, kKnown).problems) ==
          gone + ": cannot be opened: No such file or directory\n" + bad +
              ":1:1: unknown key 'hots' (did you mean 'host'?)\n");
    CHECK(lines(load({directory.path()}, kKnown).problems) ==
          directory.path() + ": cannot be read: Is a directory\n");
    CHECK(lines(load({}, kKnown).problems) == "configuration: no file was named\n");
}

TEST_CASE("a file that others keep from us says so") {
    if (::geteuid() == 0) return;  // root reads everything
    const Directory directory;
    const auto path = directory.write("a.yaml", kStdout);
    REQUIRE(::chmod(path.c_str(), 0) == 0);
    CHECK(lines(load({path}, kKnown).problems) == path + ": cannot be opened: Permission denied\n");
}

TEST_CASE("files are read up to 1 MiB") {
    const Directory directory;
    std::string text = kStdout;
    text += "#" + std::string(kLargestFile - text.size() - 1, 'x');
    const auto path = directory.write("a.yaml", text);
    CHECK(load({path}, kKnown).problems.empty());
    directory.write("a.yaml", text + "x");
    CHECK(lines(load({path}, kKnown).problems) ==
          path + ": is larger than 1 MiB, no configuration is\n");
    CHECK(load({"/dev/zero"}, kKnown).problems.size() == 1);
}

TEST_CASE("root trusts only files that nobody else can write") {
    CHECK_FALSE(distrust(status(S_IFREG | 0644, 0), 0));
    CHECK_FALSE(distrust(status(S_IFREG | 0664, 0), 0));
    CHECK(*distrust(status(S_IFREG | 0646, 0), 0) == "is writable by others: chmod o-w it");
    CHECK(*distrust(status(S_IFREG | 0600, 1000), 0) ==
          "belongs to user 1000, who could make root obey: chown root it");
    CHECK_FALSE(distrust(status(S_IFREG | 0666, 1000), 1000));
    CHECK_FALSE(distrust(status(S_IFIFO | 0666, 1000), 0));
}

TEST_CASE("loading looks at the file that it opened") {
    const Directory directory;
    const auto path = directory.write("a.yaml", kStdout);
    REQUIRE(::chmod(path.c_str(), 0646) == 0);
    const auto problems = load({path}, kKnown).problems;
    if (::geteuid() == 0) {
        CHECK(lines(problems) == path + ": is writable by others: chmod o-w it\n");
        REQUIRE(::chmod(path.c_str(), 0644) == 0);
        REQUIRE(::chown(path.c_str(), 65534, 0) == 0);
        CHECK(load({path}, kKnown).problems.size() == 1);
    } else {
        CHECK(problems.empty());
    }
}

TEST_CASE("the default files are nflogd.yaml and conf.d in the order of names") {
    const Directory directory;
    CHECK(default_files(directory.path()).empty());
    directory.write("conf.d/20-b.yaml", "");
    CHECK(default_files(directory.path()).empty());
    directory.write("nflogd.yaml", "");
    directory.write("conf.d/10-a.yaml", "");
    directory.write("conf.d/100.yaml", "");
    directory.write("conf.d/.hidden.yaml", "");
    directory.write("conf.d/old.yaml~", "");
    directory.write("conf.d/readme.txt", "");
    CHECK(default_files(directory.path()) ==
          std::vector<std::string>{
              directory.path("nflogd.yaml"), directory.path("conf.d/10-a.yaml"),
              directory.path("conf.d/100.yaml"), directory.path("conf.d/20-b.yaml")});
}

TEST_CASE("a loop of links instead of conf.d is named, not passed over") {
    const Directory directory;
    directory.write("nflogd.yaml", kStdout);
    std::filesystem::create_symlink("conf.d", directory.path("conf.d"));
    const auto files = default_files(directory.path());
    REQUIRE(files.size() == 2);
    CHECK(lines(load(files, kKnown).problems) ==
          directory.path("conf.d") + ": cannot be opened: Too many levels of symbolic links\n");
}
