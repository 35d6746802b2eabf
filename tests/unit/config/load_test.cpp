// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <array>

#include "catch.hpp"
#include "helpers.hpp"

using namespace nflogd;
using namespace nflogd::config;
using namespace std::chrono_literals;

namespace {

Config good(std::string_view text) {
    Loaded loaded = load_string(text);
    INFO(lines(loaded.problems));
    REQUIRE(loaded.problems.empty());
    return std::move(loaded.config);
}

const FileOptions& file(const Config& config, std::size_t index) {
    return std::get<FileOptions>(config.outputs.at(index).options);
}

bool good_receiver(const std::string& address) {
    const std::string text = "outputs: [{name: a, type: syslog, address: \"" + address + "\"}]";
    return load_string(text).problems.empty();
}

}  // namespace

TEST_CASE("the contract's example") {
    const Config config = good(fixture("good/contract.yaml"));
    CHECK(config.host == "gw1");
    CHECK(config.run_as == "nflogd");
    CHECK(config.control_socket == "/run/nflogd/control.sock");
    REQUIRE(config.sources.size() == 1);
    CHECK(config.sources[0].groups == std::vector<std::uint16_t>{100});
    CHECK(config.sources[0].receive_buffer == 32U << 20);
    CHECK(config.rules.backend == RulesBackend::nftables);
    REQUIRE(config.rules.log.size() == 1);
    const LogRule& rule = config.rules.log[0];
    CHECK(rule.in == std::vector<std::string>{"eth0"});
    CHECK(rule.match.empty());
    REQUIRE(rule.limit);
    CHECK(rule.limit->rate == 1000);
    CHECK(rule.limit->per == RateLimit::Unit::second);
    CHECK(rule.limit->burst == 5000);
    CHECK(to_string(rule.where) == "t.yaml:16:7");
    REQUIRE(config.outputs.size() == 1);
    CHECK(config.outputs[0].format == "json");
    CHECK(file(config, 0).mode == 0640);
    CHECK(file(config, 0).rotate.size == 100ULL << 20);
    CHECK(file(config, 0).rotate.interval == 24h);
    CHECK(file(config, 0).rotate.keep == 14);
    CHECK(file(config, 0).rotate.compress);
    CHECK(file(config, 0).rotate.max_total == 2ULL << 30);
    CHECK(file(config, 0).sync == 1s);
    CHECK(config.ledger_interval == 10s);
}

TEST_CASE("every key reaches its place: the daemon and its sources") {
    const Config config = good(fixture("good/every_key.yaml"));
    CHECK(config.host == "gw2");
    CHECK(config.run_as == "watcher");
    CHECK(config.control_socket == "/run/other.sock");
    CHECK(config.ledger_interval == 60s);
    REQUIRE(config.sources.size() == 2);
    CHECK(config.sources[0].groups == std::vector<std::uint16_t>{7});
    CHECK(config.sources[0].snaplen == 256);
    CHECK(config.sources[0].queue_threshold == 32);
    CHECK(config.sources[0].flush_timeout == 20ms);
    CHECK(config.sources[0].netlink_buffer == 128U << 10);
    CHECK(config.sources[0].receive_buffer == 65536);
    CHECK(config.sources[1].groups == std::vector<std::uint16_t>{8, 9, 70});
    CHECK(config.sources[1].snaplen == 128);
    CHECK(to_string(config.sources[1].where) == "t.yaml:7:5");
}

