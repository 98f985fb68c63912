/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.AdaptiveParts;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.OutcomeRunner;
import org.tminus.evaluation.OutputVisitor;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.TminusException;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.internal.TreeEnsemblePredictor;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** A model file under evaluation, extracted to a folder. Used by one thread. */
public final class Subject implements AutoCloseable {
    private static final int BATCH = 256;

    /** Of its own, which goes when this is closed; null if the files are somebody else's. */
    private final @Nullable Path folder;

    private final AdaptiveModel model;
    private final PathTrie trie;
    private final OutcomeRunner runner;
    private final TreeEnsemblePredictor predictor = new TreeEnsemblePredictor();

    private Subject(@Nullable Path folder, AdaptiveModel model, PathTrie trie, OutcomeRunner runner) {
        this.folder = folder;
        this.model = model;
        this.trie = trie;
        this.runner = runner;
    }

    /**
     * Extracts a model file, until this is closed.
     *
     * @throws EvaluationException if the file is not acceptable, or ONNX Runtime refuses it
     */
    public static Subject open(Path file) throws EvaluationException {
        Path folder;
        try {
            folder = Files.createTempDirectory("tminus-evaluation");
        } catch (IOException e) {
            throw new EvaluationException(
                    "There is no room for the model's files: " + e.getMessage(),
                    "Free some, or set java.io.tmpdir to another folder.",
                    e);
        }
        boolean opened = false;
        try (ModelPackage archive = ModelPackage.open(file)) {
            Subject subject = of(archive.extract(folder.resolve("model")), folder);
            opened = true;
            return subject;
        } catch (ModelFormatException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()), e.advice(), e);
        } finally {
            if (!opened) {
                delete(folder);
            }
        }
    }

    /**
     * A model that is extracted already; its files stay in use until this is closed, and are there after it.
     *
     * @throws EvaluationException if ONNX Runtime refuses it
     */
    public static Subject of(AdaptiveModel model) throws EvaluationException {
        return of(model, null);
    }

    private static Subject of(AdaptiveModel model, @Nullable Path folder) throws EvaluationException {
        try {
            PathTrie trie = AdaptiveParts.menu(model);
            return new Subject(folder, model, trie, new OutcomeRunner(AdaptiveParts.of(model), trie));
        } catch (OnnxFormatException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()), e.advice(), e);
        }
    }

    public AdaptiveModel model() {
        return model;
    }

    public PathTrie trie() {
        return trie;
    }

    /** A file of the model. */
    public Optional<Path> file(String entry) {
        return model.file(entry);
    }

    /** Every path on every example, with the predictor's probabilities if the model has one. */
    public Outcomes outcomes(Examples examples, String what, EvaluationProgress progress) throws EvaluationException {
        EvaluationProgress named = named(what, progress);
        Outcomes outcomes = runner.run(examples, OutcomeRunner.BATCH, named);
        float @Nullable [][] complexity = complexities(examples, named);
        if (complexity == null) {
            return outcomes;
        }
        int[] classes = model.predictor().orElseThrow().classes().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        return outcomes.withComplexity(complexity, classes);
    }

    /** Hands on what every exit gives; for answers that are not classes. */
    public void visit(Examples examples, String what, EvaluationProgress progress, OutputVisitor visitor)
            throws EvaluationException {
        runner.visit(examples, OutcomeRunner.BATCH, named(what, progress), visitor);
    }

    private static EvaluationProgress named(String what, EvaluationProgress progress) {
        return new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {
                progress.at(step + " on " + what, done, total);
            }

            @Override
            public boolean isCancelled() {
                return progress.isCancelled();
            }
        };
    }

    private float @Nullable [][] complexities(Examples examples, EvaluationProgress progress)
            throws EvaluationException {
        if (model.predictor().isEmpty()) {
            return null;
        }
        if (!predictor.supports(model)) {
            throw new EvaluationException(
                    "The features '" + model.predictor().get().features() + "' of the predictor are not known here.",
                    "Use a newer version of Tminus.");
        }
        float[][] all = new float[examples.size()][];
        for (int from = 0; from < all.length; from += BATCH) {
            progress.reportOrStop("predicting", from, all.length);
            int[] rows = new int[Math.min(BATCH, all.length - from)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = from + i;
            }
            Map<String, HostTensor> inputs = examples.inputs(rows);
            try {
                List<Complexity> batch = predict(inputs, rows.length);
                for (int i = 0; i < rows.length; i++) {
                    all[from + i] = probabilities(batch.get(i));
                }
            } finally {
                inputs.values().forEach(HostTensor::close);
            }
        }
        return all;
    }

    /**
     * What the predictor says of a batch. Safe for several threads.
     *
     * @return by row
     * @throws EvaluationException if the model has no predictor or it cannot judge these inputs
     */
    List<Complexity> predict(Map<String, HostTensor> inputs, int rows) throws EvaluationException {
        try {
            return predictor.predict(new Batch(model, Collections.unmodifiableMap(inputs), rows));
        } catch (TminusException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()), e.advice(), e);
        }
    }

    private static float[] probabilities(Complexity complexity) {
        float[] values = new float[complexity.classes()];
        for (int k = 0; k < values.length; k++) {
            values[k] = complexity.probability(k);
        }
        return values;
    }

    private record Batch(AdaptiveModel model, Map<String, Tensor> inputs, int rows) implements PredictionContext {
        @Override
        public Optional<Tensor> stemOutput() {
            return Optional.empty();
        }
    }

    /** The layers of a menu path by their names. */
    public List<String> layerNames(Iterable<Integer> layers) {
        List<String> names = new ArrayList<>();
        layers.forEach(layer -> names.add(model.layers().get(layer).id().value()));
        return names;
    }

    @Override
    public void close() {
        runner.close();
        if (folder != null) {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
