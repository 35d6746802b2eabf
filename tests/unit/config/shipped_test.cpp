// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The embedded default, the file that is installed, and that they agree.
#include <algorithm>
#include <sstream>

#include "catch.hpp"
#include "config/keys.hpp"
#include "core/record.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;

namespace {

Config good(const std::string& text) {
    Loaded loaded = load_string(text);
    INFO(lines(loaded.problems));
    REQUIRE(loaded.problems.empty());
    return std::move(loaded.config);
}

std::string shipped() { return slurp(NFLOGD_SOURCE_DIR "/config/nflogd.yaml"); }

/// A key that is shown commented: a # before anything but one space.
bool is_commented_key(const std::string& line, std::size_t hash) {
    const bool prose = line.size() > hash + 2 && line[hash + 1] == ' ' && line[hash + 2] != ' ';
    return line.size() > hash + 1 && !prose;
}

/// With all of those set.
std::string uncommented(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        const std::size_t hash = line.find_first_not_of(' ');
        if (hash != std::string::npos && line[hash] == '#' && is_commented_key(line, hash)) {
            line.erase(hash, 1);
        }
        out += line + "\n";
    }
    return out;
}

void same(const NflogOptions& a, const NflogOptions& b) {
    CHECK(a.groups == b.groups);
    CHECK(a.snaplen == b.snaplen);
    CHECK(a.queue_threshold == b.queue_threshold);
    CHECK(a.flush_timeout == b.flush_timeout);
    CHECK(a.netlink_buffer == b.netlink_buffer);
    CHECK(a.receive_buffer == b.receive_buffer);
}

void same(const LogRule& a, const LogRule& b) {
    CHECK(a.name == b.name);
    CHECK(a.hook == b.hook);
    CHECK(a.ct_state == b.ct_state);
    CHECK(a.in == b.in);
    CHECK(a.out == b.out);
    CHECK(a.protocol == b.protocol);
    CHECK(a.source.size() + a.destination.size() == b.source.size() + b.destination.size());
    CHECK(a.source_port.size() == b.source_port.size());
    CHECK(a.destination_port.size() == b.destination_port.size());
    CHECK(a.match == b.match);
    CHECK(a.group == b.group);
    CHECK(a.action == b.action);
    CHECK(a.limit.has_value() == b.limit.has_value());
    CHECK(a.snaplen == b.snaplen);
    CHECK(a.queue_threshold == b.queue_threshold);
}

void same(const OutputConfig& a, const OutputConfig& b) {
    CHECK(a.name == b.name);
    CHECK(a.type == b.type);
    CHECK(a.format == b.format);
    CHECK(a.queue == b.queue);
    const auto& left = std::get<FileOptions>(a.options);
    const auto& right = std::get<FileOptions>(b.options);
    CHECK(left.path == right.path);
    CHECK(left.mode == right.mode);
    CHECK(left.owner == right.owner);
    CHECK(left.group == right.group);
    CHECK(left.on_disk_full == right.on_disk_full);
    CHECK(left.sync == right.sync);
    CHECK(left.rotate.size == right.rotate.size);
    CHECK(left.rotate.interval == right.rotate.interval);
    CHECK(left.rotate.keep == right.rotate.keep);
    CHECK(left.rotate.compress == right.rotate.compress);
    CHECK(left.rotate.max_total == right.rotate.max_total);
}

}  // namespace

TEST_CASE("the embedded default logs new connections on input and forward") {
    const Config config = good(embedded_default(false));
    CHECK(config.rules.backend == RulesBackend::nftables);
    CHECK(config.rules.table == "nflogd");
    REQUIRE(config.rules.log.size() == 2);
    CHECK(config.rules.log[0].hook == Hook::input);
    CHECK(config.rules.log[1].hook == Hook::forward);
    for (const LogRule& rule : config.rules.log) {
        CHECK(rule.ct_state == std::vector<std::string>{"new"});
        CHECK(rule.group == 100);
    }
    REQUIRE(config.outputs.size() == 1);
    CHECK(config.outputs[0].format == "json");
    CHECK(std::get<FileOptions>(config.outputs[0].options).path == "/var/log/nflogd/nflogd.json");
    CHECK(std::get<FileOptions>(config.outputs[0].options).rotate.max_total == 2ULL << 30);
}

TEST_CASE("on a terminal the embedded default shows records there, too") {
    const Config config = good(embedded_default(true));
    REQUIRE(config.outputs.size() == 2);
    CHECK(config.outputs[1].type == "stdout");
    CHECK(config.outputs[1].format == "line");
}

