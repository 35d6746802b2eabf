// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the tests against the running kernel share. Each works in a network
/// namespace of its own; the machine's rules are never touched.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rules/process.hpp"
#include "rules/rules.hpp"
#include "support.hpp"

namespace nflogd::rules::test {

/// A fresh network namespace with its loopback up; the process stays in it until
/// the next one is made.
class OwnNetwork {
public:
    OwnNetwork();
};

/// Output of a program that must succeed, without the comments in it.
std::string output_of(const std::vector<std::string>& argv, std::string_view input = "");

/// Sends `count` empty UDP datagrams to a port of the loopback.
void send_udp(const std::string& address, std::uint16_t port, int count);

/// Sends them while `body` runs, and returns when both are done.
void send_udp_during(const std::string& address, std::uint16_t port, int count,
                     const std::function<void()>& body);

/// A rule that takes UDP to port 9999 and nothing else.
LogRule udp_rule(std::string name, Hook hook = Hook::input);

/// Runs `body` in a child that is killed by SIGKILL right after it.
void run_and_kill(const std::function<void()>& body);

/// Whether the programs of this flavour work here.
bool usable(IptablesFlavour flavour);

/// Must be one that does not fail: fails the test with the message.
void require(const Status& status);
RuleCount count_of(Ruleset& ruleset, const std::string& name);

}  // namespace nflogd::rules::test
