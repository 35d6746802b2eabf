// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/sections.hpp"
#include "config/stream_options.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

constexpr Range kQueue{64, 4'194'304};  // records
constexpr Range kRotateSize{4ULL << 10, 1ULL << 40, true};
constexpr Range kMaxTotal{4ULL << 10, 1ULL << 50, true};
constexpr Range kKeep{0, 100'000};
constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr Range kRotateInterval{kMinute, 366 * kDay, true};

constexpr Choice<bool> kCompressions[] = {{"zstd", true}, {"none", false}};

constexpr Choice<OnDiskFull> kOnDiskFull[] = {{"suspend", OnDiskFull::suspend},
                                              {"delete_oldest", OnDiskFull::delete_oldest}};

constexpr Key<RotateOptions> kRotateKeys[] = {
    {"size", [](const TreeNode& node, RotateOptions& rotate,
                Reader& reader) { reader.size(node, rotate.size, kRotateSize); }},
    {"interval",
     [](const TreeNode& node, RotateOptions& rotate, Reader& reader) {
         reader.duration(node, rotate.interval, kRotateInterval, kSecond);
     }},
    {"keep", [](const TreeNode& node, RotateOptions& rotate,
                Reader& reader) { reader.integer(node, rotate.keep, kKeep); }},
    {"compress",
     [](const TreeNode& node, RotateOptions& rotate, Reader& reader) {
         reader.choice<bool>(node, rotate.compress, "compression", kCompressions);
     }},
    {"max_total", [](const TreeNode& node, RotateOptions& rotate,
                     Reader& reader) { reader.size(node, rotate.max_total, kMaxTotal); }},
};

void list_rotate_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<RotateOptions>(kRotateKeys, prefix, out);
}

/// The draft is of type file, or of an unknown type whose keys are read all the same.
FileOptions& file_of(OutputDraft& draft) {
    if (auto* file = std::get_if<FileOptions>(&draft.output.options)) return *file;
    return draft.output.options.emplace<FileOptions>();
}

void read_rotate(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    RotateOptions& rotate = file_of(draft).rotate;
    const std::size_t before = reader.failures();
    reader.mapping<RotateOptions>(node, kRotateKeys, rotate);
    if (reader.failures() != before || rotate.max_total == 0) return;
    if (rotate.max_total < rotate.size) {
        reader.fail(node, "max_total is smaller than size: the file alone would outgrow it");
    }
}

constexpr Key<OutputDraft> kFileKeys[] = {
    {.name = "path",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             std::string& path = file_of(draft).path;
             reader.value(node, path, parse_path);
             if (!path.empty()) draft.path_at = reader.at(node);
         },
     .required = true},
    {"mode", [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { reader.value(node, file_of(draft).mode, parse_mode); }},
    {"owner", [](const TreeNode& node, OutputDraft& draft,
                 Reader& reader) { reader.value(node, file_of(draft).owner, parse_uid); }},
    {"group", [](const TreeNode& node, OutputDraft& draft,
                 Reader& reader) { reader.value(node, file_of(draft).group, parse_gid); }},
    {.name = "rotate", .read = read_rotate, .children = list_rotate_keys},
    {"on_disk_full",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.choice<OnDiskFull>(node, file_of(draft).on_disk_full, "action", kOnDiskFull);
     }},
    {"sync", [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { reader.value(node, file_of(draft).sync, parse_sync); }},
};

/// A type of output: what it is called, how its options begin, its own keys.
struct OutputType {
    std::string_view name;
    bool takes_binary;             ///< formats that are no lines of text
    std::string_view only_format;  ///< empty: any
    decltype(OutputConfig::options) (*options)();
    std::span<const Key<OutputDraft>> (*keys)();
};

template <typename Options>
decltype(OutputConfig::options) make_options() {
    return Options{};
}

std::span<const Key<OutputDraft>> file_keys() { return kFileKeys; }
std::span<const Key<OutputDraft>> no_keys() { return {}; }

constexpr OutputType kTypes[] = {
    {"file", true, "", make_options<FileOptions>, file_keys},
    {"stdout", true, "", make_options<StdoutOptions>, no_keys},
    {"syslog", false, "", make_options<SyslogOptions>, syslog_keys},
    {"journald", false, "line", make_options<JournaldOptions>, journald_keys},
    {"socket", true, "", make_options<SocketOptions>, socket_keys},
    {"kafka", false, "", make_options<KafkaOptions>, kafka_keys},
};

void read_type(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    std::vector<std::string_view> known;
    for (const OutputType& type : kTypes) known.push_back(type.name);
    if (const auto* type = reader.word(node, "type of output", known)) draft.output.type = *type;
}

void read_format(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    const auto& formats = reader.known().formats;
    const std::vector<std::string_view> known(formats.begin(), formats.end());
    const auto* format = reader.word(node, "format", known);
    if (format == nullptr) return;
    draft.output.format = *format;
    const auto& binary = reader.known().binary_formats;
    draft.binary = std::find(binary.begin(), binary.end(), *format) != binary.end();
    draft.format_at = reader.at(node);
}

template <bool KernelLogFlags::*Flag>
constexpr void set_flag(KernelLogFlags& flags) {
    flags.*Flag = true;
}

struct KernelFlag {
    std::string_view name;
    void (*set)(KernelLogFlags& flags);
};

