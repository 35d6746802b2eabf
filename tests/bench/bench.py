# SPDX-License-Identifier: GPL-2.0-or-later
"""Every reader in turn under the same load, several rounds. See --help."""
import argparse
import sys

import readers
import report
import trial


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--packets", type=int, default=300_000, help="per trial")
    parser.add_argument("--rate", type=int, default=0,
                        help="packets a second; 0: as many as one core can send (default)")
    parser.add_argument("--logs", type=int, default=8, help="log statements per packet")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only readers whose name begins so")
    parser.add_argument("--flood-cpu", default="0", help="the flooder's core")
    parser.add_argument("--cpus", default="1", help="the readers' cores, as taskset takes them")
    parser.add_argument("--json", metavar="FILE", help="all figures, for machines")
    parser.add_argument("--plot", metavar="FILE", help="a picture (SVG)")
    return parser.parse_args()


def chosen(names):
    kinds = [kind for kind in readers.READERS
             if not names or any(kind.name.startswith(name) for name in names)]
    for kind in list(kinds):
        if kind.missing():
            print(f"{kind.name}: {kind.missing()} is not installed: left out", file=sys.stderr)
            kinds.remove(kind)
    return kinds


def main():
    options = arguments()
    load = trial.Load(options.packets, options.rate, options.logs)
    kinds = chosen(options.only)
    results = {kind.name: [] for kind in kinds}
    for number in range(options.rounds):
        for kind in kinds:
            figures = trial.trial(kind, load, options.flood_cpu, options.cpus)
            results[kind.name].append(figures)
            print(f"round {number + 1}: {kind.name}: kept {figures.kept} of {figures.offered}, "
                  f"{figures.cpu_us:.2f} us", file=sys.stderr)
    rows = report.rows(results)
    print(report.table(rows))
    if options.json:
        report.write_json(options.json, vars(options), results, rows)
    if options.plot:
        report.write_svg(options.plot, rows)


if __name__ == "__main__":
    main()
