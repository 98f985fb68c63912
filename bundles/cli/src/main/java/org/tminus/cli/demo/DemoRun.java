/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tminus.cli.container.Container;
import org.tminus.cli.container.Container.Job;
import org.tminus.cli.container.Containers;
import org.tminus.cli.container.Folders;
import org.tminus.cli.container.ProgressDisplay;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.DemoRequest.SwapCounts;
import org.tminus.demo.report.DemoRequest.Task;
import org.tminus.demo.report.RowPlan;

/** The demo from beginning to end: one container that compares, then one process per row that measures its memory. */
final class DemoRun {
    private static final SwapCounts SWAPS = new SwapCounts(50, 10);
    private static final int MEMORY_IMAGES = 1000;
    private static final int MOST_CONTAINERS = 2;

    /** A heap of fixed size, resident from the start: what comes on top is what the model takes outside of it. */
    private static final String HEAP = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch";

    /** A compiler and a collector that take little memory themselves, which would be counted. */
    private static final String MEMORY_OPTIONS = HEAP + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final DemoSettings settings;
    private final ProgressDisplay display;
    private final Containers containers;

    DemoRun(DemoSettings settings, ProgressDisplay display) {
        this.settings = settings;
        this.display = display;
        containers = new Containers(
                "demo", settings.distribution(), settings.workFolder(), settings.logFile(), settings.keep());
    }

    /**
     * Blocks until all is measured and everything is removed again.
     *
     * @throws IOException if a container fails, with the reason
     */
    DemoReport run() throws IOException, InterruptedException {
        try (containers) {
            Folders.unzip(settings.modelFile(), modelFolder());
            DemoOutcome outcome = compare();
            DemoReport report = outcome.report();
            if (report == null) {
                throw new IOException("the container measured nothing");
            }
            List<String> notes = new ArrayList<>(report.notes());
            notes.add("In the container, threads that work on one request: " + threadsPerRequest()
                    + " (threads in etc/org.tminus.onnxruntime.cfg).");
            DemoReport noted = report.with(report.rows(), notes);
            return settings.memory() ? withMemory(noted, outcome.plans()) : noted;
        } finally {
            display.clear();
        }
    }

    private static Job<DemoOutcome> job(DemoRequest request) {
        return new Job<>(
                "demo",
                "org.tminus.demo",
                Path.of(request.workFolder()),
                request,
                DemoOutcome.class,
                DemoOutcome::failure);
    }

    private DemoOutcome compare() throws IOException, InterruptedException {
        display.part("starting a container with the model " + settings.modelName() + " " + settings.modelVersion());
        Container container = container("compare");
        container.deploy(settings.modelFile());
        return container.run(
                job(request(Task.COMPARE, null, settings.images(), "compare-work")),
                HEAP,
                line -> display.show(line.share(), line.activity()));
    }

    private DemoReport withMemory(DemoReport report, List<RowPlan> plans) throws IOException, InterruptedException {
        display.part("measuring the memory of each row in a process of its own");
        List<@Nullable Double> peaks =
                Collections.synchronizedList(new ArrayList<>(Collections.nCopies(plans.size(), null)));
        Queue<Integer> rows = new ConcurrentLinkedQueue<>();
        for (int row = 0; row < plans.size(); row++) {
            rows.add(row);
        }
        AtomicInteger done = new AtomicInteger();
        int workers = Math.min(MOST_CONTAINERS, plans.size());
        ExecutorService executor = Executors.newFixedThreadPool(workers);
        display.show(0, "0 of " + plans.size() + " rows");
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                String name = "memory-" + worker;
                running.add(executor.submit(() -> {
                    measure(name, rows, plans, peaks, done);
                    return null;
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage(), cause);
        } finally {
            rows.clear();
            executor.shutdownNow();
        }
        List<DemoReport.Row> measured = new ArrayList<>();
        for (int row = 0; row < report.rows().size(); row++) {
            measured.add(report.rows().get(row).withPeakMemoryMiB(peaks.get(row)));
        }
        List<String> notes = new ArrayList<>(report.notes());
        notes.add(
                "Peak memory: each row in a process of its own with a Java heap of fixed size, resident from the start; the most that was "
                        + "resident from the loading of the model to the end of " + memoryImages()
                        + " inputs, less what the idle container held before. Where the system does not tell, there is no figure.");
        return report.with(measured, notes);
    }

    private void measure(
            String name, Queue<Integer> rows, List<RowPlan> plans, List<@Nullable Double> peaks, AtomicInteger done)
            throws IOException, InterruptedException {
        Container container = container(name);
        for (Integer row = rows.poll(); row != null; row = rows.poll()) {
            DemoRequest request = request(Task.MEMORY, plans.get(row), memoryImages(), name + "-work");
            peaks.set(
                    row, container.run(job(request), MEMORY_OPTIONS, line -> {}).peakMemoryMiB());
            int finished = done.incrementAndGet();
            display.show((double) finished / plans.size(), finished + " of " + plans.size() + " rows");
        }
    }

    /** As many as there are processors for each client: more would only wait for each other. */
    private int threadsPerRequest() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / settings.threads());
    }

    private int memoryImages() {
        return Math.min(MEMORY_IMAGES, settings.images());
    }

    private Container container(String name) throws IOException {
        return containers.create(name, threadsPerRequest());
    }

    private Path modelFolder() {
        return settings.workFolder().resolve("model");
    }

    private DemoRequest request(Task task, @Nullable RowPlan row, int images, String work) {
        Path statics = settings.statics();
        return new DemoRequest(
                task,
                settings.title(),
                settings.modelName(),
                task == Task.MEMORY ? settings.modelFile().toString() : null,
                modelFolder().resolve("model.onnx").toString(),
                settings.data().toString(),
                statics == null ? null : statics.toString(),
                settings.workFolder().resolve(work).toString(),
                settings.workFolder().resolve("inputs.bin").toString(),
                images,
                settings.threads(),
                settings.seed(),
                SWAPS,
                row,
                true);
    }
}
