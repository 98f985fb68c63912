/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Floats;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Compares a compiled path with the chain on a small random batch. Thread-safe. */
final class PathCheck {
    private static final int ROWS = 2;
    private static final int LENGTH = 8;
    private static final long SEED = 20_250_116;

    private final ModelContext context;
    private final Comparison comparison = new Comparison(System::nanoTime);

    PathCheck(ModelContext context) {
        this.context = context;
    }

    /** The largest relative difference over all outputs of the path; NaN where only one of both is NaN. */
    double difference(Path path, CompiledPath compiled, Chain chain) throws TminusException {
        Map<String, Tensor> inputs = sampleInputs();
        String[] outputs = context.model()
                .exit(path.exit())
                .orElseThrow()
                .outputs()
                .keySet()
                .toArray(String[]::new);
        RunControl control = RunControls.forOutputs(outputs);
        Map<String, Tensor> actual = compiled.run(inputs, control);
        Map<String, Tensor> expected;
        try (ChainRun run = ChainRun.startSingly(context, chain, inputs, control)) {
            for (LayerId layer : path.layers()) {
                run.advance(List.of(layer));
            }
            expected = run.read(path.exit());
        }
        double largest = 0;
        for (String output : outputs) {
            Tensor left = actual.get(output);
            Tensor right = expected.get(output);
            double difference = left == null || right == null ? Double.NaN : difference(left, right);
            if (Double.isNaN(difference)) {
                return difference;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }

    /** Whether a compiled form of a path is faster than another one. */
    boolean isFaster(CompiledPath candidate, CompiledPath other) throws TminusException {
        Map<String, Tensor> inputs = sampleInputs();
        RunControl control = RunControls.forOutputs(candidate.outputs());
        return comparison.isFaster(() -> candidate.run(inputs, control), () -> other.run(inputs, control));
    }

    /** The same for a stretch, at the state that the layers before it make. */
    double difference(Stretch stretch, NativeGraph joined, Chain chain) throws TminusException {
        try (ChainRun run = startBefore(stretch, chain)) {
            return run.difference(stretch, joined);
        }
    }

    /** Whether a graph of a stretch is faster than another one. */
    boolean isFaster(Stretch stretch, NativeGraph candidate, NativeGraph other, Chain chain) throws TminusException {
        try (ChainRun run = startBefore(stretch, chain)) {
            return comparison.isFaster(() -> run.attempt(stretch, candidate), () -> run.attempt(stretch, other));
        }
    }

    private ChainRun startBefore(Stretch stretch, Chain chain) throws TminusException {
        Exit exit = stretch.exit();
        String[] outputs =
                exit == null ? new String[0] : exit.outputs().keySet().toArray(String[]::new);
        ChainRun run = ChainRun.startSingly(context, chain, sampleInputs(), RunControls.forOutputs(outputs));
        boolean started = false;
        try {
            if (!stretch.withStem()) {
                run.advanceTo(stretch.first());
            }
            started = true;
            return run;
        } finally {
            if (!started) {
                run.close();
            }
        }
    }

    /** The largest difference of two elements, relative to the largest magnitude that is expected; NaN if they cannot be compared. */
    static double difference(Tensor actual, Tensor expected) {
        if (!actual.shape().equals(expected.shape()) || !actual.elementType().equals(expected.elementType())) {
            return Double.NaN;
        }
        ElementType type = actual.elementType();
        if (type.equals(ElementType.STRING)) {
            return actual.strings().equals(expected.strings()) ? 0 : Double.NaN;
        }
        boolean isStep = type.equals(ElementType.INT8) || type.equals(ElementType.UINT8);
        if (!isStep && !Floats.canRead(type)) {
            return actual.buffer().equals(expected.buffer()) ? 0 : Double.NaN;
        }
        FloatBuffer left = isStep ? steps(actual) : Floats.of(actual);
        FloatBuffer right = isStep ? steps(expected) : Floats.of(expected);
        double magnitude = Float.MIN_NORMAL;
        double largest = 0;
        while (left.hasRemaining()) {
            double found = left.get();
            double wanted = right.get();
            double difference = Double.compare(found, wanted) == 0 ? 0 : Math.abs(found - wanted);
            if (!Double.isFinite(difference)) {
                return Double.NaN;
            }
            largest = Math.max(largest, difference);
            magnitude = Double.isFinite(wanted) ? Math.max(magnitude, Math.abs(wanted)) : magnitude;
        }
        return largest / magnitude;
    }

    /** Whole numbers of 8 bits stand for fractions, and may differ by some steps as those may. */
    private static FloatBuffer steps(Tensor tensor) {
        ByteBuffer source = tensor.buffer();
        float[] values = new float[source.remaining()];
        for (int index = 0; index < values.length; index++) {
            byte step = source.get();
            values[index] = tensor.elementType().equals(ElementType.INT8) ? step : Byte.toUnsignedInt(step);
        }
        return FloatBuffer.wrap(values);
    }

    private Map<String, Tensor> sampleInputs() throws BackendException {
        AdaptiveModel model = context.model();
        long length = model.signature().sequence().map(SequenceAxis::maximum).orElse((long) LENGTH);
        Random random = new Random(SEED);
        Map<String, Tensor> inputs = new HashMap<>();
        for (TensorSpec spec : model.signature().inputs()) {
            List<Long> dimensions = new ArrayList<>(spec.dimensions());
            for (int axis = 0; axis < dimensions.size(); axis++) {
                if (dimensions.get(axis) == TensorSpec.ANY) {
                    dimensions.set(axis, axis == 0 ? ROWS : Math.min(length, LENGTH));
                }
            }
            Shape shape =
                    Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
            inputs.put(spec.name(), sample(spec, shape, random));
        }
        return inputs;
    }

    /** Numbers around 0; integers are 0 or 1, mostly 1, which ids, segments and masks all can be. */
    private HostTensor sample(TensorSpec spec, Shape shape, Random random) throws BackendException {
        ElementType type = spec.elementType();
        if (type.bytes() == 0) {
            throw new BackendException(
                    "Model " + context.model().name()
                            + ": paths cannot be compiled, because there are no sample inputs of" + " type " + type
                            + " to check them with.",
                    "Paths run layer by layer.");
        }
        HostTensor tensor = HostTensor.allocate(type, shape);
        ByteBuffer buffer = tensor.writableBuffer();
        while (buffer.hasRemaining()) {
            int whole = random.nextInt(4) == 0 ? 0 : 1;
            float real = (float) random.nextGaussian();
            switch (type.name()) {
                case "float32" -> buffer.putFloat(real);
                case "float64" -> buffer.putDouble(real);
                // The upper half of a float32 is a bfloat16; as a float16 the same bits are 1.0 or close to 0.
                case "bfloat16" -> buffer.putShort((short) (Float.floatToRawIntBits(real) >>> 16));
                case "float16" -> buffer.putShort((short) (whole == 1 ? 0x3c00 : 0xb800));
                case "int64", "uint64" -> buffer.putLong(whole);
                case "int32", "uint32" -> buffer.putInt(whole);
                case "int16", "uint16" -> buffer.putShort((short) whole);
                default -> buffer.put((byte) whole);
            }
        }
        return tensor;
    }
}