TEST_CASE("every key reaches its place: rules") {
    const Config config = good(fixture("good/every_key.yaml"));
    CHECK(config.rules.backend == RulesBackend::iptables);
    CHECK(config.rules.flavour == IptablesFlavour::legacy);
    CHECK(config.rules.table == "watch");
    CHECK_FALSE(config.rules.owner);
    CHECK(config.rules.groups == std::vector<std::uint16_t>{7, 8, 9, 70});
    REQUIRE(config.rules.log.size() == 2);
    const LogRule& rule = config.rules.log[0];
    CHECK(rule.name == "web refused");
    CHECK(rule.hook == Hook::forward);
    CHECK(rule.in == std::vector<std::string>{"eth0", "ppp*"});
    CHECK(rule.out == std::vector<std::string>{"lan0"});
    REQUIRE(rule.source.size() == 4);
    CHECK(rule.source[0].text == "192.0.2.0/24");
    CHECK(rule.source[1].text == "198.51.100.7");
    CHECK(rule.source[2].text == "2001:db8::/32");
    CHECK(rule.source[3].ip_version == 6);
    CHECK(rule.destination.size() == 4);
    CHECK(rule.protocol == std::vector<std::uint8_t>{6, 17, 132});
    REQUIRE(rule.source_port.size() == 1);
    CHECK(rule.source_port[0].first == 1024);
    CHECK(rule.source_port[0].last == 65535);
    REQUIRE(rule.destination_port.size() == 2);
    CHECK(rule.destination_port[1].last == 443);
    CHECK(rule.ct_state ==
          std::vector<std::string>{"new", "established", "related", "invalid", "untracked"});
    CHECK(rule.match == "-m ttl --ttl-lt 5");
    CHECK(rule.group == 9);
    CHECK(rule.action == "drop");
    REQUIRE(rule.limit);
    CHECK(rule.limit->burst == 50);
    CHECK(rule.limit->per == RateLimit::Unit::minute);
    CHECK(config.rules.log[1].protocol == std::vector<std::uint8_t>{1, 58, 58});
    CHECK(config.rules.log[1].hook == Hook::prerouting);
    CHECK_FALSE(rule.high_priority);
    CHECK(config.rules.log[1].high_priority);
    CHECK(config.rules.log[1].group == 70);
}

TEST_CASE("every key reaches its place: outputs") {
    const Config config = good(fixture("good/every_key.yaml"));
    REQUIRE(config.outputs.size() == 13);
    const OutputConfig& output = config.outputs[0];
    CHECK(output.name == "one");
    CHECK(output.type == "file");
    CHECK(output.format == "line");
    CHECK(output.queue == 64);
    CHECK(file(config, 0).path == "/var/log/one.log");
    CHECK(file(config, 0).mode == 0600);
    CHECK(file(config, 0).owner == uid_t{0});
    CHECK(file(config, 0).group == gid_t{12});
    CHECK(file(config, 0).rotate.size == 4096);
    CHECK(file(config, 0).rotate.interval == 90min);
    CHECK(file(config, 0).rotate.keep == 3);
    CHECK_FALSE(file(config, 0).rotate.compress);
    CHECK(file(config, 0).rotate.max_total == 1ULL << 30);
    CHECK(file(config, 0).on_disk_full == OnDiskFull::delete_oldest);
    CHECK(file(config, 0).sync < 0ms);
    CHECK(file(config, 1).on_disk_full == OnDiskFull::suspend);
    CHECK(file(config, 1).sync == 0ms);
    CHECK(file(config, 1).rotate.compress);
    CHECK_FALSE(file(config, 1).owner);
    CHECK(file(config, 2).sync == 0ms);
    CHECK(file(config, 2).mode == 0664);
    CHECK(config.outputs[3].type == "stdout");
    CHECK(config.outputs[3].format == "json");
    CHECK(std::holds_alternative<StdoutOptions>(config.outputs[3].options));
}

TEST_CASE("every key reaches its place: syslog") {
    const Config config = good(fixture("good/every_key.yaml"));
    const auto syslog = [&](std::size_t index) {
        return std::get<SyslogOptions>(config.outputs.at(index).options);
    };
    SyslogOptions five;
    five.receiver = {SyslogTransport::tcp, "2001:DB8::7", 6514, {"2001:DB8::7"}};
    five.protocol = SyslogProtocol::rfc3164;
    five.facility = 0;
    five.severity = {7, 5, 2, 3, 0, 1};
    five.framing = SyslogFraming::newline;
    five.max_message = 2048;
    five.enterprise_number = 4294967295;
    CHECK(syslog(4) == five);
    CHECK(to_string(syslog(4).receiver) == "tcp://[2001:DB8::7]:6514");
    CHECK(syslog(5) == SyslogOptions{});
    CHECK(to_string(syslog(5).receiver) == "unix:/dev/log");
    SyslogOptions seven;
    seven.receiver = {SyslogTransport::udp, "logs.example.org", 514, {}};
    seven.severity = {7, 7, 7, 7, 7, 7};
    CHECK(syslog(6) == seven);
    CHECK(syslog(7).receiver.host == "/run/log");
}

