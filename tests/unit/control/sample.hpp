// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A report in which every part says something.
#pragma once

#include "control/report.hpp"

inline nflogd::control::Report sample_report() {
    nflogd::control::Report report;
    report.version = "1.2.3";
    report.host = "gw";
    report.pid = 42;
    report.started_ns = 1'795'974'556'128'000'000;
    report.now_ns = report.started_ns + 93'784'000'000'000;
    report.protection = {"nflogd", "no capabilities", "owned"};
    report.backend = "nftables";
    report.rules_installed = 2;
    report.received = {12.34, 1234.5, 0.04};
    report.ledger.malformed = 3;
    report.ledger.overruns = 4;
    report.rules = {{{"ssh \"new\"", 1234567, 5, 1234560, 2}, "log", {100, 101}},
                    {{"old", std::nullopt, std::nullopt, 7, std::nullopt}, "", {}}};
    report.groups = {{{100, 1234567, 2}, 33'554'432, 0.25}};
    nflogd::control::OutputReport main;
    main.ledger = {"main", 1234500, 60, 5, 1, 1, 9};
    main.type = "file";
    main.format = "json";
    main.place = main.path = "/var/log/nflogd/nflogd.json";
    main.capacity = 16384;
    main.last_write_ns = report.started_ns + 500'000'000;
    report.outputs = {main};
    report.actions = {{100, "log", 1234560}, {100, "unknown", 7}};
    report.warnings = {{"something is odd", "do this"}};
    return report;
}
