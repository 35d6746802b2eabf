// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The door to libnftables(3).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "listing.hpp"

namespace nflogd::rules {

struct NftReply {
    bool ok = false;
    std::string output;
    std::string error;  ///< as nft(8) prints it
};

/// One context: one netlink socket, which owns the tables made with it as
/// `flags owner`. They go when it is destroyed. One thread.
class Nft {
public:
    virtual ~Nft() = default;
    /// The commands of one text are one transaction.
    virtual NftReply run(const std::string& commands) = 0;
};

using OpenNft = std::function<Result<std::unique_ptr<Nft>>()>;

/// The real one, in the caller's network namespace. Its socket is CLOEXEC, or a
/// program started by us would keep our tables alive after us.
Result<std::unique_ptr<Nft>> open_nft();

/// As above; listings show handles.
Result<std::unique_ptr<Nft>> open_nft_with_handles();

/// As open_nft(), but the kernel only checks and changes nothing.
Result<std::unique_ptr<Nft>> open_nft_dry_run();

/// The first error in what nft printed. `line` counts from 1, 0: nft named none.
struct NftComplaint {
    std::string message;
    int line = 0;
};
[[nodiscard]] NftComplaint first_complaint(const std::string& error);

}  // namespace nflogd::rules
