/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

import java.util.List;
import java.util.Map;

/**
 * What a storm found; its JSON form is a contract. Fields may be added, none renamed. How each figure is counted stands in docs/storm.md.
 *
 * @param requests sent during the storm, cancelled ones included
 * @param failedRequests that had no answer, and were not cancelled by the client; those that timed out included
 * @param wrongAnswers requests with an output that is not what the path in the trace gives
 * @param fallbacks that a misbehaving plugin made necessary
 * @param timedOut of the failed requests, those whose deadline passed
 * @param abandoned calls that the platform gave up because they did not end
 * @param swaps changes of what is in force
 * @param faults that plugins committed, as told
 * @param p50QuietMs median latency before the storm
 * @param p99QuietMs 99th percentile before the storm
 * @param p50StormMs median latency during the storm
 * @param p99StormMs 99th percentile during the storm
 * @param leaks what is still held at rest and was not before
 * @param brokenPromises a sentence for each promise that was not kept; empty if all were
 * @param load more about the requests
 * @param fallbacksBySwap more about fall-backs: those that no fault made necessary
 * @param swapping more about the swaps
 * @param faultsByKind how often each fault was committed
 * @param memory before and after
 * @param leakDetails what is still held, for people
 * @param samples the first failures, wrong answers and unexplained fall-backs, for people
 * @param platformCounters by how much the platform's own counters grew during the storm
 * @param minutes that the storm lasted
 * @param seed of everything that was random
 * @param machine processor, system, Java
 */
public record StormReport(
        long requests,
        long failedRequests,
        long wrongAnswers,
        long fallbacks,
        long timedOut,
        long abandoned,
        Swaps swaps,
        long faults,
        double p50QuietMs,
        double p99QuietMs,
        double p50StormMs,
        double p99StormMs,
        Leaks leaks,
        List<String> brokenPromises,
        Load load,
        SwapFallbacks fallbacksBySwap,
        Swapping swapping,
        Map<String, Long> faultsByKind,
        Memory memory,
        List<String> leakDetails,
        List<String> samples,
        Map<String, Long> platformCounters,
        double minutes,
        long seed,
        String machine) {

    /**
     * Swaps by what was swapped.
     *
     * @param policy of policies
     * @param predictor of predictors
     * @param backend of backends
     * @param model of models, bad updates included
     */
    public record Swaps(long policy, long predictor, long backend, long model) {
        /** All of them. */
        public long all() {
            return policy + predictor + backend + model;
        }
    }

    /**
     * What is still held at rest.
     *
     * @param classLoaders of bundles that were replaced
     * @param threads alive beyond those before
     * @param sessions of backends that were not closed
     * @param files open or temporary files beyond those before
     */
    public record Leaks(long classLoaders, long threads, long sessions, long files) {
        /** Whether nothing is. */
        public boolean none() {
            return classLoaders == 0 && threads == 0 && sessions == 0 && files == 0;
        }
    }

    /**
     * More about the requests.
     *
     * @param threads clients that sent at once
     * @param cancelled requests that the client cancelled on purpose and that had no answer
     * @param checkedRows rows whose outputs were compared
     * @param quietRequests requests before the storm
     * @param requestsPerSecond during the storm
     * @param retries rows that ran again at full depth after NaN
     * @param longestStormMs the slowest answer during the storm
     */
    public record Load(
            int threads,
            long cancelled,
            long checkedRows,
            long quietRequests,
            double requestsPerSecond,
            long retries,
            double longestStormMs) {}

    /**
     * Fall-backs that are no consequence of a fault, or not of one alone.
     *
     * @param away the policy asked for was not there
     * @param goingAway a call was ended because its plugin went
     * @param quarantine a plugin was left aside for what it had done before
     * @param unexplained a plugin failed that nobody told to; counted among the fall-backs as well
     */
    public record SwapFallbacks(long away, long goingAway, long quarantine, long unexplained) {}

    /**
     * More about the swaps.
     *
     * @param perSecond made during the storm
     * @param failed swaps that ended with an exception
     * @param byAction how often each kind of swap was made
     * @param badModelUpdates of the model swaps, those with a bad file
     * @param badModelUpdatesServed bad updates that a client had an answer from
     * @param uninterruptibleHangs calls that were made to hang until released
     */
    public record Swapping(
            double perSecond,
            long failed,
            Map<String, Long> byAction,
            long badModelUpdates,
            long badModelUpdatesServed,
            long uninterruptibleHangs) {}

    /**
     * Memory of the process in MiB.
     *
     * @param heapBefore after a collection, before the storm
     * @param heapAfter after a collection, at rest
     * @param residentBefore before the storm; 0 where the system does not tell
     * @param residentAfter at rest; 0 where the system does not tell
     */
    public record Memory(double heapBefore, double heapAfter, double residentBefore, double residentAfter) {}

    public StormReport {
        brokenPromises = List.copyOf(brokenPromises);
        leakDetails = List.copyOf(leakDetails);
        samples = List.copyOf(samples);
        faultsByKind = Map.copyOf(faultsByKind);
        platformCounters = Map.copyOf(platformCounters);
    }

    /** The same report with these promises broken. */
    public StormReport with(List<String> broken) {
        return new StormReport(
                requests,
                failedRequests,
                wrongAnswers,
                fallbacks,
                timedOut,
                abandoned,
                swaps,
                faults,
                p50QuietMs,
                p99QuietMs,
                p50StormMs,
                p99StormMs,
                leaks,
                broken,
                load,
                fallbacksBySwap,
                swapping,
                faultsByKind,
                memory,
                leakDetails,
                samples,
                platformCounters,
                minutes,
                seed,
                machine);
    }

    /** Whether every promise was kept. */
    public boolean kept() {
        return brokenPromises.isEmpty();
    }
}
