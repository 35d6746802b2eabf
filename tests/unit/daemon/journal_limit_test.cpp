// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal_limit.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using namespace nflogd;
using namespace nflogd::daemon;
using Catch::Matchers::Contains;

namespace {

/// What systemd shows of a service, in a folder of the test's own.
class Systemd {
public:
    Systemd() {
        std::string name = (std::filesystem::temp_directory_path() / "nflogd-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~Systemd() { std::filesystem::remove_all(folder_); }
    Systemd(const Systemd&) = delete;
    Systemd& operator=(const Systemd&) = delete;

    void in_cgroup(const std::string& line) const { std::ofstream(paths().cgroup) << line << '\n'; }
    void burst(const std::string& unit, const std::string& value) const {
        std::filesystem::create_symlink(value, folder_ / ("log-rate-limit-burst:" + unit));
    }
    [[nodiscard]] JournalPaths paths() const { return {folder_ / "cgroup", folder_}; }

private:
    std::filesystem::path folder_;
};

config::Config with_journal() {
    config::Config config;
    config.outputs.emplace_back().options = JournaldOptions{};
    return config;
}

}  // namespace

TEST_CASE("only an output to the journal is of interest") {
    config::Config config;
    config.outputs.emplace_back().options = FileOptions{};
    CHECK_FALSE(journal_limit_warning(config, Systemd().paths()));
}

TEST_CASE("a unit that lifts the limit is fine") {
    const Systemd systemd;
    systemd.in_cgroup("0::/system.slice/nflogd.service");
    systemd.burst("nflogd.service", "100000000");
    CHECK_FALSE(journal_limit_warning(with_journal(), systemd.paths()));
}

TEST_CASE("a low limit is named") {
    const Systemd systemd;
    systemd.in_cgroup("0::/system.slice/nflogd.service");
    systemd.burst("nflogd.service", "500");
    const auto warning = journal_limit_warning(with_journal(), systemd.paths());
    REQUIRE(warning);
    CHECK_THAT(*warning, Contains("more than 500 in an interval") && Contains("nflogd.service"));
}

TEST_CASE("without a word of the unit the journal's own limit counts") {
    const Systemd systemd;
    if (GENERATE(true, false)) systemd.in_cgroup("0::/system.slice/nflogd.service");
    systemd.burst("other.service", "100000000");
    if (GENERATE(true, false)) systemd.burst("nflogd.service", "many");
    const auto warning = journal_limit_warning(with_journal(), systemd.paths());
    REQUIRE(warning);
    CHECK_THAT(*warning, Contains("journald.conf"));
}
