/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.PrintWriter;
import java.util.Locale;

/** Shows what is going on: a bar that is redrawn on a terminal, a line per activity elsewhere. */
public final class ProgressDisplay {

    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final boolean terminal;
    private String activity = "";
    private long begin = System.nanoTime();

    /** @param terminal whether lines can be redrawn */
    public ProgressDisplay(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Starts a part of the work, whose bar starts anew. */
    public synchronized void part(String title) {
        clear();
        begin = System.nanoTime();
        activity = "";
        out.println("tminus: " + title);
        out.flush();
    }

    /** Shows how far the part is. */
    public synchronized void show(double share, String now) {
        if (terminal) {
            int done = (int) Math.round(Math.max(0, Math.min(1, share)) * WIDTH);
            out.printf(
                    Locale.ROOT,
                    "\r\033[K  [%s%s] %3.0f %%  %s  %.60s",
                    "#".repeat(done),
                    ".".repeat(WIDTH - done),
                    100 * share,
                    left(share),
                    now);
            out.flush();
        } else if (!now.equals(activity)) {
            out.println("  " + now);
            out.flush();
        }
        activity = now;
    }

    /** Takes the bar away. */
    public synchronized void clear() {
        if (terminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }

    private String left(double share) {
        if (share < 0.02) {
            return "      ";
        }
        double seconds = (System.nanoTime() - begin) / 1e9 * (1 - share) / share;
        return String.format(Locale.ROOT, "%d:%02d left", (long) seconds / 60, (long) seconds % 60);
    }
}
