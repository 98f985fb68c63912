/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.storm.swap.Kind;
import org.tminus.storm.swap.ServiceSwaps;
import org.tminus.storm.swap.Settings;
import org.tminus.storm.swap.SwapGate;

/**
 * Has one call after the other hang so that nobody can end it, sees that the platform gives it up, and lets it go. In half of the trials the
 * call takes too long; in the other half its plugin is taken down meanwhile. From {@link #start} until {@link #end}.
 */
final class HangTrials {
    private static final Logger LOG = LoggerFactory.getLogger(HangTrials.class);
    private static final Kind[] KINDS = {Kind.POLICY, Kind.PREDICTOR, Kind.BACKEND};
    private static final Duration PAUSE = Duration.ofSeconds(6);
    private static final Duration BEGIN = Duration.ofSeconds(8);
    private static final Duration GIVEN_UP = Duration.ofSeconds(20);
    private static final Map<String, Object> PATIENT_CALLS =
            Map.of("pluginTimeoutMillis", 60_000, "drainTimeoutMillis", 500);

    private final FaultPlan plan;
    private final ServiceSwaps services;
    private final Settings settings;
    private final SwapGate gate;
    private final Map<String, ?> usual;
    private final LongSupplier abandoned;
    private final Consumer<String> failures;
    private final SplittableRandom random;
    private final Thread thread = new Thread(this::run, "tminus-storm-hangs");

    /**
     * @param usual the platform's settings outside of trials
     * @param abandoned the platform's counter
     * @param failures told of each trial that did not go as it should
     */
    HangTrials(
            FaultPlan plan,
            ServiceSwaps services,
            Settings settings,
            SwapGate gate,
            Map<String, ?> usual,
            LongSupplier abandoned,
            Consumer<String> failures,
            long seed) {
        this.plan = plan;
        this.services = services;
        this.settings = settings;
        this.gate = gate;
        this.usual = usual;
        this.abandoned = abandoned;
        this.failures = failures;
        this.random = new SplittableRandom(seed);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (int trial = 0; ; trial++) {
                Thread.sleep(PAUSE.toMillis());
                trial(KINDS[trial % KINDS.length], random.nextBoolean());
            }
        } catch (InterruptedException e) {
            LOG.debug("The trials are over", e);
        } catch (Exception | LinkageError e) {
            LOG.warn("The trials of hanging calls ended early", e);
            failures.accept("The trials of hanging calls ended early: " + e);
        }
    }

    private void trial(Kind kind, boolean byDrain) throws Exception {
        plan.holdHangs();
        gate.close();
        try {
            await(BEGIN, () -> !plan.isHangingShortly());
            String plugin = Objects.requireNonNull(ServiceSwaps.PLUGINS.get(kind));
            long before = abandoned.getAsLong();
            settings.set(Map.of(key(kind), plugin));
            if (byDrain) {
                settings.set(PATIENT_CALLS);
            }
            plan.arm(plugin);
            if (!await(BEGIN, plan::isHanging)) {
                plan.disarm();
                if (!plan.isHanging()) {
                    return;
                }
            }
            try {
                if (byDrain) {
                    services.stopPlugin(kind);
                }
                if (!await(GIVEN_UP, () -> abandoned.getAsLong() > before)) {
                    failures.accept("A call to " + plugin + " that hangs was not given up within "
                            + GIVEN_UP.toSeconds() + " s" + (byDrain ? " after its bundle was stopped" : ""));
                }
            } finally {
                plan.release();
            }
            await(GIVEN_UP, () -> !plan.isHanging());
            if (byDrain) {
                services.startPlugin(kind);
            }
        } finally {
            settings.set(usual);
            plan.resumeHangs();
            gate.open();
        }
    }

    private static String key(Kind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static boolean await(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /** Ends after the trial that is under way. */
    void end() throws InterruptedException {
        // Not in the middle of a trial, which would leave a plugin down.
        gate.close();
        try {
            thread.interrupt();
        } finally {
            gate.open();
        }
        thread.join();
    }
}
