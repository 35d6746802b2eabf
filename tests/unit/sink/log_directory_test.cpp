// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/log_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "catch.hpp"
#include "sink/support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using Catch::Matchers::Contains;

namespace {

constexpr uid_t kStranger = 54321;

Error refused(const std::string& path, const FileOptions& options = {}) {
    const Result<LogDirectory> directory = LogDirectory::open(path, options);
    REQUIRE_FALSE(directory.ok());
    REQUIRE(directory.error().exit_code == EX_CANTCREAT);
    REQUIRE_THAT(directory.error().message, Contains(path));
    return directory.error();
}

}  // namespace

TEST_CASE("a path splits into directory and name") {
    REQUIRE(split_path("/var/log/x.json")->directory == "/var/log");
    REQUIRE(split_path("/var/log/x.json")->name == "x.json");
    REQUIRE(split_path("/x.json")->directory == "/");
    REQUIRE(split_path("x.json")->directory == ".");
    REQUIRE(split_path("x.json")->name == "x.json");
    for (const char* path : {"", "/var/log/", "/var/log/.", ".."}) {
        REQUIRE(split_path(path).error().exit_code == EX_CANTCREAT);
    }
    REQUIRE_FALSE(split_path(std::string(221, 'x')).ok());
    REQUIRE(split_path(std::string(220, 'x')).ok());
}

TEST_CASE("a missing log directory is made, its parents are not") {
    const TempDir temp;
    REQUIRE(LogDirectory::open(temp / "log", {}).ok());
    REQUIRE((stat_of(temp / "log").st_mode & 07777) == 0750);
    REQUIRE_THAT(refused(temp / "a/b").message, Contains("create its parent"));
    REQUIRE_FALSE(exists(temp / "a"));
}

TEST_CASE("a made log directory gets the configured owner and group") {
    if (!is_root()) return;
    const TempDir temp;
    FileOptions options;
    options.owner = kStranger;
    options.group = kStranger + 1;
    REQUIRE(LogDirectory::open(temp / "log", options).ok());
    REQUIRE(stat_of(temp / "log").st_uid == kStranger);
    REQUIRE(stat_of(temp / "log").st_gid == kStranger + 1);
    REQUIRE(LogDirectory::open(temp / "log", options).ok());
    REQUIRE_THAT(refused(temp / "log").message, Contains("belongs to user 54321"));
}

TEST_CASE("a log directory must be a directory itself") {
    const TempDir temp;
    REQUIRE(::mkdir((temp / "real").c_str(), 0700) == 0);
    REQUIRE(::symlink("real", (temp / "link").c_str()) == 0);
    REQUIRE_THAT(refused(temp / "link").message, Contains("symbolic link"));
    write_file(temp / "file", "x");
    REQUIRE_THAT(refused(temp / "file").message, Contains("Not a directory"));
}

TEST_CASE("a log directory that others may write to is refused") {
    const TempDir temp;
    const std::string path = temp / "log";
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    for (const mode_t mode : {0757U, 0777U, 01777U}) {
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        REQUIRE_THAT(refused(path).message, Contains("writable by everybody"));
    }
    REQUIRE(::chmod(path.c_str(), 0770) == 0);
    REQUIRE(LogDirectory::open(path, {}).ok());  // our own group
    if (!is_root()) return;
    REQUIRE(::chown(path.c_str(), 0, kStranger) == 0);
    REQUIRE_THAT(refused(path).message, Contains("writable by group 54321"));
    REQUIRE(::chmod(path.c_str(), 0750) == 0);
    REQUIRE(LogDirectory::open(path, {}).ok());
}

TEST_CASE("renaming never replaces a file") {
    const TempDir temp;
    const auto directory = LogDirectory::open(temp.path(), {});
    write_file(temp / "a", "a");
    write_file(temp / "b", "b");
    REQUIRE(directory->rename("a", "b") == EEXIST);
    REQUIRE(read_file(temp / "b") == "b");
    REQUIRE(directory->rename("a", "c") == 0);
    REQUIRE(read_file(temp / "c") == "a");
}

TEST_CASE("names stay those of the directory that was opened") {
    const TempDir temp;
    const auto directory = LogDirectory::open(temp / "log", {});
    write_file(temp / "log/a", "a");
    REQUIRE(::rename((temp / "log").c_str(), (temp / "moved").c_str()) == 0);
    REQUIRE(::mkdir((temp / "log").c_str(), 0700) == 0);
    REQUIRE(directory->stat("a"));
    REQUIRE(directory->remove("a") == 0);
    REQUIRE_FALSE(exists(temp / "moved/a"));
    REQUIRE(directory->remove("a") == 0);
}
