/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.tck.internal.onnx.KitModel;
import org.tminus.tck.internal.policy.PolicyModels;
import org.tminus.tck.internal.predictor.PredictorChecks;
import org.tminus.tck.internal.predictor.SampleInputs;
import org.tminus.tensor.Tensor;

/**
 * What every predictor must do. A test class of the author extends this and says how the predictor is made, and for
 * which model it is meant.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class PredictorContract {
    private @Nullable Path folder;
    private @Nullable AdaptiveModel model;
    private @Nullable ComplexityPredictor made;

    /** Makes the predictor; called before each test. */
    protected abstract ComplexityPredictor predictor() throws Exception;

    /**
     * A model that the predictor supports.
     *
     * @param folder for its files; removed after the tests
     */
    protected abstract AdaptiveModel model(Path folder) throws Exception;

    /** Undoes {@link #predictor()}; called after each test. Closes what is {@link AutoCloseable}. */
    protected void dispose(ComplexityPredictor predictor) throws Exception {
        if (predictor instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    /** Inputs of the model, the same for the same seed: random ones that fit its signature. */
    protected Map<String, Tensor> inputs(AdaptiveModel model, int rows, long seed) {
        return SampleInputs.of(model, rows, seed);
    }

    /**
     * Models that it must not support, such as one whose predictor file is damaged; none.
     *
     * @param folder for their files; removed after the tests
     */
    protected List<AdaptiveModel> unfittingModels(Path folder) throws Exception {
        return List.of();
    }

    @BeforeAll
    final void makeModel() throws Exception {
        Path made = Files.createTempDirectory("tminus-tck");
        folder = made;
        model = model(Files.createDirectories(made.resolve("model")));
    }

    @AfterAll
    final void removeModel() throws IOException {
        model = null;
        Path used = folder;
        if (used != null) {
            try (Stream<Path> files = Files.walk(used)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @BeforeEach
    final void makePredictor() throws Exception {
        made = predictor();
    }

    @AfterEach
    final void disposeOfPredictor() throws Exception {
        ComplexityPredictor used = made;
        made = null;
        if (used != null) {
            dispose(used);
        }
    }

    private PredictorChecks checks() {
        AdaptiveModel known = Objects.requireNonNull(model);
        return new PredictorChecks(Objects.requireNonNull(made), known, (rows, seed) -> inputs(known, rows, seed));
    }

    @Test
    protected void supportsItsModel() {
        checks().supportsItsModel();
    }

    @Test
    protected void judgesEachRow() throws Exception {
        checks().judgesEachRow();
    }

    @Test
    protected void judgesRowsByThemselves() throws Exception {
        checks().judgesRowsByThemselves();
    }

    @Test
    protected void judgesInManyThreads() throws Exception {
        checks().judgesInManyThreads();
    }

    @Test
    protected void survivesHostileInputs() throws Exception {
        checks().survivesHostileInputs();
    }

    @Test
    protected void statesItsCost() {
        checks().statesItsCost();
    }

    @Test
    protected void leavesInputsAlone() throws Exception {
        checks().leavesInputsAlone();
    }

    /** Models of other kinds, among them ones without a predictor, and ones whose predictor's file is not there. */
    @TestFactory
    protected Stream<DynamicTest> judgesWhatItSupports() throws Exception {
        PredictorChecks checks = checks();
        Path place = Files.createTempDirectory(Objects.requireNonNull(folder), "others");
        Stream<AdaptiveModel> others =
                Stream.concat(KitModel.all(place).stream().map(KitModel::model), PolicyModels.all().stream());
        return others.map(other -> DynamicTest.dynamicTest(
                other.name(),
                () -> checks.judgesWhatItSupports(other, (rows, seed) -> SampleInputs.of(other, rows, seed))));
    }

    @TestFactory
    protected Stream<DynamicTest> doesNotSupportWhatDoesNotFit() throws Exception {
        PredictorChecks checks = checks();
        Path place = Files.createTempDirectory(Objects.requireNonNull(folder), "unfitting");
        return unfittingModels(place).stream()
                .map(other -> DynamicTest.dynamicTest(
                        other.name(),
                        () -> checks.doesNotSupport(other, (rows, seed) -> SampleInputs.of(other, rows, seed))));
    }
}
