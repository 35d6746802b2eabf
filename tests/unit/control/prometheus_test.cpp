// SPDX-License-Identifier: GPL-2.0-or-later
#include "catch.hpp"
#include "sample.hpp"

using namespace nflogd::control;

namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("counts are samples with their labels") {
    const std::string text = to_prometheus(sample_report());
    for (const char* line : {
             R"(nflogd_build_info{version="1.2.3"} 1)",
             R"(nflogd_packets_total{group="100",action="log"} 1234560)",
             R"(nflogd_packets_total{group="100",action="unknown"} 7)",
             R"(nflogd_kernel_lost_total{group="100"} 2)",
             R"(nflogd_receive_buffer_used_ratio{group="100"} 0.25)",
             R"(nflogd_netlink_overruns_total 4)",
             R"(nflogd_parse_errors_total{reason="malformed"} 3)",
             R"(nflogd_rule_matched_total{rule="ssh \"new\""} 1234567)",
             R"(nflogd_rule_logged_total{rule="old"} 7)",
             R"(nflogd_sink_records_total{sink="main"} 1234500)",
             R"(nflogd_sink_dropped_total{sink="main",reason="queue_full"} 5)",
             R"(nflogd_sink_dropped_total{sink="main",reason="failed"} 1)",
             R"(nflogd_sink_queue_records{sink="main"} 1)",
             R"(nflogd_sink_spooled_records{sink="main"} 9)",
             R"(nflogd_sink_last_success_timestamp_seconds{sink="main"} 1795974556.628)",
             R"(nflogd_degraded 0)",
             R"(# TYPE nflogd_rule_lost_total counter)",
         }) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
}

TEST_CASE("what nobody counts has no sample") {
    const std::string text = to_prometheus(sample_report());
    CHECK(text.find("nflogd_rule_matched_total{rule=\"old\"}") == std::string::npos);
    CHECK(text.find("nflogd_rule_lost_total{rule=\"old\"}") == std::string::npos);
}
