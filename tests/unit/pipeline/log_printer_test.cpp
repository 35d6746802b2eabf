// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/log_printer.hpp"

#include <cstdlib>
#include <ctime>
#include <utility>

#include "../decode/padded_line.hpp"
#include "catch.hpp"

using namespace nflogd;
using decode::PaddedLine;
using pipeline::LogPrinter;

namespace {

std::string packet(int seq, const char* more = "") {
    return R"({"timestamp":"2026-11-23T10:03:5)" + std::to_string(seq % 10) +
           R"(.000000Z","event":"packet","host":"gw1","group":100,"seq":)" + std::to_string(seq) +
           R"(,"rule":"ssh","action":"drop","ip_version":4,"src_ip":"192.0.2.1","dest_ip":"192.0.2.2",)"
           R"("proto":"tcp","proto_number":6,"src_port":1,"dest_port":22)" +
           more + "}";
}

std::string ledger(int lost, const std::string& host = "gw1") {
    return R"({"timestamp":"2026-11-23T10:03:55.000000Z","event":"ledger","host":")" + host +
           R"(","rules":[{"rule":"ssh","matched":9,"suppressed":0,"logged":9,"lost_kernel":)" +
           std::to_string(lost) + "}]}";
}

class Screen {
public:
    explicit Screen(pipeline::LogPrinterOptions options = {}, const char* filter = "")
        : printer_(std::move(*LogPrinter::make(std::move(options), *filter::Filter::parse(filter),
                                               [this](std::string_view text) -> Status {
                                                   text_ += text;
                                                   return {};
                                               }))) {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    std::string show(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            REQUIRE(printer_.line(PaddedLine(line).line()).ok());
        }
        REQUIRE(printer_.flush().ok());
        return std::exchange(text_, {});
    }
    LogPrinter& printer() { return printer_; }

private:
    std::string text_;
    LogPrinter printer_;
};

pipeline::LogPrinterOptions json() {
    pipeline::LogPrinterOptions options;
    options.format = "json";
    return options;
}

constexpr const char* kLine = "Nov 23 10:03:51.000 drop   ssh tcp 192.0.2.1:1 -> 192.0.2.2:22\n";

}  // namespace

TEST_CASE("a line of a log is shown to people, and what was lost strikingly") {
    pipeline::LogPrinterOptions options;
    options.ledgers = false;
    Screen screen(options);
    CHECK(screen.show({packet(1)}) == kLine);
    CHECK(screen.show({ledger(0), ledger(1200)}) ==
          "-- 1,200 records lost in the kernel (rule ssh) --\n");
    CHECK(screen.show({R"({"event":"missed","packets":3})"}) ==
          "-- 3 records missed: this reader was too slow --\n");
    CHECK(screen.show({R"({"tail":"started"})", "nonsense", packet(1)}) == kLine);
    CHECK(screen.printer().malformed() == 1);
    options.ledgers = true;
    options.colour = true;
    Screen colourful(options);
    const std::string shown = colourful.show({packet(1), ledger(0), ledger(1)});
    CHECK(shown.find("\033[31mdrop\033[0m") != std::string::npos);
    CHECK(shown.find("ledger: received") != std::string::npos);
    CHECK(shown.find("\033[1;31m-- 1 record lost") != std::string::npos);
}

TEST_CASE("each host of a log has its own losses") {
    pipeline::LogPrinterOptions options;
    options.ledgers = false;
    Screen screen(options);
    CHECK(screen.show({ledger(0), ledger(500, "gw2"), ledger(0), ledger(500, "gw2")}).empty());
    CHECK(screen.show({ledger(2), ledger(501, "gw2")}) ==
          "-- 2 records lost in the kernel (rule ssh) on gw1 --\n"
          "-- 1 record lost in the kernel (rule ssh) on gw2 --\n");
}

TEST_CASE("JSON stays what it was, whatever else is in it") {
    Screen screen(json());
    const std::string with_more = packet(1, R"(,"community_id":"1:x","new":[1])");
    CHECK(screen.show({with_more, ledger(7)}) == with_more + "\n" + ledger(7) + "\n");
}

TEST_CASE("no control character of a log comes through") {
    const std::string csi = "\xc2\x9b";  // valid JSON, and a terminal may obey it
    const std::string hostile = packet(1, (R"(,"prefix":"a)" + csi + R"(31mb")").c_str());
    CHECK(Screen(json()).show({hostile}).find(csi) == std::string::npos);
    CHECK(Screen().show({packet(1, R"(,"in_iface":"\u001b[2J")")}).find('\033') ==
          std::string::npos);
    const std::string forged = R"({"timestamp":"2026-11-23T10:03:55.000000Z","event":"lifecycle",)"
                               R"("change":"\u001b]0;x\u0007","a":"\u009b"})";
    const std::string shown = Screen().show({forged});
    CHECK(shown.find('\033') == std::string::npos);
    CHECK(shown.find('\007') == std::string::npos);
    CHECK(shown.find(csi) == std::string::npos);
}

TEST_CASE("filter and times choose") {
    pipeline::LogPrinterOptions options = json();
    options.since_ns = 1795428232'000000000;  // :52
    options.until_ns = 1795428234'000000000;  // :54
    Screen screen(options, "seq != 3");
    CHECK(screen.show({packet(1), packet(2), packet(3), packet(4), packet(5), ledger(1)}) ==
          packet(2) + "\n" + packet(4) + "\n");
    using source::Wanted;
    auto& printer = screen.printer();
    CHECK(printer.judge(PaddedLine(packet(1)).line()) == Wanted::no);
    CHECK(printer.judge(PaddedLine(packet(2)).line()) == Wanted::yes);
    CHECK(printer.judge(PaddedLine(packet(3)).line()) == Wanted::no);
    CHECK(printer.judge(PaddedLine(ledger(1)).line()) == Wanted::no);
    CHECK(Screen().printer().judge(PaddedLine(ledger(1)).line()) == Wanted::beside);
}

TEST_CASE("a record that was shown is known again") {
    Screen screen(json());
    screen.printer().remember(true);
    CHECK_FALSE(screen.show({packet(1), packet(2)}).empty());
    screen.printer().remember(false);
    screen.printer().skip_known(true);
    CHECK(screen.show({packet(1), packet(2), packet(3)}) == packet(3) + "\n");
    screen.printer().skip_known(false);
    CHECK(screen.show({packet(1)}) == packet(1) + "\n");
}

TEST_CASE("a format that there is not, and one that prints bytes, are refused") {
    pipeline::LogPrinterOptions options;
    options.format = "xml";
    const auto write = [](std::string_view) { return Status{}; };
    CHECK_FALSE(LogPrinter::make(options, *filter::Filter::parse(""), write).ok());
    options.format = "kernel";
    auto printer = LogPrinter::make(options, *filter::Filter::parse(""), write);
    REQUIRE(printer.ok());
    const Status printed = printer->line(PaddedLine(packet(1)).line());
    REQUIRE_FALSE(printed.ok());
    CHECK(printed.error().exit_code == EX_USAGE);
}
