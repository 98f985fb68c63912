/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.storm;

import java.io.IOException;
import java.nio.file.Path;
import org.tminus.cli.container.Container;
import org.tminus.cli.container.Container.Job;
import org.tminus.cli.container.Containers;
import org.tminus.cli.container.ProgressDisplay;
import org.tminus.storm.Sabotage;
import org.tminus.storm.StormOutcome;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormRequest;

/** A storm in a container of its own, from beginning to end. */
final class ContainerStorm {
    /** Little enough that what leaks is felt within a long storm. */
    private static final String JAVA_OPTIONS = "-Xmx512m";

    private static final int IMAGES = 200;
    private static final int CLIENTS = 16;
    private static final double SWAPS_PER_SECOND = 5;
    private static final double LONGEST_QUIET_SECONDS = 60;
    /** Idle threads end after a minute. */
    private static final double REST_SECONDS = 100;

    private final StormSettings settings;
    private final ProgressDisplay display;

    ContainerStorm(StormSettings settings, ProgressDisplay display) {
        this.settings = settings;
        this.display = display;
    }

    /**
     * Blocks until the storm is over and everything is removed again.
     *
     * @throws IOException if the container fails, with the reason
     */
    StormReport run() throws IOException, InterruptedException {
        try (Containers containers = new Containers(
                "storm", settings.distribution(), settings.workFolder(), settings.logFile(), settings.keep())) {
            display.part("starting a container with the model " + settings.modelName() + "; the storm lasts "
                    + settings.minutes() + (settings.minutes() == 1 ? " minute" : " minutes"));
            Container container = containers.create("container", 1);
            container.install("tminus-storm");
            container.deploy(settings.modelFile());
            StormReport report = container
                    .run(job(), JAVA_OPTIONS, line -> display.show(line.share(), line.activity()))
                    .report();
            if (report == null) {
                throw new IOException("the container found nothing");
            }
            return report;
        } finally {
            display.clear();
        }
    }

    private Job<StormOutcome> job() {
        Path work = settings.workFolder().resolve("work");
        double seconds = settings.minutes() * 60;
        StormRequest request = new StormRequest(
                settings.modelName(),
                settings.data().toString(),
                work.toString(),
                IMAGES,
                CLIENTS,
                Math.max(5, Math.min(LONGEST_QUIET_SECONDS, seconds / 4)),
                seconds,
                REST_SECONDS,
                SWAPS_PER_SECOND,
                settings.seed(),
                Sabotage.NONE,
                true);
        return new Job<>("storm", "org.tminus.storm", work, request, StormOutcome.class, StormOutcome::failure);
    }
}
