#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions per record of each stage, the same on every run and however busy
the machine is: valgrind counts two runs of a benchmark that differ only in how
often they do its work, so that all else cancels out.

A program that was built for it: scripts/bench instructions."""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

STAGES = ("decode", "rules_5", "rules_500", "capture", "spread_1", "spread_4", "spread_16", "filter",
          "ring", "json", "json_id", "line", "ecs", "cef", "ocsf", "kernel", "pcap", "journald",
          "syslog", "total")
SAMPLES = ("udp", "tcp_syn", "tcp_syn_v6", "icmp_error", "mixed")
RECORDS = 64  # kBatch of micro/samples.hpp


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default=os.environ.get("NFLOGD_BENCH"),
                        help="nflogd_bench (default: $NFLOGD_BENCH)")
    parser.add_argument("--stage", action="append", choices=STAGES, help="only these")
    parser.add_argument("--sample", action="append", choices=SAMPLES, help="only these")
    parser.add_argument("--iterations", type=int, default=100, help="of 64 records (default: 100)")
    options = parser.parse_args()
    if not options.program:
        parser.error("which program? Try scripts/bench instructions")
    return options


def count(program, name, iterations):
    """All instructions of a program that runs one benchmark, NAME/iterations:N."""
    environment = dict(os.environ, NFLOGD_BENCH_ITERATIONS=str(iterations))
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             program, f"--benchmark_filter=^{name}/"],
            env=environment, capture_output=True, text=True, timeout=300)
    total = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not total or "ERROR" in done.stdout or name not in done.stdout:
        sys.exit(f"{name}: not counted\n{done.stdout}{done.stderr}")
    return int(total[1])


def per_record(program, name, iterations):
    more = count(program, name, 2 * iterations) - count(program, name, iterations)
    return more / (iterations * RECORDS)


def main():
    options = arguments()
    stages, samples = options.stage or STAGES, options.sample or SAMPLES
    print("instructions per record")
    print(f"{'':<10}" + "".join(f"{sample:>12}" for sample in samples), flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for stage in stages:
            counts = pool.map(lambda sample, stage=stage: per_record(
                options.program, f"{stage}/{sample}", options.iterations), samples)
            print(f"{stage:<10}" + "".join(f"{value:>12.0f}" for value in counts), flush=True)


if __name__ == "__main__":
    main()