TEST_CASE("the installed file does what no file does") {
    const Config file = good(shipped());
    const Config none = good(embedded_default(false));
    CHECK(file.host == none.host);
    CHECK(file.run_as == none.run_as);
    CHECK(file.control_socket == none.control_socket);
    CHECK(file.ledger_interval == none.ledger_interval);
    CHECK(file.rules.backend == none.rules.backend);
    CHECK(file.rules.table == none.rules.table);
    CHECK(file.rules.flavour == none.rules.flavour);
    REQUIRE(file.sources.size() == none.sources.size());
    REQUIRE(file.rules.log.size() == none.rules.log.size());
    REQUIRE(file.outputs.size() == none.outputs.size());
    for (std::size_t i = 0; i < file.sources.size(); ++i) same(file.sources[i], none.sources[i]);
    for (std::size_t i = 0; i < file.rules.log.size(); ++i) {
        same(file.rules.log[i], none.rules.log[i]);
    }
    for (std::size_t i = 0; i < file.outputs.size(); ++i) same(file.outputs[i], none.outputs[i]);
}

TEST_CASE("the file for small routers asks for little memory and little room") {
    const Config config = good(slurp(NFLOGD_SOURCE_DIR "/config/small-router.yaml"));
    REQUIRE(config.sources.size() == 1);
    CHECK(config.sources[0].receive_buffer <= 1U << 20);
    REQUIRE(config.outputs.size() == 1);
    CHECK(config.outputs[0].queue * sizeof(Record) <= 1U << 20);
    const auto& file = std::get<FileOptions>(config.outputs[0].options);
    CHECK(file.path == "/var/log/nflogd/nflogd.json");
    CHECK(file.rotate.max_total <= 8U << 20);
    const Config standard = good(shipped());
    REQUIRE(config.rules.log.size() == standard.rules.log.size());
    for (std::size_t i = 0; i < config.rules.log.size(); ++i) {
        CHECK(config.rules.log[i].name == standard.rules.log[i].name);
        CHECK(config.rules.log[i].limit.has_value());
    }
}

TEST_CASE("what the installed file shows commented can be set") {
    const Config config = good(uncommented(shipped()));
    CHECK(config.host == "gw1");
    REQUIRE(config.rules.log.size() == 3);
    CHECK(config.rules.log[2].limit->burst == 5000);
    CHECK(config.outputs.size() == 10);
}

TEST_CASE("defaults that the installed file shows commented are the defaults") {
    Config all = good(uncommented(shipped()));
    const Config none = good(embedded_default(false));
    all.sources[0].groups.pop_back();  // the example of a priority group
    same(all.sources[0], none.sources[0]);
    CHECK(all.control_socket == none.control_socket);
    CHECK(all.ledger_interval == none.ledger_interval);
    CHECK(all.metrics.interval == none.metrics.interval);
    CHECK(all.metrics.listen == MetricsAddress{"", "127.0.0.1", 9477});  // an example
    CHECK(all.rules.flavour == none.rules.flavour);
    CHECK(all.outputs[0].queue == none.outputs[0].queue);
    CHECK(std::get<FileOptions>(all.outputs[0].options).mode == 0640);
    CHECK(std::get<FileOptions>(all.outputs[0].options).sync == std::chrono::seconds(1));
    auto syslog = std::get<SyslogOptions>(all.outputs[2].options);
    CHECK(to_string(syslog.receiver) == "tls://192.0.2.7:6514");  // an example
    CHECK(syslog.tls.ca.path == "/etc/nflogd/siem-ca.pem");       // likewise
    CHECK(syslog.spool.path == "/var/lib/nflogd/siem");           // likewise
    syslog.receiver = {};
    syslog.spool.path.clear();
    for (auto* file : {&syslog.tls.ca, &syslog.tls.certificate, &syslog.tls.key}) *file = {};
    syslog.tls.ca = TlsOptions().ca;
    syslog.tls.server_name.clear();
    CHECK(syslog == SyslogOptions{});
    CHECK(std::get<JournaldOptions>(all.outputs[3].options) == JournaldOptions{});
    auto socket = std::get<SocketOptions>(all.outputs[4].options);
    CHECK(socket.path == "/run/nflogd/live.sock");  // an example, as are owner and group
    socket.path.clear();
    socket.owner.reset();
    socket.group.reset();
    CHECK(socket == SocketOptions{});
}

TEST_CASE("the keys that are told are those of the tables") {
    const auto keys = known_keys();
    const auto has = [&](const char* key) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    CHECK(has("host"));
    CHECK(has("sources[].groups"));
    CHECK(has("rules.log[].limit.burst"));
    CHECK(has("outputs[].rotate.max_total"));
    CHECK(has("ledger.interval"));
    CHECK_FALSE(has("outputs[].max_total"));
}