// As nftables calls them, without the blanks.
constexpr KernelFlag kKernelFlags[] = {
    {"tcp_sequence", set_flag<&KernelLogFlags::tcp_sequence>},
    {"tcp_options", set_flag<&KernelLogFlags::tcp_options>},
    {"ip_options", set_flag<&KernelLogFlags::ip_options>},
    {"skuid", set_flag<&KernelLogFlags::uid>},
    {"ether", set_flag<&KernelLogFlags::mac_decode>},
};

void read_kernel_flag(const TreeNode& node, TextOptions& text, Reader& reader) {
    std::vector<std::string_view> known;
    for (const KernelFlag& flag : kKernelFlags) known.push_back(flag.name);
    const auto* name = reader.word(node, "flag", known);
    for (const KernelFlag& flag : kKernelFlags) {
        if (name != nullptr && flag.name == *name) flag.set(text.kernel_flags);
    }
}

constexpr Choice<KernelLogHead> kKernelHeads[] = {
    {"bsd", KernelLogHead::bsd}, {"iso", KernelLogHead::iso}, {"none", KernelLogHead::none}};

constexpr Key<TextOptions> kKernelKeys[] = {
    {"flags",
     [](const TreeNode& node, TextOptions& text, Reader& reader) {
         reader.each(node, [&](const TreeNode& flag) { read_kernel_flag(flag, text, reader); });
     }},
    {"head",
     [](const TreeNode& node, TextOptions& text, Reader& reader) {
         reader.choice<KernelLogHead>(node, text.kernel_head, "head", kKernelHeads);
     }},
};

void list_kernel_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<TextOptions>(kKernelKeys, prefix, out);
}

void read_kernel(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    draft.only_for.push_back({"kernel", {"kernel"}, reader.at(node)});
    reader.mapping<TextOptions>(node, kKernelKeys, draft.output.text);
}

void read_filter(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    reader.value(node, draft.output.filter, [&](std::string_view text) -> Result<std::string> {
        const auto& check = reader.known().check_filter;
        const Status good = check ? check(text) : Status{};
        if (!good) return good.error();
        return std::string(text);
    });
}

constexpr Key<OutputDraft> kCommonKeys[] = {
    {.name = "name",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             reader.value(node, draft.output.name, parse_name);
             if (!draft.output.name.empty()) draft.name_at = reader.at(node);
         },
     .required = true},
    {.name = "type", .read = read_type, .required = true},
    {"format", read_format},
    {"filter", read_filter},
    {.name = "kernel", .read = read_kernel, .children = list_kernel_keys},
    {"queue", [](const TreeNode& node, OutputDraft& draft,
                 Reader& reader) { reader.integer(node, draft.output.queue, kQueue); }},
};

const OutputType* find_type(const TreeNode& entry) {
    const TreeNode* node = entry.find("type");
    for (const OutputType& type : kTypes) {
        if (node != nullptr && node->text == type.name) return &type;
    }
    return nullptr;
}

/// The keys of an output of that type. Of an unknown type it is not known which
/// are its own, so any type's key is taken and none is missed.
std::vector<Key<OutputDraft>> keys_of(const OutputType* type) {
    std::vector<Key<OutputDraft>> keys(std::begin(kCommonKeys), std::end(kCommonKeys));
    keys.insert(keys.end(), siem_keys().begin(), siem_keys().end());
    for (const OutputType& row : kTypes) {
        if (type != nullptr && &row != type) continue;
        for (Key<OutputDraft> key : row.keys()) {
            key.required = key.required && type != nullptr;
            keys.push_back(key);
        }
    }
    return keys;
}

}  // namespace

void read_outputs(const TreeNode& list, Draft& draft, Reader& reader) {
    const std::size_t before = reader.failures();
    draft.outputs_at = reader.at(list);
    reader.mappings(list, [&](const TreeNode& entry) {
        OutputDraft& output = draft.outputs.emplace_back();
        output.output.where = reader.at(entry);
        const OutputType* type = find_type(entry);
        output.output.format =
            type != nullptr && !type->only_format.empty() ? type->only_format : "json";
        if (type != nullptr) output.output.options = type->options();
        const auto keys = keys_of(type);
        const std::size_t before_entry = reader.failures();
        reader.mapping<OutputDraft>(entry, keys, output);
        for (const FormatKey& key : output.only_for) {
            if (std::find(key.formats.begin(), key.formats.end(), output.output.format) ==
                key.formats.end()) {
                reader.report(key.where,
                              fmt::format("{} is for format {}, not {}", key.name,
                                          fmt::join(key.formats, " and "), output.output.format));
            }
        }
        if (type != nullptr && output.binary && !type->takes_binary) {
            reader.report(output.format_at, fmt::format("format {} is no text, which is all that "
                                                        "outputs of type {} take",
                                                        output.output.format, type->name));
        }
        if (type != nullptr && !type->only_format.empty() &&
            output.output.format != type->only_format) {
            reader.report(output.format_at, fmt::format("outputs of type {} take format {} only",
                                                        type->name, type->only_format));
        }
        if (reader.failures() != before_entry) {
            output.framing_at = output.tls_at = output.spool_at = {};
        }
    });
    if (reader.failures() != before) draft.outputs_sound = false;
}

void list_output_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<OutputDraft>(keys_of(nullptr), prefix, out);
}

}  // namespace nflogd::config
