// SPDX-License-Identifier: GPL-2.0-or-later
// A program without a test, of which only the precompiled header is used.
#include "catch.hpp"
