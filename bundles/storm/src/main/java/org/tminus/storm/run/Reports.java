/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormReport.Leaks;
import org.tminus.storm.StormReport.Memory;
import org.tminus.storm.StormReport.SwapFallbacks;
import org.tminus.storm.StormReport.Swapping;
import org.tminus.storm.StormRequest;
import org.tminus.storm.fault.Fault;
import org.tminus.storm.leak.LeakDetector.Finding;
import org.tminus.storm.load.FallbackCause;
import org.tminus.storm.load.Tally;
import org.tminus.storm.load.Tally.Count;
import org.tminus.storm.swap.SwapDriver;

/** Puts the figures together. */
final class Reports {
    private Reports() {}

    /** Right after the storm: nothing is known yet of what is held at rest. */
    static StormReport stormed(
            StormRequest request,
            Tally quiet,
            Tally storm,
            SwapDriver driver,
            long failedTrials,
            long badModelUpdates,
            FaultPlan plan,
            double seconds,
            Map<String, Long> counters) {
        long unexplained = storm.get(FallbackCause.UNEXPLAINED);
        return new StormReport(
                storm.get(Count.REQUESTS),
                storm.get(Count.FAILED),
                storm.get(Count.WRONG),
                storm.get(FallbackCause.FAULT) + unexplained,
                storm.get(Count.TIMED_OUT),
                counters.getOrDefault("abandoned", 0L),
                driver.swaps(),
                plan.total(),
                quiet.latencies().millisAt(50),
                quiet.latencies().millisAt(99),
                storm.latencies().millisAt(50),
                storm.latencies().millisAt(99),
                new Leaks(0, 0, 0, 0),
                List.of(),
                new StormReport.Load(
                        request.threads(),
                        storm.get(Count.CANCELLED),
                        0,
                        quiet.get(Count.REQUESTS),
                        storm.get(Count.REQUESTS) / seconds,
                        storm.get(FallbackCause.RETRY),
                        storm.latencies().longestMillis()),
                new SwapFallbacks(
                        storm.get(FallbackCause.AWAY),
                        storm.get(FallbackCause.GOING_AWAY),
                        storm.get(FallbackCause.QUARANTINE),
                        unexplained),
                new Swapping(
                        driver.swaps().all() / seconds,
                        driver.failed() + failedTrials,
                        driver.byAction(),
                        badModelUpdates,
                        storm.get(Count.BAD_VERSION),
                        plan.count(Fault.HANGS_DEAF)),
                plan.byKind(),
                new Memory(0, 0, 0, 0),
                List.of(),
                List.of(),
                counters,
                seconds / 60,
                request.seed(),
                machine());
    }

    /** With what is held at rest, and which promises were broken. */
    static StormReport finished(StormReport report, Tally storm, long wrongLater, long checkedRows, Finding finding) {
        StormReport.Load load = report.load();
        StormReport complete = new StormReport(
                report.requests(),
                report.failedRequests(),
                report.wrongAnswers() + wrongLater,
                report.fallbacks(),
                report.timedOut(),
                report.abandoned(),
                report.swaps(),
                report.faults(),
                report.p50QuietMs(),
                report.p99QuietMs(),
                report.p50StormMs(),
                report.p99StormMs(),
                finding.leaks(),
                List.of(),
                new StormReport.Load(
                        load.threads(),
                        load.cancelled(),
                        checkedRows,
                        load.quietRequests(),
                        load.requestsPerSecond(),
                        load.retries(),
                        load.longestStormMs()),
                report.fallbacksBySwap(),
                report.swapping(),
                report.faultsByKind(),
                finding.memory(),
                finding.details(),
                storm.samples(),
                report.platformCounters(),
                report.minutes(),
                report.seed(),
                report.machine());
        return complete.with(Promises.broken(complete));
    }

    /** By how much counters grew; those that did not are left out. */
    static Map<String, Long> grown(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> grown = new TreeMap<>();
        after.forEach((name, value) -> {
            long more = value - before.getOrDefault(name, 0L);
            if (more != 0) {
                grown.put(name, more);
            }
        });
        return grown;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", Java " + System.getProperty("java.version");
    }
}
