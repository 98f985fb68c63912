/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.tminus.evaluation.EvaluationException;

/**
 * Times several engines side by side: in every round each has its turn, in another order each time, so that drift of the
 * machine hits all alike. In a turn, each client asks again as soon as it has its answer; the first answers of a turn are not
 * counted, since they find the caches as another engine left them. Used by one thread.
 */
final class Race {
    private static final int UNCOUNTED = 3;

    /** Fewer in a turn say little, unless they take several turns' time. */
    private static final int LEAST_COUNTED = 4;

    /** Turns' time after which a turn of slow answers ends, and rounds' time after which a race of them does. */
    private static final long MOST_TIMES = 4;

    private static final long SEED = 1;

    private final int clients;
    private final int rounds;
    private final int leastRounds;
    private final long turnNanos;
    private final LongSupplier clock;

    /**
     * @param clients how many ask at once
     * @param leastRounds so many of the rounds take place even if answers are slow
     * @param turnNanos how long a turn lasts, unless a few answers take longer
     */
    Race(int clients, int rounds, int leastRounds, long turnNanos) {
        this(clients, rounds, leastRounds, turnNanos, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Race(int clients, int rounds, int leastRounds, long turnNanos, LongSupplier clock) {
        this.clients = clients;
        this.rounds = rounds;
        this.leastRounds = leastRounds;
        this.turnNanos = turnNanos;
        this.clock = clock;
    }

    /** Something that answers. Safe for as many threads as there are clients. */
    interface Runner {
        /** @param number counts the answers of a turn */
        void answer(int number) throws EvaluationException;

        /** How long its threads may wait actively after an answer. */
        default long lingerNanos() {
            return 0;
        }
    }

    /** Hears of each round. */
    interface Listener {
        /** @throws java.util.concurrent.CancellationException to stop */
        void round(int done, int of);
    }

    /**
     * @param nanos of all counted answers
     * @param roundNanos by round the median of its answers
     * @param perSecond by round the answers of all clients per second
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Lap(long[] nanos, double[] roundNanos, double[] perSecond) {}

    /**
     * Runs the rounds, after one that is not counted; fewer of them if answers are so slow that they would take several times as
     * long as they should. However it ends, no client runs any more when it has.
     *
     * @throws EvaluationException the first failure of an answer, or an interruption
     */
    Map<String, Lap> run(Map<String, ? extends Runner> runners, Listener listener) throws EvaluationException {
        Map<String, List<Turn>> turns = new LinkedHashMap<>();
        runners.keySet().forEach(name -> turns.put(name, new ArrayList<>()));
        List<String> order = new ArrayList<>(runners.keySet());
        Random random = new Random(SEED);
        ExecutorService pool = Executors.newFixedThreadPool(clients, work -> {
            Thread thread = new Thread(work, "tminus-bench-client");
            thread.setDaemon(true);
            return thread;
        });
        AtomicBoolean stopping = new AtomicBoolean();
        long begin = clock.getAsLong();
        long most = MOST_TIMES * (rounds + 1) * runners.size() * turnNanos;
        try {
            for (int round = -1; round < rounds && (round < leastRounds || clock.getAsLong() - begin < most); round++) {
                listener.round(Math.max(0, round), rounds);
                Collections.shuffle(order, random);
                for (String name : order) {
                    Runner runner = runners.get(name);
                    if (runner != null) {
                        Turn turn = turn(runner, pool, stopping);
                        if (round >= 0) {
                            turns.getOrDefault(name, List.of()).add(turn);
                        }
                        LockSupport.parkNanos(runner.lingerNanos());
                    }
                }
            }
        } finally {
            stopping.set(true);
            end(pool);
        }
        Map<String, Lap> laps = new LinkedHashMap<>();
        turns.forEach((name, all) -> laps.put(name, lap(all)));
        return laps;
    }

    private static Lap lap(List<Turn> turns) {
        return new Lap(
                turns.stream().flatMapToLong(turn -> Arrays.stream(turn.nanos)).toArray(),
                turns.stream().mapToDouble(turn -> median(turn.nanos)).toArray(),
                turns.stream().mapToDouble(Turn::perSecond).toArray());
    }

    /** Returns once no client runs: whoever closes what they ask must not do so under them. */
    private static void end(ExecutorService pool) {
        pool.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Turn(long[] nanos, double perSecond) {}

    private Turn turn(Runner runner, ExecutorService pool, AtomicBoolean stopping) throws EvaluationException {
        AtomicInteger numbers = new AtomicInteger();
        List<Future<Turn>> running = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            running.add(pool.submit(() -> client(runner, numbers, stopping)));
        }
        List<Turn> ended = new ArrayList<>();
        for (Future<Turn> each : running) {
            try {
                ended.add(each.get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof EvaluationException known) {
                    throw known;
                }
                throw new IllegalStateException("A client failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EvaluationException("The benchmark was interrupted.", "Start it again.", e);
            }
        }
        return new Turn(
                ended.stream().flatMapToLong(turn -> Arrays.stream(turn.nanos)).toArray(),
                ended.stream().mapToDouble(Turn::perSecond).sum());
    }

    /** Its turn counts for nothing if it was stopped, or another client failed. */
    private Turn client(Runner runner, AtomicInteger numbers, AtomicBoolean stopping) throws EvaluationException {
        boolean answered = false;
        try {
            Turn turn = ask(runner, numbers, stopping);
            answered = true;
            return turn;
        } finally {
            if (!answered) {
                stopping.set(true);
            }
        }
    }

    private Turn ask(Runner runner, AtomicInteger numbers, AtomicBoolean stopping) throws EvaluationException {
        long start = clock.getAsLong();
        for (int i = 0; i < UNCOUNTED && !stopping.get() && (i == 0 || clock.getAsLong() - start < turnNanos); i++) {
            runner.answer(numbers.getAndIncrement());
        }
        long[] nanos = new long[LEAST_COUNTED];
        int count = 0;
        long begin = clock.getAsLong();
        long before = begin;
        while (!stopping.get() && !isEnough(count, before - begin)) {
            runner.answer(numbers.getAndIncrement());
            long now = clock.getAsLong();
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = now - before;
            before = now;
        }
        return new Turn(Arrays.copyOf(nanos, count), 1e9 * count / (before - begin));
    }

    private boolean isEnough(int count, long nanos) {
        return count >= LEAST_COUNTED ? nanos >= turnNanos : count > 0 && nanos >= MOST_TIMES * turnNanos;
    }

    static double median(long[] values) {
        return median(Arrays.stream(values).asDoubleStream().toArray());
    }

    /** The mean of both in the middle if their number is even. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
