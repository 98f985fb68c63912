/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of requests. Thread-safe. */
public final class Tally {
    private static final int MOST_SAMPLES = 6;

    /** What is counted once per request. */
    public enum Count {
        REQUESTS,
        CANCELLED,
        FAILED,
        TIMED_OUT,
        WRONG,
        BAD_VERSION
    }

    private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);
    private final Map<FallbackCause, LongAdder> causes = new EnumMap<>(FallbackCause.class);
    private final Latencies latencies = new Latencies();
    private final Queue<String> samples = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> sampled = new ConcurrentHashMap<>();

    public Tally() {
        for (Count count : Count.values()) {
            counts.put(count, new LongAdder());
        }
        for (FallbackCause cause : FallbackCause.values()) {
            causes.put(cause, new LongAdder());
        }
    }

    /** Counts one. */
    public void add(Count count) {
        adder(counts, count).increment();
    }

    void add(FallbackCause cause) {
        adder(causes, cause).increment();
    }

    private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return java.util.Objects.requireNonNull(adders.get(key));
    }

    public long get(Count count) {
        return adder(counts, count).sum();
    }

    public long get(FallbackCause cause) {
        return adder(causes, cause).sum();
    }

    /** Of requests that were answered. */
    public Latencies latencies() {
        return latencies;
    }

    /**
     * Keeps the first few of each kind, for people.
     *
     * @param kind what went wrong
     */
    public void sample(String kind, String sentence) {
        if (sampled.computeIfAbsent(kind, unseen -> new AtomicInteger()).incrementAndGet() <= MOST_SAMPLES) {
            samples.add(kind + ": " + sentence);
        }
    }

    public List<String> samples() {
        return List.copyOf(samples);
    }
}
