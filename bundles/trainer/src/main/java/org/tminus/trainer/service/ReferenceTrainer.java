/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.TrainingException;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.graph.Precision;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import org.tminus.trainer.pipeline.Recipes;
import org.tminus.training.DistillationTrainer;
import org.tminus.training.TrainingListener;
import org.tminus.training.TrainingProgress;
import org.tminus.training.TrainingResult;
import org.tminus.training.TrainingSpecification;
import org.tminus.training.TrainingTask;

/**
 * Trains the reference models on request; the tasks are those of {@link Recipes#NAMES}, with the options {@code epochs},
 * {@code encoder}, {@code policySeeds} and {@code policyUpdates}. Safe for several threads; trainings that still run end with
 * the component.
 */
@Component(property = DistillationTrainer.NAME + "=" + ReferenceTrainer.NAME_VALUE)
public final class ReferenceTrainer implements DistillationTrainer {
    static final String NAME_VALUE = "reference";

    private static final Logger LOG = LoggerFactory.getLogger(ReferenceTrainer.class);
    private static final String EPOCHS = "epochs";
    private static final String ENCODER = "encoder";
    private static final String POLICY_SEEDS = "policySeeds";
    private static final String POLICY_UPDATES = "policyUpdates";

    private final Set<Task> running = ConcurrentHashMap.newKeySet();

    @Override
    public Set<String> tasks() {
        return Set.copyOf(Recipes.NAMES);
    }

    @Override
    public TrainingTask start(TrainingSpecification specification, TrainingListener listener) throws TrainingException {
        Task task = task(specification, listener);
        running.add(task);
        task.thread.start();
        return task;
    }

    private Task task(TrainingSpecification specification, TrainingListener listener) throws TrainingException {
        String name = specification.task();
        if (!Recipes.NAMES.contains(name)) {
            throw new TrainingException(
                    "The task " + name + " is unknown.",
                    "This trainer knows " + String.join(", ", Recipes.NAMES) + ".");
        }
        if (specification.model().isPresent()) {
            throw new TrainingException("The task " + name + " brings its own model.", "Leave the model out.");
        }
        Map<String, String> left = new HashMap<>(specification.options());
        int epochs = number(left.remove(EPOCHS), EPOCHS, 0);
        String encoder = left.remove(ENCODER);
        PolicyEffort standard = PolicyEffort.STANDARD;
        PolicyEffort effort = new PolicyEffort(
                Math.max(1, number(left.remove(POLICY_SEEDS), POLICY_SEEDS, standard.seeds())),
                number(left.remove(POLICY_UPDATES), POLICY_UPDATES, standard.updates()));
        if (!left.isEmpty()) {
            throw new TrainingException(
                    "The options " + left.keySet() + " are unknown.",
                    "Known are " + List.of(EPOCHS, ENCODER, POLICY_SEEDS, POLICY_UPDATES) + ".");
        }
        Path data = specification.data();
        Recipes.Choices choices = new Recipes.Choices(
                data.toString().isEmpty() ? null : data,
                encoder,
                null,
                specification.seed(),
                epochs,
                specification.threads(),
                Precision.FLOAT32,
                null);
        PipelineOptions options = new PipelineOptions(
                specification.output(),
                specification.workFolder(),
                "./tminus train " + name + " --seed " + specification.seed()
                        + (epochs == 0 ? "" : " --epochs " + epochs),
                specification.seed(),
                effort);
        return new Task(name, choices, options, listener);
    }

    private static int number(@Nullable String text, String name, int otherwise) throws TrainingException {
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            LOG.debug("option {} is no number", name, e);
        }
        throw new TrainingException("The option " + name + " is '" + text + "'.", "It must be a whole number from 0.");
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

        Task(String name, Recipes.Choices choices, PipelineOptions options, TrainingListener listener) {
            thread = new Thread(() -> run(name, choices, options, listener), "tminus-training");
            thread.setDaemon(true);
        }

        private void run(String name, Recipes.Choices choices, PipelineOptions options, TrainingListener listener) {
            try {
                Pipeline.Result made =
                        Pipeline.run(Recipes.of(name, choices), options, new Forwarding(listener), () -> stopping);
                if (made == null) {
                    result.completeExceptionally(new TrainingException(
                            "The training was stopped.", "Start it again with the same work folder to go on."));
                } else {
                    result.complete(TrainingResult.of(made.model(), figures(made)));
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

    private static Map<String, Double> figures(Pipeline.Result made) {
        Map<String, Double> figures = new HashMap<>();
        figures.put("decision.fullDepth.accuracy", made.fullDepthAccuracy());
        for (Point point : made.points()) {
            figures.put("decision." + point.name() + ".accuracy", point.accuracy());
            figures.put("decision." + point.name() + ".flopsRatio", point.flopsRatio());
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
