// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <set>

#include "memory_file.hpp"

namespace nflogd::rules {
namespace {

struct FreeContext {
    void operator()(nft_ctx* context) const { ::nft_ctx_free(context); }
};
using Context = std::unique_ptr<nft_ctx, FreeContext>;

class LibNft final : public Nft {
public:
    explicit LibNft(Context context) : context_(std::move(context)) {}

    NftReply run(const std::string& commands) override {
        // As a file: for a buffer libnftables 1.0 does not say which line is wrong.
        const auto file = memory_file(commands);
        if (!file) return {false, "", file.error().message};
        const auto path = "/proc/self/fd/" + std::to_string(file->get());
        const bool ok = ::nft_run_cmd_from_filename(context_.get(), path.c_str()) == 0;
        return {ok, ::nft_ctx_get_output_buffer(context_.get()),
                ::nft_ctx_get_error_buffer(context_.get())};
    }

private:
    Context context_;
};

std::set<int> open_descriptors() {
    std::set<int> numbers;
    DIR* directory = ::opendir("/proc/self/fd");
    if (directory == nullptr) return numbers;
    while (const dirent* entry = ::readdir(directory))
        if (entry->d_name[0] != '.') numbers.insert(std::atoi(entry->d_name));
    numbers.erase(::dirfd(directory));
    ::closedir(directory);
    return numbers;
}

/// libnftables opens its socket without CLOEXEC and does not tell which it is.
void close_new_on_exec(const std::set<int>& before) {
    for (const int fd : open_descriptors())
        if (!before.contains(fd)) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// libnftables ends the whole program where this socket cannot be made.
Status probe_netlink() {
    const Fd probe(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (probe) return {};
    return system_error(errno, "netfilter's netlink socket", EX_UNAVAILABLE);
}

Result<std::unique_ptr<Nft>> open_context(bool dry_run, unsigned output_flags = 0) {
    if (auto status = probe_netlink(); !status) return status.error();
    const auto before = open_descriptors();
    Context context(::nft_ctx_new(NFT_CTX_DEFAULT));
    if (!context) return Error{"libnftables: cannot make a context", EX_OSERR};
    close_new_on_exec(before);
    ::nft_ctx_buffer_output(context.get());
    ::nft_ctx_buffer_error(context.get());
    ::nft_ctx_set_dry_run(context.get(), dry_run);
    ::nft_ctx_output_set_flags(context.get(), output_flags);
    return std::unique_ptr<Nft>(std::make_unique<LibNft>(std::move(context)));
}

/// The LINE of "FILE:LINE:COLUMNS".
int line_of(std::string_view place) {
    const auto columns = place.rfind(':');
    if (columns == std::string_view::npos) return 0;
    place = place.substr(0, columns);
    const auto colon = place.rfind(':');
    const auto number = colon == std::string_view::npos ? place : place.substr(colon + 1);
    int line = 0;
    std::from_chars(number.data(), number.data() + number.size(), line);
    return line;
}

}  // namespace

Result<std::unique_ptr<Nft>> open_nft() { return open_context(false); }

Result<std::unique_ptr<Nft>> open_nft_with_handles() {
    return open_context(false, NFT_CTX_OUTPUT_HANDLE);
}

Result<std::unique_ptr<Nft>> open_nft_dry_run() { return open_context(true); }

NftComplaint first_complaint(const std::string& error) {
    constexpr std::string_view kMark = "Error: ";
    const auto mark = error.find(kMark);
    if (mark == std::string::npos) return {error, 0};
    const auto line_start = error.rfind('\n', mark);
    const auto start = line_start == std::string::npos ? 0 : line_start + 1;
    const auto place = std::string_view(error).substr(start, mark - start);
    const auto end = std::min(error.find('\n', mark), error.size());
    const auto from = mark + kMark.size();
    const auto colon = place.rfind(':');  // "FILE:LINE:COLUMNS: "
    return {error.substr(from, end - from), line_of(place.substr(0, colon))};
}

}  // namespace nflogd::rules
