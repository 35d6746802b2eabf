# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults are injected into the same namespaces and daemon as in tests/netns."""
import importlib.util
import pathlib
import sys

_NETNS = pathlib.Path(__file__).resolve().parents[1] / "netns"
sys.path.insert(0, str(_NETNS))
_spec = importlib.util.spec_from_file_location("netns_conftest", _NETNS / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
globals().update({name: value for name, value in vars(_module).items()
                  if not name.startswith("_")})