TEST_CASE("every key reaches its place: journald") {
    const Config config = good(fixture("good/every_key.yaml"));
    const auto journald = [&](std::size_t index) {
        CHECK(config.outputs.at(index).format == "line");
        return std::get<JournaldOptions>(config.outputs.at(index).options);
    };
    CHECK(journald(8) == JournaldOptions{});
    JournaldOptions ten{"/run/journal", {}};
    ten.severity.drop = 2;
    CHECK(journald(9) == ten);
}

TEST_CASE("every key reaches its place: kafka") {
    const Config config = good(fixture("good/every_key.yaml"));
    KafkaOptions thirteen;
    thirteen.brokers = {"kafka1.example.net:9092", "[2001:db8::9]:9093"};
    thirteen.topic = "nflog.v1";
    thirteen.key = KafkaKey::community_id;
    thirteen.compression = "zstd";
    thirteen.spool = {"/var/lib/nflogd/bus", 2 << 20, std::chrono::milliseconds(-1)};
    thirteen.properties = {{"security.protocol", "ssl"}, {"linger.ms", "20"}};
    thirteen.host = config.host;
    CHECK(std::get<KafkaOptions>(config.outputs[12].options) == thirteen);
    CHECK(config.outputs[12].format == "ecs");
}

TEST_CASE("every key reaches its place: socket") {
    const Config config = good(fixture("good/every_key.yaml"));
    SocketOptions eleven;
    eleven.path = "/run/live/pcap.sock";
    eleven.mode = 0606;
    eleven.owner = 0;
    eleven.group = 12;
    eleven.readers = 3;
    eleven.buffer = 256 << 10;
    CHECK(std::get<SocketOptions>(config.outputs[10].options) == eleven);
    CHECK(config.outputs[10].format == "pcap");
    const auto twelve = std::get<SocketOptions>(config.outputs[11].options);
    CHECK(twelve.mode == 0660);
    CHECK_FALSE(twelve.owner);
    CHECK_FALSE(twelve.group);
    CHECK(twelve.readers == 16);
    CHECK(twelve.buffer == 1 << 20);
    CHECK(twelve.listener == -1);
    CHECK(config.outputs[11].format == "json");
}

TEST_CASE("every key reaches its place: metrics") {
    const auto metrics = [](const std::string& keys) {
        return good(with_output("metrics: {" + keys + "}\n")).metrics;
    };
    const Metrics all = metrics("listen: '127.1.2.3:9477', textfile: /t/n.prom, interval: 1m");
    CHECK(all.listen == MetricsAddress{"", "127.1.2.3", 9477});
    CHECK(all.textfile == "/t/n.prom");
    CHECK(all.interval == 60s);
    CHECK(metrics("listen: '[::1]:80'").listen == MetricsAddress{"", "::1", 80});
    CHECK(metrics("listen: 'unix:/run/m.sock'").listen == MetricsAddress{"/run/m.sock", "", 0});
    CHECK(metrics("").listen == MetricsAddress{});
}

TEST_CASE("metrics are for this machine only") {
    for (const char* text : {"0.0.0.0:9477", "192.0.2.1:9477", "[::]:9477", "[fd00::1]:1",
                             "localhost:9477", "127.0.0.1", "::1", "unix:m.sock", ":9477"}) {
        CAPTURE(text);
        const auto loaded =
            load_string(with_output("metrics: {listen: '" + std::string(text) + "'}\n"));
        CHECK(loaded.problems.size() == 1);
    }
}

