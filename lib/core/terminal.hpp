// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What stands at the other end of an output of this process. Any thread.
#pragma once

namespace nflogd {

/// Whether a descriptor is a terminal that wants colours: NO_COLOR (no-color.org) is empty,
/// and TERM is not "dumb".
[[nodiscard]] bool is_colourful(int descriptor);

/// Its width, 80 if it is no terminal.
[[nodiscard]] unsigned terminal_columns(int descriptor);

}  // namespace nflogd
