/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.storm;

import java.util.Locale;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormReport.Leaks;
import org.tminus.storm.StormReport.Memory;
import org.tminus.storm.StormReport.Swaps;

/** What a storm found, for people. */
final class StormTable {
    private StormTable() {}

    static String render(StormReport report) {
        StringBuilder out = new StringBuilder();
        Swaps swaps = report.swaps();
        line(
                out,
                "%,d requests from %d threads in %.1f minutes; %s",
                report.requests(),
                report.load().threads(),
                report.minutes(),
                report.machine());
        line(out, "");
        line(
                out,
                "swaps              %,d: %,d policy, %,d predictor, %,d backend, %,d model (%,d of them bad)",
                swaps.all(),
                swaps.policy(),
                swaps.predictor(),
                swaps.backend(),
                swaps.model(),
                report.swapping().badModelUpdates());
        line(out, "faults             %,d; fall-backs because of them %,d", report.faults(), report.fallbacks());
        line(
                out,
                "                   fall-backs because a policy was away %,d, going away %,d, in quarantine %,d",
                report.fallbacksBySwap().away(),
                report.fallbacksBySwap().goingAway(),
                report.fallbacksBySwap().quarantine());
        line(
                out,
                "failed requests    %,d (timed out %,d); cancelled on purpose %,d",
                report.failedRequests(),
                report.timedOut(),
                report.load().cancelled());
        line(
                out,
                "wrong answers      %,d of %,d rows",
                report.wrongAnswers(),
                report.load().checkedRows());
        line(
                out,
                "abandoned calls    %,d of %,d that were made to hang without end",
                report.abandoned(),
                report.swapping().uninterruptibleHangs());
        line(
                out,
                "latency            p50 %.2f ms quiet, %.2f ms in the storm; p99 %.2f ms quiet, %.2f ms in the storm",
                report.p50QuietMs(),
                report.p50StormMs(),
                report.p99QuietMs(),
                report.p99StormMs());
        double slower = report.p99StormMs() / report.p99QuietMs();
        line(
                out,
                "                   p99 in the storm is %.1f times the quiet one (aim: at most 3, %s)",
                slower,
                slower <= 3 ? "reached" : "not reached");
        Leaks leaks = report.leaks();
        line(
                out,
                "left over          %d class loaders, %d threads, %d sessions, %d files",
                leaks.classLoaders(),
                leaks.threads(),
                leaks.sessions(),
                leaks.files());
        Memory memory = report.memory();
        line(out, "heap               %.1f MiB before, %.1f MiB after", memory.heapBefore(), memory.heapAfter());
        line(
                out,
                "resident           %.0f MiB before, %.0f MiB after",
                memory.residentBefore(),
                memory.residentAfter());
        report.leakDetails().forEach(detail -> line(out, "- %s", detail));
        report.samples().forEach(sample -> line(out, "- %s", sample));
        line(out, "");
        line(
                out,
                "%s",
                report.kept()
                        ? "Every promise was kept."
                        : "Broken promises: " + report.brokenPromises().size());
        return out.toString();
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
