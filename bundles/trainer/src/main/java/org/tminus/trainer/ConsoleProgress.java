/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Shows progress on a console: one line with a bar that is drawn over and over on a terminal, a plain line now and then
 * elsewhere. Used by one thread.
 */
public final class ConsoleProgress implements ProgressListener {
    private static final int BAR = 30;
    private static final long REDRAW_NANOS = 250_000_000L;
    private static final long PLAIN_NANOS = 30_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private long last;
    private boolean drawn;

    /**
     * Writes to {@code out}.
     *
     * @param terminal whether a line can be drawn over
     */
    public ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        // So that the first report is shown at once.
        last = System.nanoTime() - PLAIN_NANOS;
    }

    @Override
    public void progress(Progress progress) {
        long now = System.nanoTime();
        boolean end = progress.done() == progress.total();
        if (now - last < (terminal ? REDRAW_NANOS : PLAIN_NANOS) && !end) {
            return;
        }
        last = now;
        if (terminal) {
            out.print("\r" + line(progress) + "\u001b[K");
            out.flush();
            drawn = true;
            if (end) {
                finishLine();
            }
        } else {
            out.println(line(progress));
        }
    }

    @Override
    public void message(String text) {
        finishLine();
        out.println(text);
    }

    private void finishLine() {
        if (drawn) {
            out.println();
            drawn = false;
        }
    }

    static String line(Progress progress) {
        double share = progress.total() == 0 ? 1 : (double) progress.done() / progress.total();
        int filled = (int) Math.round(share * BAR);
        StringBuilder line = new StringBuilder(progress.stage())
                .append(" [")
                .append("#".repeat(filled))
                .append(".".repeat(BAR - filled))
                .append(String.format(Locale.ROOT, "] %5.1f %%", 100 * share));
        if (progress.remaining() != null) {
            line.append("  ").append(duration(progress.remaining())).append(" left");
        }
        new TreeMap<>(progress.figures())
                .forEach((name, value) -> line.append(String.format(Locale.ROOT, "  %s %s", name, number(value))));
        return line.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.3f", value);
    }

    private static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
