# SPDX-License-Identifier: GPL-2.0-or-later
"""What the trials say together: medians with their spread, ratios, a table, JSON
and a picture."""
import dataclasses
import json
import statistics

COLUMNS = ["reader", "offered/s", "kept", "said lost", "silently lost", "CPU/record", "user",
           "system", "spread", "x floor", "ulogd2/it", "wake-ups", "memory"]


@dataclasses.dataclass
class Row:
    name: str
    offered_per_second: float
    kept: float       # of what was offered, 0 to 1
    reported: float | None
    silent: float
    cpu_us: float     # per record kept, the median of the rounds
    user_us: float
    system_us: float
    spread_us: tuple  # least and most of the rounds
    memory_mib: float
    wake_ups: float   # per 1,000 records kept
    to_floor: float | None
    to_ulogd: float | None  # how many times less than ulogd2 JSON


def _row(name, trials, floor, ulogd):
    def middle(value):
        return statistics.median(value(one) for one in trials)
    cpu = middle(lambda one: one.cpu_us)
    told = [one.reported for one in trials if one.reported is not None]
    return Row(name, middle(lambda one: one.offered / one.seconds),
               middle(lambda one: one.kept / one.offered),
               statistics.median(told) / trials[0].offered if told else None,
               middle(lambda one: one.silent / one.offered), cpu,
               middle(lambda one: one.user_us), middle(lambda one: one.system_us),
               (min(one.cpu_us for one in trials), max(one.cpu_us for one in trials)),
               max(one.memory_mib for one in trials), middle(lambda one: one.wake_ups),
               cpu / floor if floor else None, ulogd / cpu if ulogd else None)


def rows(results):
    def median_of(name):
        trials = results.get(name)
        return statistics.median(one.cpu_us for one in trials) if trials else None
    return [_row(name, trials, median_of("floor"), median_of("ulogd2 JSON"))
            for name, trials in results.items()]


def _cells(row):
    def times(value):
        return "-" if value is None else f"{value:.2f}"
    return [row.name, f"{row.offered_per_second:,.0f}", f"{row.kept:.2%}",
            "-" if row.reported is None else f"{row.reported:.2%}", f"{row.silent:.2%}",
            f"{row.cpu_us:.2f} us", f"{row.user_us:.2f}", f"{row.system_us:.2f}",
            f"{row.spread_us[0]:.2f}-{row.spread_us[1]:.2f}", times(row.to_floor),
            times(row.to_ulogd), f"{row.wake_ups:.1f}", f"{row.memory_mib:.0f} MiB"]


def markdown(lines):
    """A table that reads well on a terminal, too; the first line is its head."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]

    def text(line):
        return "| " + " | ".join(cell.rjust(width) if i else cell.ljust(width)
                                 for i, (cell, width) in enumerate(zip(line, widths))) + " |"
    rule = "|" + "|".join("-" * (width + 1) + (":" if i else "-")
                          for i, width in enumerate(widths)) + "|"
    return "\n".join([text(lines[0]), rule, *map(text, lines[1:])])


def table(all_rows):
    return markdown([COLUMNS, *map(_cells, all_rows)])


def write_json(path, options, results, all_rows):
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"options": options,
                   "rows": [dataclasses.asdict(row) for row in all_rows],
                   "trials": {name: [dataclasses.asdict(one) for one in trials]
                              for name, trials in results.items()}}, out, indent=1)
        out.write("\n")


def write_svg(path, all_rows):
    """Two bars a reader: CPU time per record, and the share of records kept."""
    height, most = 28, max(row.cpu_us for row in all_rows)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13" '
             f'width="760" height="{height * len(all_rows) + 50}">',
             '<rect width="100%" height="100%" fill="white"/>',
             '<text x="150" y="20">CPU time per record kept (µs)</text>',
             '<text x="530" y="20">records kept</text>']
    for i, row in enumerate(all_rows):
        y = 35 + i * height
        parts += [f'<text x="140" y="{y + 15}" text-anchor="end">{row.name}</text>',
                  f'<rect x="150" y="{y}" width="{300 * row.cpu_us / most:.1f}" height="20" '
                  'fill="#4878a8"/>',
                  f'<text x="{155 + 300 * row.cpu_us / most:.1f}" y="{y + 15}">'
                  f'{row.cpu_us:.2f}</text>',
                  f'<rect x="530" y="{y}" width="{150 * row.kept:.1f}" height="20" '
                  'fill="#6aa84f"/>',
                  f'<text x="{535 + 150 * row.kept:.1f}" y="{y + 15}">{row.kept:.0%}</text>']
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(parts) + "\n</svg>\n")
