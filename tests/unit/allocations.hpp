// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Counts what a test program takes from the heap.
#pragma once

#include <cstdint>

/// Calls of operator new so far, by any thread.
std::uint64_t allocations();
