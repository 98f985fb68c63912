/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.tminus.backend.Backend;
import org.tminus.tck.internal.backend.ControlChecks;
import org.tminus.tck.internal.backend.DeviceChecks;
import org.tminus.tck.internal.backend.ErrorChecks;
import org.tminus.tck.internal.backend.LifeChecks;
import org.tminus.tck.internal.backend.MemoryChecks;
import org.tminus.tck.internal.backend.NumericChecks;
import org.tminus.tck.internal.backend.StepChecks;
import org.tminus.tck.internal.backend.Subject;
import org.tminus.tck.internal.onnx.KitModel;
import org.tminus.tck.internal.onnx.Reference;

/**
 * What every backend must do. The kit brings small models of its own, and compares with ONNX Runtime. A test class of
 * the author extends this and says how the backend is made:
 *
 * <pre>{@code
 * class MyBackendTest extends BackendContract {
 *     protected Backend backend() {
 *         return new MyBackend();
 *     }
 * }
 * }</pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {
    private final List<Reference> references = new ArrayList<>();
    private final List<KitModel> models = new ArrayList<>();
    private Path folder = Path.of("");
    private List<Subject> subjects = List.of();

    /** Makes the backend; called before each test. */
    protected abstract Backend backend() throws Exception;

    /** Undoes {@link #backend()}; called after each test. Closes what is {@link AutoCloseable}. */
    protected void dispose(Backend backend) throws Exception {
        if (backend instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    /**
     * How far numbers may be off, relative to the largest magnitude of an output. 1e-4 for the numeric class {@code fp32}, 2e-2
     * for others.
     */
    protected double tolerance(Backend backend) {
        return backend.device().numericClass().equals("fp32") ? 1e-4 : 2e-2;
    }

    @BeforeAll
    final void makeModels() throws IOException {
        folder = Files.createTempDirectory("tminus-tck");
        models.addAll(KitModel.all(folder));
        models.forEach(model -> references.add(new Reference(model, folder)));
    }

    @AfterAll
    final void removeModels() throws IOException {
        references.forEach(Reference::close);
        references.clear();
        models.clear();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @BeforeEach
    final void makeBackend() throws Exception {
        Backend made = backend();
        List<Subject> list = new ArrayList<>();
        for (int index = 0; index < models.size(); index++) {
            list.add(new Subject(made, models.get(index), references.get(index), tolerance(made)));
        }
        subjects = list;
    }

    @AfterEach
    final void disposeOfBackend() throws Exception {
        List<Subject> used = subjects;
        subjects = List.of();
        if (!used.isEmpty()) {
            dispose(used.get(0).backend());
        }
    }

    private interface Check {
        void run(Subject subject) throws Exception;
    }

    private interface PathCheck {
        void run(Subject subject, org.tminus.model.Path path) throws Exception;
    }

    private Stream<DynamicTest> eachModel(Check check) {
        return subjects.stream()
                .map(subject -> DynamicTest.dynamicTest(subject.kit().toString(), () -> check.run(subject)));
    }

    private Stream<DynamicTest> eachPath(PathCheck check) {
        return subjects.stream().flatMap(subject -> subject.kit().model().menu().stream()
                .map(path -> DynamicTest.dynamicTest(subject.kit() + " " + path, () -> check.run(subject, path))));
    }

    @Test
    protected void describesItsDevice() {
        new DeviceChecks(subjects.get(0).backend()).describesItsDevice();
    }

    @Test
    protected void telemetryIsPlausible() throws Exception {
        new DeviceChecks(subjects.get(0).backend()).telemetryIsPlausible(subjects.get(0));
    }

    @TestFactory
    protected Stream<DynamicTest> answersAsOnnxRuntime() {
        return eachPath((subject, path) -> new NumericChecks(subject).answersAsOnnxRuntime(path));
    }

    @TestFactory
    protected Stream<DynamicTest> answersWhatIsAskedFor() {
        return eachModel(subject -> new NumericChecks(subject).answersWhatIsAskedFor());
    }

    @TestFactory
    protected Stream<DynamicTest> writesToTheCallersMemory() {
        return eachModel(subject -> new NumericChecks(subject).writesToTheCallersMemory());
    }

    @TestFactory
    protected Stream<DynamicTest> answersManyThreadsAlike() {
        return eachModel(subject -> new NumericChecks(subject).answersManyThreadsAlike());
    }

    @TestFactory
    protected Stream<DynamicTest> stepsAnswerAsWholeRuns() {
        return eachPath((subject, path) -> new StepChecks(subject).stepsAnswerAsWholeRuns(path));
    }

    @TestFactory
    protected Stream<DynamicTest> readingLeavesTheState() {
        return eachModel(subject -> new StepChecks(subject).readingLeavesTheState());
    }

    @TestFactory
    protected Stream<DynamicTest> retainedRowsGoOn() {
        return eachModel(subject -> new StepChecks(subject).retainedRowsGoOn());
    }

    @TestFactory
    protected Stream<DynamicTest> refusesNonsenseOnTheWay() {
        return eachModel(subject -> new StepChecks(subject).refusesNonsense());
    }

    @TestFactory
    protected Stream<DynamicTest> preparingIsHarmless() {
        return eachModel(subject -> new LifeChecks(subject).preparingIsHarmless());
    }

    @TestFactory
    protected Stream<DynamicTest> closedMeansClosed() {
        return eachModel(subject -> new LifeChecks(subject).closedMeansClosed());
    }

    @TestFactory
    protected Stream<DynamicTest> outputsAreTheCallers() {
        return eachModel(subject -> new LifeChecks(subject).outputsAreTheCallers());
    }

    @TestFactory
    protected Stream<DynamicTest> inputsAreNotKept() {
        return eachModel(subject -> new LifeChecks(subject).inputsAreNotKept());
    }

    @TestFactory
    protected Stream<DynamicTest> doesNotBeginInVain() {
        return eachModel(subject -> new ControlChecks(subject).doesNotBeginInVain());
    }

    @TestFactory
    protected Stream<DynamicTest> stopsBetweenLayers() {
        return eachModel(subject -> new ControlChecks(subject).stopsBetweenLayers());
    }

    @TestFactory
    protected Stream<DynamicTest> refusesDamagedModels() {
        return eachModel(subject -> new ErrorChecks(subject, folder).refusesDamagedModels());
    }

    @TestFactory
    protected Stream<DynamicTest> refusesWhatDoesNotFit() {
        return eachModel(subject -> new ErrorChecks(subject, folder).refusesWhatDoesNotFit());
    }

    @Test
    protected void memoryStopsGrowing() throws Exception {
        new MemoryChecks(subjects.get(1)).memoryStopsGrowing();
    }
}
