/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.trainer.vit.Mixing;

/**
 * Which weights of a network are trained, and where they lie in one flat array. Immutable.
 */
final class Layout {
    /** What an entry of the array is for a weight. */
    enum Role {
        /** The weight itself. */
        WHOLE,
        /** The left factor of its change, [in, rank]. */
        FIRST,
        /** The right factor of its change, [rank, out]. */
        SECOND
    }

    /**
     * A stretch of the array.
     *
     * @param weight name of the weight in its file
     * @param ofExits whether that is the file of exits
     * @param decays whether weight decay applies
     * @param head whether it has the learning rate of heads
     */
    record Entry(
            String weight, boolean ofExits, Role role, List<Integer> shape, int offset, boolean decays, boolean head) {
        int size() {
            return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
        }
    }

    /** A low-rank change is scaled by this, so that its factors may stay small. */
    static final double SCALE = 2;

    private static final Set<String> ELEMENTWISE = Set.of("Add", "Mul");
    private static final Set<String> READERS = Set.of(
            "MatMul",
            "Gemm",
            "Add",
            "Mul",
            "Gather",
            "Conv",
            "LayerNormalization",
            "Transpose",
            "Concat",
            "Expand",
            "BiasGelu");

    private final Network network;
    private final int rank;
    private final List<Entry> entries = new ArrayList<>();
    private int size;

    /** How a weight is read. */
    private record Use(String operator, int index, boolean plain) {}

    Layout(Network network, Trainable trainable) {
        this.network = network;
        this.rank = trainable.rank();
        Set<String> tail = network.tailWeights();
        Map<String, List<Use>> uses = uses(network.model());
        for (TensorProto tensor : network.model().source().initializers().values()) {
            List<Use> of = uses.getOrDefault(tensor.getName(), List.of());
            if (isWeight(tensor, of)) {
                addModelWeight(tensor, of, tail.contains(tensor.getName()), trainable.kind());
            }
        }
        TorchGraph exits = network.exits();
        if (exits != null) {
            Map<String, List<Use>> exitUses = uses(exits);
            for (TensorProto tensor : exits.source().initializers().values()) {
                if (isWeight(tensor, exitUses.getOrDefault(tensor.getName(), List.of()))) {
                    addWhole(tensor, true, true, tensor.getDimsCount() > 1);
                }
            }
        }
    }

    private Layout(Network network) {
        this.network = network;
        this.rank = 0;
    }

    /** Nothing is trained. */
    static Layout empty(Network network) {
        return new Layout(network);
    }

    private void addModelWeight(TensorProto tensor, List<Use> uses, boolean head, Trainable.Kind kind) {
        boolean table = uses.stream().anyMatch(use -> use.operator().equals("Gather"));
        boolean matrix = tensor.getDimsCount() > 1;
        if (head && kind != Trainable.Kind.HEADS) {
            addWhole(tensor, false, true, matrix);
            return;
        }
        switch (kind) {
            case ALL -> addWhole(tensor, false, false, matrix && !table);
            case ALL_BUT_EMBEDDINGS -> {
                if (!table) {
                    addWhole(tensor, false, false, matrix);
                }
            }
            case LOW_RANK -> {
                if (!matrix) {
                    addWhole(tensor, false, false, false);
                } else if (takesLowRank(tensor, uses)) {
                    int rows = (int) tensor.getDims(0);
                    int columns = (int) tensor.getDims(1);
                    add(new Entry(tensor.getName(), false, Role.FIRST, List.of(rows, rank), size, false, false));
                    add(new Entry(tensor.getName(), false, Role.SECOND, List.of(rank, columns), size, false, false));
                }
            }
            case HEADS -> {
                // Nothing in the model.
            }
        }
    }

    private boolean takesLowRank(TensorProto tensor, List<Use> uses) {
        return tensor.getDimsCount() == 2
                && 2L * rank <= Math.min(tensor.getDims(0), tensor.getDims(1))
                && uses.stream()
                        .allMatch(use -> use.index() == 1
                                && use.plain()
                                && (use.operator().equals("MatMul")
                                        || use.operator().equals("Gemm")));
    }

