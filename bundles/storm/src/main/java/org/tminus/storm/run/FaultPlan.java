/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.tminus.storm.Sabotage;
import org.tminus.storm.fault.Fault;
import org.tminus.storm.fault.FaultSource;

/** Decides which calls of plugins go wrong, and counts them. Calls that hang for good come one at a time, when {@link #arm armed}. */
final class FaultPlan implements FaultSource {
    /** How often a call goes wrong. */
    private static final double CALLS = 0.015;

    private static final double OPENINGS = 0.1;
    private static final double DEACTIVATIONS = 0.3;
    private static final double SABOTAGE = 0.05;
    /** A hang takes a worker for as long as the platform is patient. */
    private static final long HANG_PAUSE = TimeUnit.SECONDS.toNanos(4);

    private static final long BLOCK_MILLIS = 700;
    private static final long LONGEST_HANG_SECONDS = 120;
    private static final Set<Fault> CALL_FAULTS =
            EnumSet.of(Fault.THROWS, Fault.FAILS, Fault.NAN, Fault.WRONG_SHAPE, Fault.WRONG_COUNT, Fault.UNKNOWN_PATH);

    private final @Nullable Fault sabotage;
    private final IntConsumer sessions;
    private final Map<Fault, LongAdder> counts = new EnumMap<>(Fault.class);
    private final AtomicLong nextHang = new AtomicLong(System.nanoTime());
    private final AtomicReference<@Nullable String> armed = new AtomicReference<>();
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicInteger shortHangs = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile CountDownLatch release = new CountDownLatch(1);
    private volatile boolean active;
    private volatile boolean held;

    /** @param sessions told of sessions of plugins that are opened (1) or closed (-1) */
    FaultPlan(Sabotage sabotage, IntConsumer sessions) {
        this.sabotage = switch (sabotage) {
            case NONE -> null;
            case LEAKS_THREADS -> Fault.LEAKS_THREAD;
            case LEAKS_CLASS_LOADERS -> Fault.LEAKS_CLASS_LOADER;
            case WRONG_ANSWERS -> Fault.ANSWERS_WRONGLY;
            case DROPPED_REQUESTS -> Fault.REFUSES;
        };
        this.sessions = sessions;
        for (Fault fault : Fault.values()) {
            counts.put(fault, new LongAdder());
        }
    }

    /** From now on calls go wrong. */
    void begin() {
        active = true;
    }

    /** From now on all behave, and what hangs goes on. */
    void end() {
        active = false;
        armed.set(null);
        end.countDown();
        release();
    }

    @Override
    public @Nullable Fault next(String plugin, Set<Fault> possible) {
        if (!active) {
            return null;
        }
        Fault fault = sabotage == null ? draw(plugin, possible) : sabotaged(possible, sabotage);
        if (fault != null) {
            Objects.requireNonNull(counts.get(fault)).increment();
        }
        return fault;
    }

    private static @Nullable Fault sabotaged(Set<Fault> possible, Fault sabotage) {
        boolean always = sabotage == Fault.LEAKS_THREAD || sabotage == Fault.LEAKS_CLASS_LOADER;
        return possible.contains(sabotage) && (always || chance(SABOTAGE)) ? sabotage : null;
    }

    private @Nullable Fault draw(String plugin, Set<Fault> possible) {
        if (possible.contains(Fault.HANGS_DEAF) && mayBeGivenUp() && armed.compareAndSet(plugin, null)) {
            hanging.incrementAndGet();
            return Fault.HANGS_DEAF;
        }
        if (possible.contains(Fault.CANNOT_OPEN)) {
            return chance(OPENINGS) ? Fault.CANNOT_OPEN : null;
        }
        if (possible.contains(Fault.BLOCKS_DEACTIVATION)) {
            return chance(DEACTIVATIONS) ? Fault.BLOCKS_DEACTIVATION : null;
        }
        if (possible.contains(Fault.HANGS) && mayHang()) {
            return Fault.HANGS;
        }
        List<Fault> choice = new ArrayList<>(possible);
        choice.retainAll(CALL_FAULTS);
        return choice.isEmpty() || !chance(CALLS)
                ? null
                : choice.get(ThreadLocalRandom.current().nextInt(choice.size()));
    }

    /** A call on a client's own thread can only end by itself, so nobody could give it up. */
    private static boolean mayBeGivenUp() {
        return Thread.currentThread().getName().startsWith("tminus-worker-");
    }

    private boolean mayHang() {
        long due = nextHang.get();
        long now = System.nanoTime();
        return !held && now - due >= 0 && nextHang.compareAndSet(due, now + HANG_PAUSE);
    }

    private static boolean chance(double probability) {
        return ThreadLocalRandom.current().nextDouble() < probability;
    }

    // ---- hanging

    @Override
    public void hang() throws InterruptedException {
        shortHangs.incrementAndGet();
        try {
            end.await(LONGEST_HANG_SECONDS, TimeUnit.SECONDS);
        } finally {
            shortHangs.decrementAndGet();
        }
    }

    /** From now on no call hangs that can be interrupted, so that what is not given up is the one call that cannot. */
    void holdHangs() {
        held = true;
    }

    /** Such calls come again, after the usual pause. */
    void resumeHangs() {
        nextHang.set(System.nanoTime() + HANG_PAUSE);
        held = false;
    }

    /** Whether a call hangs that can be interrupted. */
    boolean isHangingShortly() {
        return shortHangs.get() > 0;
    }

    @Override
    public void hangDeaf() {
        boolean interrupted = false;
        try {
            long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_HANG_SECONDS);
            CountDownLatch released = release;
            while (System.nanoTime() < last) {
                try {
                    if (released.await(last - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        break;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            hanging.decrementAndGet();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void blockDeactivation() {
        try {
            end.await(BLOCK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has the next call of this plugin hang until {@link #release released}. */
    void arm(String plugin) {
        release = new CountDownLatch(1);
        armed.set(plugin);
    }

    void disarm() {
        armed.set(null);
    }

    /** Whether a call hangs that nobody can end. */
    boolean isHanging() {
        return hanging.get() > 0;
    }

    /** Lets the call that hangs go on. */
    void release() {
        release.countDown();
    }

    @Override
    public void sessions(int change) {
        sessions.accept(change);
    }

    // ---- figures

    long count(Fault fault) {
        return Objects.requireNonNull(counts.get(fault)).sum();
    }

    /** All but sabotage. */
    long total() {
        long total = 0;
        for (Fault fault : Fault.values()) {
            total += fault.compareTo(Fault.BLOCKS_DEACTIVATION) <= 0 ? count(fault) : 0;
        }
        return total;
    }

    Map<String, Long> byKind() {
        Map<String, Long> kinds = new TreeMap<>();
        counts.forEach((fault, count) -> {
            if (count.sum() > 0) {
                kinds.put(fault.name(), count.sum());
            }
        });
        return kinds;
    }
}
