/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.service;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.TrainingException;
import org.tminus.trainer.FashionVitTraining;
import org.tminus.trainer.Figures;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.TrainingOptions;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.training.DistillationTrainer;
import org.tminus.training.TrainingListener;
import org.tminus.training.TrainingProgress;
import org.tminus.training.TrainingResult;
import org.tminus.training.TrainingSpecification;
import org.tminus.training.TrainingTask;

/**
 * Trains the Fashion-MNIST reference model on request: task {@code fashion-vit}, options {@code epochs}, {@code secondEpochs} and
 * {@code layers}.
 * Safe for several threads; trainings that still run end with the component.
 */
@Component(property = DistillationTrainer.NAME + "=" + FashionVitTrainer.NAME_VALUE)
public final class FashionVitTrainer implements DistillationTrainer {
    static final String NAME_VALUE = "fashion-vit";

    private static final Logger LOG = LoggerFactory.getLogger(FashionVitTrainer.class);
    private static final String EPOCHS = "epochs";
    private static final String SECOND_EPOCHS = "secondEpochs";
    private static final String LAYERS = "layers";

    private final Set<Task> running = ConcurrentHashMap.newKeySet();

    @Override
    public Set<String> tasks() {
        return Set.of(NAME_VALUE);
    }

    @Override
    public TrainingTask start(TrainingSpecification specification, TrainingListener listener) throws TrainingException {
        Task task = new Task(options(specification), listener);
        running.add(task);
        task.thread.start();
        return task;
    }

    private static TrainingOptions options(TrainingSpecification specification) throws TrainingException {
        if (!specification.task().equals(NAME_VALUE)) {
            throw new TrainingException(
                    "The task " + specification.task() + " is unknown.", "This trainer knows " + NAME_VALUE + ".");
        }
        if (specification.model().isPresent()) {
            throw new TrainingException("The task " + NAME_VALUE + " brings its own model.", "Leave the model out.");
        }
        if (!Files.isDirectory(specification.data())) {
            throw new TrainingException(
                    "There is no data folder " + specification.data() + ".",
                    "Give the folder with the files of Fashion-MNIST; the Debian package dataset-fashion-mnist has them.");
        }
        Map<String, String> left = new HashMap<>(specification.options());
        int epochs = number(left.remove(EPOCHS), EPOCHS, TrainingOptions.REFERENCE_EPOCHS);
        int second = number(left.remove(SECOND_EPOCHS), SECOND_EPOCHS, TrainingOptions.REFERENCE_SECOND_EPOCHS);
        int layers = number(left.remove(LAYERS), LAYERS, VitConfig.fashion().layers());
        if (!left.isEmpty()) {
            throw new TrainingException(
                    "The options " + left.keySet() + " are unknown.",
                    "Known are " + List.of(EPOCHS, SECOND_EPOCHS, LAYERS) + ".");
        }
        TrunkOptions trunk =
                TrunkOptions.reference(epochs, second, specification.seed()).withThreads(specification.threads());
        return new TrainingOptions(
                specification.data(),
                specification.output(),
                specification.workFolder(),
                VitConfig.fashion().withLayers(layers, true),
                trunk,
                List.of());
    }

    private static int number(@org.jspecify.annotations.Nullable String text, String name, int otherwise)
            throws TrainingException {
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            LOG.debug("option {} is no number", name, e);
        }
        throw new TrainingException("The option " + name + " is '" + text + "'.", "It must be a whole number from 1.");
    }

    @Deactivate
    void deactivate() {
        new ArrayList<>(running).forEach(Task::close);
    }

    /** One training on a thread of its own. */
    private final class Task implements TrainingTask {
        private final CompletableFuture<TrainingResult> result = new CompletableFuture<>();
        private final Thread thread;
        private volatile boolean stopping;

        Task(TrainingOptions options, TrainingListener listener) {
            thread = new Thread(() -> run(options, listener), "tminus-training");
            thread.setDaemon(true);
        }

        private void run(TrainingOptions options, TrainingListener listener) {
            try {
                FashionVitTraining.Report report =
                        FashionVitTraining.run(options, new Forwarding(listener), () -> stopping);
                if (report == null) {
                    result.completeExceptionally(new TrainingException(
                            "The training was stopped.", "Start it again with the same work folder to go on."));
                } else {
                    result.complete(TrainingResult.of(report.model(), figures(report.test())));
                }
            } catch (IOException | RuntimeException | LinkageError e) {
                result.completeExceptionally(
                        new TrainingException("The training failed: " + e.getMessage(), "See the cause.", e));
            } finally {
                running.remove(this);
            }
        }

        @Override
        public CompletionStage<TrainingResult> result() {
            return result.minimalCompletionStage();
        }

        @Override
        public void close() {
            stopping = true;
            if (Thread.currentThread() == thread) {
                return;
            }
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Map<String, Double> figures(Figures test) {
        Map<String, Double> figures = new HashMap<>();
        figures.put("test.fullDepth.accuracy", test.fullDepthAccuracy());
        for (Point point : test.points()) {
            figures.put("test." + point.name() + ".accuracy", point.accuracy());
            figures.put("test." + point.name() + ".flopsRatio", point.flopsRatio());
        }
        return figures;
    }

    private record Forwarding(TrainingListener listener) implements ProgressListener {
        @Override
        public void progress(Progress progress) {
            listener.progressed(TrainingProgress.of(
                    progress.stage(), progress.done(), progress.total(), progress.elapsed(), progress.figures()));
        }

        @Override
        public void message(String text) {
            LOG.info("{}", text);
        }
    }
}