    private void addWhole(TensorProto tensor, boolean ofExits, boolean head, boolean decays) {
        List<Integer> shape =
                tensor.getDimsList().stream().map(Math::toIntExact).toList();
        add(new Entry(tensor.getName(), ofExits, Role.WHOLE, shape, size, decays, head));
    }

    private void add(Entry entry) {
        entries.add(entry);
        size = Math.addExact(size, entry.size());
    }

    /** Numbers that only steer a computation (an epsilon, a scale, an exponent, a mask's filling) are no weights. */
    private static boolean isWeight(TensorProto tensor, List<Use> uses) {
        return tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber()
                && OnnxSource.size(tensor) > 1
                && !uses.isEmpty()
                && uses.stream().allMatch(use -> READERS.contains(use.operator()))
                && uses.stream().allMatch(use -> tensor.getDimsCount() > 0 || ELEMENTWISE.contains(use.operator()));
    }

    private static Map<String, List<Use>> uses(TorchGraph graph) {
        Map<String, List<Use>> uses = new HashMap<>();
        Set<String> names = new HashSet<>(graph.source().initializers().keySet());
        for (NodeProto node : graph.source().graph().getNodeList()) {
            boolean plain = node.getAttributeList().stream()
                    .filter(attribute -> attribute.getName().equals("alpha"))
                    .map(AttributeProto::getF)
                    .allMatch(alpha -> alpha == 1);
            for (int i = 0; i < node.getInputCount(); i++) {
                if (names.contains(node.getInput(i))) {
                    uses.computeIfAbsent(node.getInput(i), key -> new ArrayList<>())
                            .add(new Use(node.getOpType(), i, plain));
                }
            }
        }
        return uses;
    }

    List<Entry> entries() {
        return entries;
    }

    /** Length of the flat array. */
    int size() {
        return size;
    }

    /** The numbers that training begins with. */
    float[] initial(long seed) {
        float[] flat = new float[size];
        for (Entry entry : entries) {
            float[] values =
                    switch (entry.role()) {
                        case WHOLE -> original(entry);
                        case FIRST ->
                            Pieces.gaussian(
                                    entry.size(),
                                    1 / Math.sqrt(3.0 * entry.shape().get(0)),
                                    Mixing.mix(seed, 3, entry.offset()));
                        // With a zero on one side training begins at the model as it came.
                        case SECOND -> new float[entry.size()];
                    };
            System.arraycopy(values, 0, flat, entry.offset(), values.length);
        }
        return flat;
    }

    private float[] original(Entry entry) {
        OnnxSource source = source(entry.ofExits());
        TensorProto tensor = source.initializers().get(entry.weight());
        if (tensor == null) {
            throw new IllegalStateException("the weight " + entry.weight() + " vanished");
        }
        return source.floats(tensor);
    }

    private OnnxSource source(boolean ofExits) {
        TorchGraph exits = network.exits();
        return ofExits && exits != null ? exits.source() : network.model().source();
    }

    private static float[] slice(float[] flat, Entry entry) {
        return java.util.Arrays.copyOfRange(flat, entry.offset(), entry.offset() + entry.size());
    }

    /** Weights of one of the files that are trained whole. */
    Map<String, float[]> whole(float[] flat, boolean ofExits) {
        Map<String, float[]> values = new HashMap<>();
        for (Entry entry : entries) {
            if (entry.role() == Role.WHOLE && entry.ofExits() == ofExits) {
                values.put(entry.weight(), slice(flat, entry));
            }
        }
        return values;
    }

    /** What training changed in the model, exits left out. */
    Change change(float[] flat) {
        Change.Builder builder = new Change.Builder();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.ofExits()) {
                continue;
            }
            if (entry.role() == Role.WHOLE) {
                float[] difference = slice(flat, entry);
                float[] before = original(entry);
                for (int k = 0; k < before.length; k++) {
                    difference[k] -= before[k];
                }
                if (entry.shape().size() > 1) {
                    builder.add(entry.weight(), entry.shape().get(0), difference);
                } else {
                    builder.add(entry.weight(), difference);
                }
            } else if (entry.role() == Role.FIRST) {
                Entry second = entries.get(i + 1);
                builder.add(
                        entry.weight(),
                        entry.shape().get(0),
                        second.shape().get(1),
                        rank,
                        SCALE,
                        slice(flat, entry),
                        slice(flat, second));
            }
        }
        return builder.build();
    }
}
