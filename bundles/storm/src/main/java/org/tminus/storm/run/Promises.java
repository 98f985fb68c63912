/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormReport.Leaks;
import org.tminus.storm.StormReport.Memory;
import org.tminus.storm.StormReport.SwapFallbacks;
import org.tminus.storm.StormReport.Swapping;
import org.tminus.storm.StormReport.Swaps;

/** What a storm must not show. */
final class Promises {
    /** What caches and compiled code may add to the heap, whatever is swapped. */
    static final double HEAP_SLACK_MIB = 24;

    private Promises() {}

    /** A sentence for each promise that was not kept. */
    static List<String> broken(StormReport report) {
        List<String> broken = new ArrayList<>();
        blew(report.requests(), report.swaps(), broken);
        tell(report.failedRequests(), "requests had no answer", broken);
        tell(report.wrongAnswers(), "answers were not what their path gives", broken);
        if (report.fallbacks() > report.faults()) {
            broken.add("There were " + report.fallbacks() + " fall-backs for " + report.faults() + " faults.");
        }
        SwapFallbacks others = report.fallbacksBySwap();
        tell(others.unexplained(), "fall-backs have no known cause", broken);
        swapping(report.swapping(), report.abandoned(), broken);
        leaks(report.leaks(), report.memory(), broken);
        return broken;
    }

    private static void blew(long requests, Swaps swaps, List<String> broken) {
        if (requests == 0
                || swaps.policy() == 0
                || swaps.predictor() == 0
                || swaps.backend() == 0
                || swaps.model() == 0) {
            broken.add("There was no storm: " + requests + " requests, " + swaps + ".");
        }
    }

    private static void swapping(Swapping swapping, long abandoned, List<String> broken) {
        tell(swapping.failed(), "swaps ended with an exception, or a trial did not go as it should", broken);
        tell(swapping.badModelUpdatesServed(), "requests were answered by a bad version of the model", broken);
        if (abandoned != swapping.uninterruptibleHangs()) {
            broken.add(abandoned + " calls were abandoned, and " + swapping.uninterruptibleHangs()
                    + " were made to hang without end.");
        }
    }

    private static void leaks(Leaks leaks, Memory memory, List<String> broken) {
        tell(leaks.classLoaders(), "class loaders of replaced bundles are still there", broken);
        tell(leaks.threads(), "threads were left behind", broken);
        tell(leaks.sessions(), "sessions were not closed", broken);
        tell(leaks.files(), "files were left open or behind", broken);
        double grown = memory.heapAfter() - memory.heapBefore();
        if (grown > HEAP_SLACK_MIB) {
            broken.add(String.format(Locale.ROOT, "The heap grew by %.1f MiB.", grown));
        }
    }

    private static void tell(long count, String what, List<String> broken) {
        if (count > 0) {
            broken.add(count + " " + what + ".");
        }
    }
}
