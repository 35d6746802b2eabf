// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "control/textfile.hpp"

using namespace nflogd;
namespace fs = std::filesystem;

TEST_CASE("a text file is replaced as a whole, readable by all") {
    std::string name = fs::temp_directory_path() / "nflogd-textfile-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    const std::string path = name + "/a.prom";
    const auto mask = ::umask(0077);
    REQUIRE(control::replace_file(path, "one\n"));
    REQUIRE(control::replace_file(path, "2\n"));
    ::umask(mask);
    std::string text;
    std::getline(std::ifstream(path), text, '\0');
    CHECK(text == "2\n");
    CHECK((fs::status(path).permissions() & fs::perms::others_read) != fs::perms::none);
    CHECK_FALSE(fs::exists(path + ".tmp"));
    const Status status = control::replace_file(name + "/none/a.prom", "x");
    CHECK_FALSE(status);
    fs::remove_all(name);
}
