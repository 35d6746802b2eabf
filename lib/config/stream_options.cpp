// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/stream_options.hpp"

#include "config/receiver.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr Range kSpoolMax{1ULL << 20, 1ULL << 40};
constexpr Range kSync{1, 24ULL * 3600 * 1000, true};
constexpr std::chrono::milliseconds kEachWrite{-1};

constexpr Choice<TlsVersion> kVersions[] = {{"1.2", TlsVersion::tls1_2},
                                            {"1.3", TlsVersion::tls1_3}};
constexpr Choice<bool> kAnswers[] = {{"true", true}, {"false", false}};

template <TlsFile TlsOptions::*Member>
void read_file_path(const TreeNode& node, TlsOptions& tls, Reader& reader) {
    reader.value(node, (tls.*Member).path, parse_path);
}

constexpr Key<TlsOptions> kTlsKeys[] = {
    {"ca", read_file_path<&TlsOptions::ca>},
    {"certificate", read_file_path<&TlsOptions::certificate>},
    {"key", read_file_path<&TlsOptions::key>},
    {"verify", [](const TreeNode& node, TlsOptions& tls,
                  Reader& reader) { reader.choice<bool>(node, tls.verify, "answer", kAnswers); }},
    {"server_name", [](const TreeNode& node, TlsOptions& tls,
                       Reader& reader) { reader.value(node, tls.server_name, parse_server_name); }},
    {"minimum_version",
     [](const TreeNode& node, TlsOptions& tls, Reader& reader) {
         reader.choice<TlsVersion>(node, tls.minimum_version, "version", kVersions);
     }},
};

constexpr Key<SpoolOptions> kSpoolKeys[] = {
    {.name = "path",
     .read = [](const TreeNode& node, SpoolOptions& spool,
                Reader& reader) { reader.value(node, spool.path, parse_path); },
     .required = true},
    {"max", [](const TreeNode& node, SpoolOptions& spool,
               Reader& reader) { reader.size(node, spool.max, kSpoolMax); }},
    {"sync", [](const TreeNode& node, SpoolOptions& spool,
                Reader& reader) { reader.value(node, spool.sync, parse_sync); }},
};

}  // namespace

void read_tls(const TreeNode& mapping, TlsOptions& tls, Reader& reader) {
    const std::size_t before = reader.failures();
    reader.mapping<TlsOptions>(mapping, kTlsKeys, tls);
    if (reader.failures() != before) return;
    if (tls.certificate.path.empty() != tls.key.path.empty()) {
        reader.fail(mapping, "certificate and key go together: one of them is missing");
    }
    if (!tls.verify && mapping.find("ca") != nullptr) {
        reader.fail(mapping, "ca is of no use with verify: false");
    }
}

void list_tls_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<TlsOptions>(kTlsKeys, prefix, out);
}

void read_spool(const TreeNode& mapping, SpoolOptions& spool, Reader& reader) {
    reader.mapping<SpoolOptions>(mapping, kSpoolKeys, spool);
}

void list_spool_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<SpoolOptions>(kSpoolKeys, prefix, out);
}

Result<std::chrono::milliseconds> parse_sync(std::string_view text) {
    if (text == "never") return std::chrono::milliseconds(0);
    if (text == "always") return kEachWrite;
    const auto read = parse_duration(text, kSync);
    if (!read) return Error{read.error().message + "; \"never\" and \"always\" are taken, too"};
    return std::chrono::milliseconds(*read);
}

}  // namespace nflogd::config
