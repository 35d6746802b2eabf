// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/flags.hpp"

#include <vector>

#include "catch.hpp"
#include "core/fields.hpp"
#include "filter/filter.hpp"

using namespace nflogd;
using namespace nflogd::filter;

namespace {

struct Given {
    std::string_view flag;
    std::string value;
    bool negated = false;
};

Result<std::string> expression(const std::vector<Given>& given) {
    std::vector<Flag> flags;
    for (const Given& one : given) {
        for (const FlagRow& row : flag_rows()) {
            if (row.flag == one.flag) flags.push_back({&row, one.value, one.negated});
        }
    }
    REQUIRE(flags.size() == given.size());
    return filter_of(flags);
}

std::string error_of(const std::vector<Given>& given) {
    const auto made = expression(given);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().exit_code == EX_USAGE);
    return made.error().message;
}

}  // namespace

TEST_CASE("one flag is one test, several of a kind are alternatives, kinds go together") {
    CHECK(*expression({}) == "");
    CHECK(*expression({{"--to-port", "22"}}) == "dest_port in {22}");
    CHECK(*expression({{"--to-port", "22"}, {"--proto", "tcp"}, {"--to-port", "80,8000-8100"}}) ==
          "dest_port in {22, 80, 8000-8100} and proto in {tcp}");
    CHECK(*expression({{"--ip", "10.0.0.0/8"}, {"--ip", "2001:db8::/32"}}) ==
          "ip in {10.0.0.0/8, 2001:db8::/32}");
}

TEST_CASE("what is negated is kept apart from what is not") {
    CHECK(*expression({{"--to-port", "22", true}}) == "not dest_port in {22}");
    CHECK(*expression(
              {{"--to-port", "1-1023"}, {"--to-port", "22", true}, {"--to-port", "80", true}}) ==
          "dest_port in {1-1023} and not dest_port in {22, 80}");
}

TEST_CASE("every flag makes an expression that is one") {
    for (const FlagRow& row : flag_rows()) {
        const std::string value = row.value == "ADDRESS"  ? "192.0.2.1"
                                  : row.value == "PORT"   ? "22"
                                  : row.value == "FLAGS"  ? "SYN+ACK"
                                  : row.flag == "--proto" ? "udp"
                                  : row.flag == "--hook"  ? "input"
                                                          : "drop";
        CAPTURE(row.flag);
        const auto made = expression({{row.flag, value}, {row.flag, value, true}});
        REQUIRE(made.ok());
        CHECK(Filter::parse(*made).ok());
        CHECK(Filter::parse(both(*made, *made)).ok());
    }
    CHECK(both("", "a") == "a");
    CHECK(both("a", "") == "a");
    CHECK(both("a", "b or c") == "(a) and (b or c)");
}

TEST_CASE("values are values, whatever is in them") {
    CHECK(error_of({{"--from-ip", "192.0.2.1} or ttl in {1"}}).starts_with("--from-ip: "));
    CHECK(error_of({{"--to-port", "70000"}}).starts_with("--to-port: "));
    CHECK(error_of({{"--to-port", ""}}).starts_with("--to-port: "));
    CHECK(error_of({{"--to-port", "22,"}}).starts_with("--to-port: "));
    CHECK(error_of({{"--proto", "tpc"}}).starts_with("--proto: "));
    CHECK(error_of({{"--from-ip", "\033[31m"}}).find('\033') == std::string::npos);
    const auto made = expression({{"--rule", R"(a"} or "x\)"}});
    REQUIRE(made.ok());
    CHECK(*made == R"(rule in {"a\"} or \"x\\"})");
    Labels labels;
    Record record;
    record.clear();
    record.rule = *labels.add(R"(a"} or "x\)", "log");
    record.set(Field::rule);
    CHECK(Filter::parse(*made)->matches(record, labels));
}
