/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.TaskData;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.pipeline.Trunk;

/** Trains a few steps in a folder of its own, to say how long all of them will take. */
final class Trial {
    private static final int STEPS = 10;
    private static final int FEWEST = 3;
    private static final long ENOUGH_NANOS = 20_000_000_000L;

    private Trial() {}

    /**
     * How quick it is.
     *
     * @param step one step
     * @param steps all of them
     */
    record Pace(Duration step, long steps) {
        /** Of all steps. */
        Duration total() {
            return step.multipliedBy(steps);
        }
    }

    /**
     * Runs the trial; what it made is deleted.
     *
     * @param stop asked as well
     * @param listener hears what comes before the steps
     * @return {@code null} if it was stopped at once
     */
    static @Nullable Pace run(
            Trunk trunk, TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        delete(folder);
        Files.createDirectories(folder);
        Timer timer = new Timer(data.description().name(), listener);
        try {
            trunk.train(data, folder, () -> stop.getAsBoolean() || timer.hasEnough(), timer);
            return timer.pace();
        } finally {
            delete(folder);
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    /** The first step warms up and does not count. */
    private static final class Timer implements ProgressListener {
        private final String stage;
        private final ProgressListener others;
        private long first;
        private long firstDone;
        private long last;
        private long done;
        private long total;

        Timer(String stage, ProgressListener others) {
            this.stage = stage;
            this.others = others;
        }

        @Override
        public void progress(Progress progress) {
            if (!progress.stage().equals(stage)) {
                others.progress(progress);
                return;
            }
            last = System.nanoTime();
            done = progress.done();
            total = progress.total();
            if (first == 0) {
                first = last;
                firstDone = done;
            }
        }

        @Override
        public void message(String text) {}

        boolean hasEnough() {
            long steps = done - firstDone;
            return steps >= STEPS || (steps >= FEWEST && last - first > ENOUGH_NANOS);
        }

        @Nullable
        Pace pace() {
            long steps = done - firstDone;
            return steps == 0 ? null : new Pace(Duration.ofNanos((last - first) / steps), total);
        }
    }
}
