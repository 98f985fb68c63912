/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tminus.onnx.TestModels.Size;

/** Random damage never leads to anything but a result or an {@link OnnxFormatException}, within bounds of time and memory. */
class FuzzTest {
    private static final int CASES = 400;

    private static final String[] OPERATORS = {
        "Add",
        "MatMul",
        "Gemm",
        "Conv",
        "Concat",
        "Split",
        "Slice",
        "Gather",
        "GatherND",
        "Reshape",
        "Squeeze",
        "Unsqueeze",
        "Transpose",
        "Expand",
        "Tile",
        "Pad",
        "Range",
        "ConstantOfShape",
        "Where",
        "ReduceSum",
        "ReduceProd",
        "ArgMax",
        "TopK",
        "OneHot",
        "NonZero",
        "Einsum",
        "Flatten",
        "Shape",
        "Size",
        "Cast",
        "Attention",
        "MaxPool",
        "If",
        "Loop",
        "Softmax",
        "LayerNormalization",
        "Constant",
        "Div",
        "Mod",
        "Equal",
        "CastLike",
        "GatherElements",
        "EyeLike",
        "Unknown"
    };
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        2,
        3,
        7,
        -2,
        64,
        65_536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 40
    };

    /** What one case took. */
    record Measured(String error, long millis, long allocatedBytes) {}

    static Measured measure(byte[] bytes) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        String error = outcome(bytes);
        long millis = (System.nanoTime() - start) / 1_000_000;
        return new Measured(error, millis, threads.getCurrentThreadAllocatedBytes() - before);
    }

    /** Reads, analyses, cuts and composes; the message of the expected error, null if there was none. */
    static String outcome(byte[] bytes) {
        try {
            OnnxModel model = OnnxModel.read(bytes);
            GraphAnalysis analysis = GraphAnalysis.analyze(model);
            InspectReport.of(model, analysis).toJson();
            if (!analysis.layers().isEmpty()) {
                PathGraphs graphs = PathGraphs.of(model);
                PathSpec path = Chains.path(
                        analysis, analysis.layers().subList(0, analysis.layers().size() / 2), Chains.tail(analysis));
                graphs.compose(path).toBytes();
                graphs.layer(Chains.spec(analysis.layers().get(0)), path.sideValues())
                        .toBytes();
            }
            return null;
        } catch (OnnxFormatException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2_000);
            assertThat(e.advice()).isNotBlank();
            return e.getMessage();
        }
    }

    private static List<ModelProto> seeds() {
        return List.of(
                TestModels.encoder(new Size(2, 1, 2, 3), 1).model(),
                TestModels.encoder(new Size(4, 1, 2, 3), 1, 1).model(),
                TestModels.vit(new Size(2, 2, 2, 3), 1).model());
    }

    @Test
    void damagedBytes() {
        Random random = new Random(20_250_101);
        List<byte[]> seeds = seeds().stream().map(ModelProto::toByteArray).toList();
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            int changes = 1 + random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(4)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                    case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                    default -> {
                        int length = Math.min(bytes.length - at, 1 + random.nextInt(40));
                        System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
                    }
                }
            }
            refused += check(bytes, "bytes, case " + i) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(CASES / 4);
    }

    @Test
    void damagedStructure() {
        Random random = new Random(20_250_102);
        List<ModelProto> seeds = seeds();
        int accepted = 0;
        for (int i = 0; i < CASES; i++) {
            ModelProto.Builder model = seeds.get(random.nextInt(seeds.size())).toBuilder();
            int changes = 1 + random.nextInt(3);
            for (int c = 0; c < changes; c++) {
                change(model, random);
            }
            accepted += check(model.build().toByteArray(), "structure, case " + i) ? 0 : 1;
        }
        assertThat(accepted).as("damage that leaves a readable model").isGreaterThan(CASES / 10);
    }

    private static void change(ModelProto.Builder model, Random random) {
        int nodes = model.getGraph().getNodeCount();
        NodeProto.Builder node = model.getGraphBuilder().getNodeBuilder(random.nextInt(nodes));
        switch (random.nextInt(7)) {
            case 0 -> node.setOpType(OPERATORS[random.nextInt(OPERATORS.length)]);
            case 1 -> {
                List<String> names = new ArrayList<>();
                model.getGraph().getInitializerList().forEach(tensor -> names.add(tensor.getName()));
                model.getGraph().getInputList().forEach(input -> names.add(input.getName()));
                for (int n = 0; n < nodes / 2; n++) {
                    names.addAll(model.getGraph().getNode(n).getOutputList());
                }
                if (node.getInputCount() > 0) {
                    node.setInput(random.nextInt(node.getInputCount()), names.get(random.nextInt(names.size())));
                }
            }
            case 2 -> {
                if (node.getAttributeCount() > 0) {
                    AttributeProto.Builder attribute =
                            node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
                    if (attribute.getIntsCount() > 0) {
                        attribute.setInts(random.nextInt(attribute.getIntsCount()), extreme(random));
                    } else {
                        attribute.setI(extreme(random));
                    }
                }
            }
            case 3, 4 -> {
                List<TensorProto.Builder> shapes =
                        new ArrayList<>(model.getGraphBuilder().getInitializerBuilderList());
                shapes.removeIf(tensor -> tensor.getInt64DataCount() == 0);
                TensorProto.Builder tensor = shapes.get(random.nextInt(shapes.size()));
                tensor.setInt64Data(random.nextInt(tensor.getInt64DataCount()), extreme(random));
            }
            case 5 -> node.addInput("");
            default -> {
                if (node.getInputCount() > 1) {
                    List<String> inputs = new ArrayList<>(node.getInputList());
                    inputs.remove(random.nextInt(inputs.size()));
                    node.clearInput().addAllInput(inputs);
                } else {
                    node.clearInput();
                }
            }
        }
    }

    private static long extreme(Random random) {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    /** Whether the file was refused; fails on any other error, and on too much time or memory. */
    private static boolean check(byte[] bytes, String which) {
        Measured measured;
        try {
            measured = measure(bytes);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(which, e);
        }
        assertThat(measured.millis()).as(which).isLessThan(10_000);
        assertThat(measured.allocatedBytes()).as(which).isLessThan(1L << 30);
        return measured.error() != null;
    }
}