TEST_CASE("receivers that are none") {
    for (const std::string text : {"",
                                   "unix:",
                                   "unix:log",
                                   "unix:/",
                                   "/dev/log",
                                   "udp:127.0.0.1:514",
                                   "udp://",
                                   "udp://:514",
                                   "udp://h",
                                   "udp://h:",
                                   "udp://h:0",
                                   "udp://h:65536",
                                   "udp://h:+1",
                                   "udp://2001:db8::1:514",
                                   "udp://[h]:514",
                                   "udp://[127.0.0.1]:514",
                                   "udp://[::1:514",
                                   "tcp://1.2.3:514",
                                   "tcp://1.2.3.256:514",
                                   "tcp://h o:514",
                                   "tcp://-h:514",
                                   "tcp://h-:514",
                                   "tcp://h..i:514",
                                   "tcp://.:514",
                                   "tcp://h/:514",
                                   "tcp://a@b:514",
                                   "ssl://h:6514",
                                   "tls://h",
                                   "TCP://h:514",
                                   "tcp://\u00fc.example:514"}) {
        CAPTURE(text);
        CHECK_FALSE(good_receiver(text));
    }
    CHECK_FALSE(good_receiver("udp://" + std::string(64, 'a') + ":514"));
    std::string name = std::string(63, 'a') + '.';
    name = name + name + name + std::string(61, 'b');
    CHECK(good_receiver("udp://" + name + ":514"));
    CHECK(good_receiver("udp://" + name + ".:514"));
    CHECK_FALSE(good_receiver("udp://" + name + "c:514"));
    CHECK(good_receiver("tcp://log_1.example.org.:65535"));
    CHECK(good_receiver("tcp://7seas:1"));
}

TEST_CASE("without sources group 100 is read, without rules none is installed") {
    const Config config = good("outputs: [{name: a, type: stdout}]");
    REQUIRE(config.sources.size() == 1);
    CHECK(config.sources[0].groups == std::vector<std::uint16_t>{100});
    CHECK(config.rules.backend == RulesBackend::none);
    CHECK(config.rules.log.empty());
    std::array<char, 256> name{};
    REQUIRE(::gethostname(name.data(), name.size() - 1) == 0);
    CHECK(config.host == name.data());
    CHECK(config.run_as.empty());
    CHECK(config.outputs[0].queue == 16384);
}

TEST_CASE("keys without a value are as if they were not there") {
    const Config config = good(with_output("sources:\nrules:\nledger:\n"));
    CHECK(config.sources.size() == 1);
    CHECK(config.rules.backend == RulesBackend::none);
    CHECK(good(with_output("rules:\n  log:\n")).rules.backend == RulesBackend::nftables);
}

TEST_CASE("a rule takes group, snaplen and threshold from the sources") {
    const Config config =
        good(with_output("sources:\n  - {groups: [5, 6], snaplen: 64, queue_threshold: 2}\n"
                         "  - {groups: 7, snaplen: 0, queue_threshold: 3}\n"
                         "rules:\n  log:\n    - {name: a, hook: input}\n"
                         "    - {name: b, hook: input, group: 7}\n"));
    CHECK(config.rules.log[0].group == 5);
    CHECK(config.rules.log[0].snaplen == 64);
    CHECK(config.rules.log[0].queue_threshold == 2);
    CHECK(config.rules.log[1].group == 7);
    CHECK(config.rules.log[1].snaplen == 0);
    CHECK(config.rules.log[1].queue_threshold == 3);
}

TEST_CASE("the order of keys in a limit does not matter, and its burst is 5") {
    const auto limit = [](std::string_view text) {
        return *good(with_output("rules: {log: [{name: a, hook: input, limit: " +
                                 std::string(text) + "}]}"))
                    .rules.log[0]
                    .limit;
    };
    CHECK(limit("{rate: 7/hour, burst: 9}").burst == 9);
    CHECK(limit("{burst: 9, rate: 7/hour}").burst == 9);
    CHECK(limit("{rate: 7/hour}").burst == 5);
}

TEST_CASE("a byte order mark and DOS line ends are taken") {
    CHECK(good(fixture("good/bom_crlf.yaml")).outputs[0].name == "main");
}

TEST_CASE("a format is known if the caller knows it") {
    const char* text = "outputs: [{name: a, type: stdout, format: ecs}]";
    CHECK(load_text(text, "t.yaml", {{"json", "ecs"}, {}, {}, {}}).problems.empty());
    CHECK(lines(load_text(text, "t.yaml", {{"json", "line"}, {}, {}, {}}).problems) ==
          "t.yaml:1:43: unknown format 'ecs' (known: json, line)\n");
}
