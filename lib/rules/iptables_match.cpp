// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_match.hpp"

#include "text.hpp"

namespace nflogd::rules {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kMultiportSlots = 15;  // XT_MULTI_PORTS; a range takes two

Texts prefixed(std::string_view option, const Texts& values) {
    Texts texts;
    for (const auto& value : values) texts.push_back(std::string(option) + ' ' + value);
    return texts;
}

/// Quoted, with the wildcard that iptables uses.
Texts interface_texts(const std::vector<std::string>& names) {
    Texts texts;
    for (auto name : interfaces(names)) {
        if (name.ends_with('*')) name.back() = '+';
        texts.push_back(quoted(name));
    }
    return texts;
}

/// As few multiport matches as the ports need; one empty text for no ports.
Texts multiport_texts(std::string_view option, const std::vector<PortRange>& ports) {
    const std::string head = "-m multiport " + std::string(option) + ' ';
    Texts texts;
    std::size_t used = kMultiportSlots;
    for (const auto& range : ports) {
        const bool single = range.first == range.last;
        const std::size_t slots = single ? 1 : 2;
        const bool full = used + slots > kMultiportSlots;
        if (full) texts.push_back(head);
        auto& text = texts.back();
        if (!full) text += ',';
        text += std::to_string(range.first);
        if (!single) text += ':' + std::to_string(range.last);
        used = (full ? 0 : used) + slots;
    }
    return texts.empty() ? Texts{""} : texts;
}

/// multiport needs the protocol in the same line.
Texts transport_texts(const LogRule& rule, const Branch& branch) {
    std::vector<std::uint8_t> protocols = branch.protocol;
    if (protocols.empty() && has_ports(rule))
        protocols.assign(kProtocolsWithPorts.begin(), kProtocolsWithPorts.end());
    Texts texts;
    for (const auto protocol : protocols)
        for (const auto& source : multiport_texts("--sports", rule.source_port))
            for (const auto& destination : multiport_texts("--dports", rule.destination_port)) {
                auto text = "-p " + std::to_string(protocol);
                if (!source.empty()) text += ' ' + source;
                if (!destination.empty()) text += ' ' + destination;
                texts.push_back(std::move(text));
            }
    return texts;
}

/// "new" → "NEW"
std::string ct_state_text(const std::vector<std::string>& states) {
    auto text = join(states, ",");
    for (auto& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return "-m conntrack --ctstate " + text;
}

void add(std::string& text, const std::string& match) {
    if (!text.empty() && !match.empty()) text += ' ';
    text += match;
}

/// The operator's own match is asked last, and once for a packet: it may have a
/// state, such as a limit. It may need the protocol in its line.
void add_raw(Selection& selection, const LogRule& rule, const Branch& branch) {
    if (rule.match.empty()) return;
    if (selection.alternatives.empty()) return add(selection.entry, rule.match);
    std::string last;
    if (branch.protocol.size() == 1) last = "-p " + std::to_string(branch.protocol.front());
    add(last, rule.match);
    selection.alternatives.push_back({last});
}

}  // namespace

std::optional<Branch> branch_for(const LogRule& rule, int ip_version) {
    for (auto& branch : branches(rule))
        if (branch.ip_version == 0 || branch.ip_version == ip_version) return branch;
    return std::nullopt;
}

Selection iptables_selection(const LogRule& rule, const Branch& branch) {
    Selection selection;
    for (auto& texts : {prefixed("-i", interface_texts(rule.in)),
                        prefixed("-o", interface_texts(rule.out)), prefixed("-s", branch.source),
                        prefixed("-d", branch.destination), transport_texts(rule, branch)}) {
        if (texts.size() == 1) add(selection.entry, texts.front());
        if (texts.size() > 1) selection.alternatives.push_back(texts);
    }
    if (!rule.ct_state.empty()) add(selection.entry, ct_state_text(rule.ct_state));
    add_raw(selection, rule, branch);
    return selection;
}

}  // namespace nflogd::rules
