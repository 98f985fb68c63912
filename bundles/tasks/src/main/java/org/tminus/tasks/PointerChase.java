/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.LongBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/**
 * Generated inputs of known complexity: 12 nodes in one ring, each pointing to the next, a start and 1 to 6 hops; the answer
 * is the node where one ends up.
 *
 * <p>There is one ring because in several, six hops round a ring of two or three nodes lead back to the start, and the number
 * of hops would say little about the work. It is large because a network walks it both ways: in a ring of 9 six hops are
 * three backwards, and two layers are enough for everything.
 *
 * <p>The input {@code tokens} is int64 [batch, 13]: token 0 is {@code start * 6 + hops - 1} (0 to 71), tokens 1 to 12 are the
 * nodes that nodes 0 to 11 point to (0 to 11). There are 12 classes.
 *
 * <p>A hash of seed and content decides the split of every input that there is (2.9 thousand million): 60 % may only be in the
 * trunk split, 5 % in decision, 25 % in calibration, 10 % in test, and a split holds each input at most once. Another size
 * gives more or fewer inputs of the same split, never one of another.
 */
public final class PointerChase {
    /** The name of the task. */
    public static final String NAME = "pointer-chase";
    /** The number of nodes, and of classes. */
    public static final int NODES = 12;
    /** The most hops that an input can ask for. */
    public static final int MAX_HOPS = 6;
    /** The length of every input. */
    public static final int TOKENS = NODES + 1;

    private static final Rings RINGS = new Rings(NAME, 2, NODES, MAX_HOPS);

    private PointerChase() {}

    /** The task with {@link SplitSizes#DEFAULT}; takes a few seconds. */
    public static TaskData generate(long seed) {
        return generate(seed, SplitSizes.DEFAULT);
    }

    /** The task in another size. The examples implement {@link KnownDifficulty}. */
    public static TaskData generate(long seed, SplitSizes sizes) {
        Map<Split, long[]> codes = RINGS.draw(seed, sizes);
        TaskData.Description description = new TaskData.Description(
                NAME,
                IntStream.range(0, NODES).mapToObj(Integer::toString).toList(),
                RINGS.sha256(seed, codes),
                "generated; free of rights",
                seed,
                Map.of("generator", "version " + RINGS.version()));
        return new TaskData(description, split -> new Chases(Objects.requireNonNull(codes.get(split))));
    }

    /** Worked out from the numbers of the inputs whenever asked; immutable. */
    private static final class Chases implements KnownDifficulty {
        private final long[] codes;

        Chases(long[] codes) {
            this.codes = codes;
        }

        @Override
        public int size() {
            return codes.length;
        }

        @Override
        public String id(int row) {
            return RINGS.canonical(codes[row]);
        }

        @Override
        public int label(int row) {
            return RINGS.end(codes[row]);
        }

        @Override
        public int length(int row) {
            return TOKENS;
        }

        @Override
        public int difficulty(int row) {
            return RINGS.hops(codes[row]);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            HostTensor tokens = HostTensor.allocate(ElementType.INT64, Shape.of(rows.length, TOKENS));
            LongBuffer buffer = tokens.writableBuffer().asLongBuffer();
            for (int row : rows) {
                buffer.put(RINGS.query(codes[row]));
                for (int node = 0; node < NODES; node++) {
                    buffer.put(RINGS.next(codes[row], node));
                }
            }
            return Map.of("tokens", tokens);
        }

        @Override
        public Display display(int row) {
            long code = codes[row];
            int hops = RINGS.hops(code);
            StringBuilder text =
                    new StringBuilder("start " + RINGS.start(code) + ", " + hops + (hops == 1 ? " hop;" : " hops;"));
            for (int node = 0; node < NODES; node++) {
                text.append(' ').append(node).append('>').append(RINGS.next(code, node));
            }
            return new Display.Text(text.toString());
        }
    }
}
