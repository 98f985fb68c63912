/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.models.format.ModelPackage;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** A reference model and an input that means nothing, of one row. */
@State(Scope.Benchmark)
public class ReferenceModel {
    private static final int WHOLE_NUMBERS = 6;

    /** One of those with a predictor and learned policies. */
    @Param({"signposts"})
    public String model = "";

    private Path folder = Path.of("");
    private List<AdaptiveModel> opened = new ArrayList<>();
    private Map<String, Tensor> inputs = Map.of();

    /** Extracts it. */
    @Setup(Level.Trial)
    public void open() throws IOException, ModelFormatException {
        folder = Files.createTempDirectory("tminus-jmh");
        Path file = Path.of(System.getProperty("tminus.home", "."), "models", model + ModelPackage.EXTENSION);
        try (ModelPackage archive = ModelPackage.open(file)) {
            opened = List.of(archive.extract(folder.resolve("model")));
        }
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Tensor> made = new HashMap<>();
        for (TensorSpec input : model().signature().inputs()) {
            made.put(input.name(), random(input, random));
        }
        inputs = Map.copyOf(made);
    }

    private static HostTensor random(TensorSpec input, SplittableRandom random) {
        long[] shape = input.dimensions().stream()
                .mapToLong(size -> size == TensorSpec.ANY ? 1 : size)
                .toArray();
        int count = (int) Shape.of(shape).elementCount();
        return input.elementType().equals(ElementType.FLOAT32)
                ? HostTensor.ofFloats(Shape.of(shape), floats(count, random))
                : HostTensor.ofLongs(
                        Shape.of(shape), random.longs(count, 0, WHOLE_NUMBERS).toArray());
    }

    private static float[] floats(int count, SplittableRandom random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    AdaptiveModel model() {
        return opened.get(0);
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    /** Deletes what was extracted. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
