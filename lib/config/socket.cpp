// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys of an output of type socket.
#include "config/sections.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr Range kReaders{1, 1024};
/// At least what an output writes at once.
constexpr Range kBuffer{256ULL << 10, 1ULL << 30};

/// The draft is of type socket, or of an unknown type whose keys are read all the same.
SocketOptions& socket_of(OutputDraft& draft) {
    if (auto* socket = std::get_if<SocketOptions>(&draft.output.options)) return *socket;
    return draft.output.options.emplace<SocketOptions>();
}

constexpr Key<OutputDraft> kSocketKeys[] = {
    {.name = "path",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             std::string& path = socket_of(draft).path;
             reader.value(node, path, parse_socket_path);
             if (!path.empty()) draft.path_at = reader.at(node);
         },
     .required = true},
    {"mode", [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { reader.value(node, socket_of(draft).mode, parse_socket_mode); }},
    {"owner", [](const TreeNode& node, OutputDraft& draft,
                 Reader& reader) { reader.value(node, socket_of(draft).owner, parse_uid); }},
    {"group", [](const TreeNode& node, OutputDraft& draft,
                 Reader& reader) { reader.value(node, socket_of(draft).group, parse_gid); }},
    {"readers", [](const TreeNode& node, OutputDraft& draft,
                   Reader& reader) { reader.integer(node, socket_of(draft).readers, kReaders); }},
    {"buffer", [](const TreeNode& node, OutputDraft& draft,
                  Reader& reader) { reader.size(node, socket_of(draft).buffer, kBuffer); }},
};

}  // namespace

std::span<const Key<OutputDraft>> socket_keys() { return kSocketKeys; }

}  // namespace nflogd::config
