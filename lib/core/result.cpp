// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/result.hpp"

#include <system_error>

namespace nflogd {

Error system_error(int errno_value, std::string_view context, int exit_code) {
    std::string message(context);
    message += ": ";
    message += std::generic_category().message(errno_value);
    return {std::move(message), exit_code};
}

}  // namespace nflogd
