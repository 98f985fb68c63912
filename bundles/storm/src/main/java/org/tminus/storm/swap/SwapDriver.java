/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.storm.StormReport.Swaps;

/** Makes swaps at a steady rate, at most one of each kind at a time. From {@link #start} until {@link #end}. */
public final class SwapDriver {
    private static final Logger LOG = LoggerFactory.getLogger(SwapDriver.class);
    private static final long PATIENCE_SECONDS = 120;

    private final ServiceSwaps services;
    private final ModelSwaps models;
    private final SwapGate gate;
    private final SwapPlanner planner;
    private final Consumer<String> failures;
    private final Map<Kind, Lane> lanes = new EnumMap<>(Kind.class);
    private final Map<Action, LongAdder> byAction = new EnumMap<>(Action.class);
    private final LongAdder failed = new LongAdder();
    private final Thread ticker;
    private volatile boolean running = true;

    /** The thread that swaps what is of one kind. */
    private static final class Lane {
        final ExecutorService executor;
        final AtomicBoolean busy = new AtomicBoolean();
        final LongAdder made = new LongAdder();
        final SplittableRandom random;

        Lane(Kind kind, long seed) {
            random = new SplittableRandom(seed * 31 + kind.name().hashCode());
            executor = Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "tminus-storm-swap-" + kind);
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    private SwapDriver(
            ServiceSwaps services,
            ModelSwaps models,
            SwapGate gate,
            long seed,
            double perSecond,
            Consumer<String> failures) {
        this.services = services;
        this.models = models;
        this.gate = gate;
        this.planner = new SwapPlanner(seed, services.names());
        this.failures = failures;
        for (Action action : Action.values()) {
            byAction.put(action, new LongAdder());
        }
        for (Kind kind : Kind.values()) {
            lanes.put(kind, new Lane(kind, seed));
        }
        long pause = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
        ticker = new Thread(() -> tick(pause), "tminus-storm-swaps");
        ticker.setDaemon(true);
    }

    /** @param failures told of each swap that ends with an exception */
    public static SwapDriver start(
            ServiceSwaps services,
            ModelSwaps models,
            SwapGate gate,
            long seed,
            double perSecond,
            Consumer<String> failures) {
        SwapDriver driver = new SwapDriver(services, models, gate, seed, perSecond, failures);
        driver.ticker.start();
        return driver;
    }

    private void tick(long pauseNanos) {
        long next = System.nanoTime();
        while (running) {
            next += pauseNanos;
            try {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
            } catch (InterruptedException e) {
                return;
            }
            Swap swap = planner.next(kind -> !lane(kind).busy.get(), gate.isOpen());
            if (swap != null) {
                begin(swap);
            }
        }
    }

    private Lane lane(Kind kind) {
        return Objects.requireNonNull(lanes.get(kind));
    }

    private void begin(Swap swap) {
        Lane lane = lane(swap.kind());
        lane.busy.set(true);
        try {
            lane.executor.execute(() -> {
                try {
                    make(swap, lane);
                } finally {
                    lane.busy.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            lane.busy.set(false);
            LOG.debug("The storm is over", e);
        }
    }

    private void make(Swap swap, Lane lane) {
        boolean gated = swap.action().takesDown();
        if (gated && !gate.tryEnter()) {
            return;
        }
        try {
            Action made = swap.action();
            if (swap.kind() == Kind.MODEL) {
                made = models.make(swap.action(), lane.random);
            } else {
                services.make(swap, lane.random);
            }
            lane.made.increment();
            Objects.requireNonNull(byAction.get(made)).increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            failed.increment();
            LOG.warn("The swap {} failed", swap, e);
            failures.accept(swap + ": " + e);
        } finally {
            if (gated) {
                gate.leave();
            }
        }
    }

    /** Makes every kind of swap once, so that what is made at the first use is there before stock is taken. */
    public static void rehearse(ServiceSwaps services, ModelSwaps models, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        for (Map.Entry<Kind, List<String>> kind : services.names().entrySet()) {
            List<Action> actions = new ArrayList<>(Action.OF_SERVICES);
            actions.add(Action.RIVAL);
            for (Action action : actions) {
                services.make(new Swap(kind.getKey(), action, kind.getValue().get(0)), random);
            }
        }
        for (Action action : List.of(
                Action.INSTALL_MODEL,
                Action.DAMAGED_MODEL,
                Action.UNLOADABLE_MODEL,
                Action.UPDATE_MODEL,
                Action.WRONG_SIGNATURE,
                Action.RESTART,
                Action.REMOVE_MODEL)) {
            models.make(action, random);
        }
    }

    public Swaps swaps() {
        return new Swaps(
                lane(Kind.POLICY).made.sum(),
                lane(Kind.PREDICTOR).made.sum(),
                lane(Kind.BACKEND).made.sum(),
                lane(Kind.MODEL).made.sum());
    }

    public long failed() {
        return failed.sum();
    }

    /** How often each action was made. */
    public Map<String, Long> byAction() {
        Map<String, Long> counts = new TreeMap<>();
        byAction.forEach((action, count) -> counts.put(action.name(), count.sum()));
        return counts;
    }

    /** Begins no more swaps, and waits for those that are under way. */
    public void end() throws InterruptedException {
        running = false;
        ticker.interrupt();
        ticker.join();
        for (Lane lane : lanes.values()) {
            lane.executor.shutdown();
            if (!lane.executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                lane.executor.shutdownNow();
                failures.accept("A swap did not end within " + PATIENCE_SECONDS + " s");
                failed.increment();
            }
        }
    }
}
