// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen/screen.hpp"

#include <algorithm>

#include "core/columns.hpp"
#include "screen/blocks.hpp"
#include "screen/line_writer.hpp"

namespace nflogd::screen {
namespace {

constexpr std::array<std::string_view, 12> kHelp = {
    "1-5 Tab  sources, destinations, ports, rules, interfaces",
    "s        sort by packets, bytes or name",
    "up down  move in the list",
    "/        count only what a filter lets through (docs/filter.md)",
    "space p  freeze the screen; counting goes on",
    "r        begin to count anew",
    "n        names of addresses, on or off",
    "q        quit",
    "",
    "lost     by the kernel, by a full queue or by an output",
    "missed   are in the log, but came too fast for this screen",
    "         any key leaves this help",
};

/// Which parts there is room for: on a low screen, rows come before explanations.
struct Layout {
    explicit Layout(const State& state, Size size)
        : totals(size.lines >= 9),
          views(size.lines >= 3),
          titles(size.lines >= 9),
          foot(size.lines >= 5 || (state.editing && size.lines >= 2)) {
        const std::size_t used =
            std::size_t{1} + (totals ? 1 : 0) + (views ? 1 : 0) + (titles ? 1 : 0) + (foot ? 1 : 0);
        rows = size.lines > used ? size.lines - used : 0;
    }
    bool totals;
    bool views;
    bool titles;
    bool foot;
    std::size_t rows;
};

/// Of the table; 0: there is no room for it. Where there is a bar, the longest IPv6 address
/// has room beside it.
struct Columns {
    explicit Columns(std::size_t width)
        : packets(width >= 40 ? 13 : std::min<std::size_t>(width / 2, 9)),
          share(width >= 32 ? 8 : 0),
          bytes(width >= 50 ? 9 : 0),
          bar(width >= 76 ? std::min<std::size_t>(width - 71, 40) : 0) {
        const std::size_t used = packets + share + bytes + (bar > 0 ? bar + 1 : 0);
        name = width - std::min(width, used);
    }
    std::size_t name;
    std::size_t packets;
    std::size_t share;
    std::size_t bytes;
    std::size_t bar;
};

std::string loss_text(const Figures& figures, std::size_t width) {
    std::string lost = "lost " + (figures.lost ? grouped(*figures.lost) : std::string("?"));
    if (figures.missed == 0) return lost;
    std::string both = lost + " missed " + grouped(figures.missed);
    return both.size() <= width ? both : lost;
}

/// The losses are never what is left out.
void put_head(LineWriter& line, const Figures& figures, std::size_t width) {
    const std::string losses = loss_text(figures, width);
    const std::size_t kept = std::min(losses.size(), width);
    const std::size_t room = width - kept;
    const std::string rate = grouped(figures.rate) + "/s ";
    if (rate.size() <= room) line.put(rate, Style::strong);
    const std::size_t rest = line.left() - kept;
    if (rest > 1) {
        line.put_right(sparkline(figures.history, rest - 1, line.unicode()), rest - 1, Style::bar);
    }
    line.put_fit("", line.left() - kept);
    const bool bad = figures.lost.value_or(0) > 0 || figures.missed > 0;
    line.put(losses, bad ? Style::alarm : Style::strong);
}

void put_totals(LineWriter& line, const Figures& figures, const State& state) {
    if (state.frozen) line.put("FROZEN ", Style::alarm);
    line.put(grouped(figures.packets) + " packets, " + bytes_text(figures.bytes));
    if (figures.lost_before > 0) {
        line.put(", " + grouped(figures.lost_before) + " lost before", Style::strong);
    }
    if (figures.unseen > 0) line.put(", up to " + grouped(figures.unseen) + " too low");
    if (!state.filter.empty()) line.put("  filter: " + state.filter, Style::strong);
    line.put("  " + figures.from, Style::dim);
    if (!figures.trouble.empty()) line.put(": " + figures.trouble, Style::alarm);
}

void put_views(LineWriter& line, const State& state, bool frozen_here) {
    if (frozen_here) line.put("FROZEN ", Style::alarm);
    const bool all = line.left() >= 60;
    for (std::size_t i = 0; i < kViewNames.size(); ++i) {
        const bool chosen = static_cast<View>(i) == state.view;
        if (!all && !chosen) continue;
        line.put(std::to_string(i + 1) + " " + std::string(kViewNames[i]),
                 chosen ? Style::chosen : Style::normal);
        line.put("  ");
    }
}

void put_titles(LineWriter& line, const Columns& columns, const Figures& figures,
                const State& state) {
    const auto style = [&](Sort sort) { return state.sort == sort ? Style::strong : Style::dim; };
    line.put_fit(grouped(figures.keys) + (figures.unseen > 0 ? " and more" : " different"),
                 columns.name, style(Sort::name));
    line.put_right("packets", columns.packets, style(Sort::packets));
    line.put_right("share", columns.share, Style::dim);
    line.put_right("bytes", columns.bytes, style(Sort::bytes));
}

void put_row(LineWriter& line, const Columns& columns, const Row& row, std::uint64_t packets) {
    line.put_fit(row.name, columns.name);
    line.put_right(grouped(row.packets), columns.packets);
    if (columns.share > 0) line.put_right(share_text(row.packets, packets), columns.share);
    if (columns.bytes > 0) line.put_right(bytes_text(row.bytes), columns.bytes);
    if (columns.bar == 0) return;
    line.put(" ");
    line.put_fit(bar(row.packets, packets, columns.bar, line.unicode()), columns.bar, Style::bar);
}

/// The end of what is typed stays in sight.
void put_editor(LineWriter& line, const State& state) {
    line.put("/", Style::strong);
    const std::string typed = readable(state.typed, line.unicode());
    const std::size_t error = state.error.empty() ? 0 : line.left() / 2;
    const std::size_t room = line.left() - std::min(line.left(), error + 1);
    std::size_t from = 0;
    while (from < typed.size() && columns_of(typed.substr(from)) > room) {
        do ++from;
        while (from < typed.size() && (static_cast<unsigned char>(typed[from]) & 0xC0U) == 0x80);
    }
    line.put(typed.substr(from));
    line.put(" ", Style::chosen);
    if (!state.error.empty()) line.put(" " + state.error, Style::alarm);
}

void put_foot(LineWriter& line, const State& state) {
    if (state.editing) return put_editor(line, state);
    line.put("s sort: " + std::string(kSortNames[static_cast<std::size_t>(state.sort)]) +
                 "  / filter  space freeze  n names  r reset  h help  q quit",
             Style::dim);
}

void put_help(LineWriter& line, std::size_t i) {
    if (i < kHelp.size()) line.put(kHelp[i]);
}

}  // namespace

std::size_t rows_within(const State& state, Size size) { return Layout(state, size).rows; }

std::vector<Line> draw(const Figures& figures, const State& state, Size size, bool unicode) {
    const Layout layout(state, size);
    const Columns columns(size.columns);
    std::vector<Line> lines;
    const auto add = [&](bool wanted, auto put) {
        if (!wanted || lines.size() == size.lines) return;
        LineWriter line(size.columns, unicode);
        put(line);
        lines.push_back(line.take());
    };
    add(true, [&](LineWriter& line) { put_head(line, figures, size.columns); });
    add(layout.totals, [&](LineWriter& line) { put_totals(line, figures, state); });
    add(layout.views,
        [&](LineWriter& line) { put_views(line, state, state.frozen && !layout.totals); });
    add(layout.titles, [&](LineWriter& line) {
        if (!state.help) put_titles(line, columns, figures, state);
    });
    for (std::size_t i = 0; i < layout.rows; ++i) {
        add(true, [&](LineWriter& line) {
            if (state.help) return put_help(line, i);
            if (i < figures.rows.size()) put_row(line, columns, figures.rows[i], figures.packets);
        });
    }
    add(layout.foot, [&](LineWriter& line) { put_foot(line, state); });
    return lines;
}

std::string plain(const Line& line) {
    std::string text;
    for (const Span& span : line) text += span.text;
    return text;
}

}  // namespace nflogd::screen
