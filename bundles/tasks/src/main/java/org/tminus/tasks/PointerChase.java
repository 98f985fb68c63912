/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
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

    private static final int GENERATOR_VERSION = 2;
    private static final Shares SHARES = new Shares(60, 5, 25, 10);
    private static final int NODE_BITS = 4;
    private static final int NODE_MASK = (1 << NODE_BITS) - 1;
    private static final int QUERY_SHIFT = NODES * NODE_BITS;

    /** How many inputs a split has; each from 1 to {@link #MAXIMUM}. */
    public record Sizes(int trunk, int decision, int calibration, int test) {
        /** The most inputs of a split, a bound on memory. */
        public static final int MAXIMUM = 5_000_000;
        /** Enough to learn the task, and to certify 0.3 points. */
        public static final Sizes DEFAULT = new Sizes(400_000, 20_000, 100_000, 20_000);

        /**
         * Checks the sizes.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Sizes {
            for (int size : new int[] {trunk, decision, calibration, test}) {
                if (size < 1 || size > MAXIMUM) {
                    throw new IllegalArgumentException(
                            "A split of " + NAME + " can have 1 to " + MAXIMUM + " inputs, not " + size);
                }
            }
        }

        int of(Split split) {
            return switch (split) {
                case TRUNK -> trunk;
                case DECISION -> decision;
                case CALIBRATION -> calibration;
                case TEST -> test;
            };
        }

        private int sum() {
            return trunk + decision + calibration + test;
        }
    }

    private PointerChase() {}

    /** The task with {@link Sizes#DEFAULT}; takes a few seconds. */
    public static TaskData generate(long seed) {
        return generate(seed, Sizes.DEFAULT);
    }

    /** The task in another size. The examples implement {@link KnownDifficulty}. */
    public static TaskData generate(long seed, Sizes sizes) {
        Map<Split, long[]> codes = draw(seed, sizes);
        MessageDigest digest = SplitHash.sha256();
        digest.update(
                (NAME + " generator " + GENERATOR_VERSION + " seed " + seed + "\n").getBytes(StandardCharsets.UTF_8));
        codes.forEach((split, drawn) -> {
            digest.update((split + " " + drawn.length + "\n").getBytes(StandardCharsets.UTF_8));
            for (long code : drawn) {
                digest.update(canonical(code).getBytes(StandardCharsets.UTF_8));
            }
        });
        TaskData.Description description = new TaskData.Description(
                NAME,
                IntStream.range(0, NODES).mapToObj(Integer::toString).toList(),
                HexFormat.of().formatHex(digest.digest()),
                "generated; free of rights",
                seed,
                Map.of("generator", "version " + GENERATOR_VERSION));
        return new TaskData(description, split -> new Chases(Objects.requireNonNull(codes.get(split))));
    }

    /** Draws inputs one after the other, and gives each to the split that its hash names, until every split is full. */
    private static Map<Split, long[]> draw(long seed, Sizes sizes) {
        SplitHash hash = new SplitHash(seed);
        SplittableRandom random = new SplittableRandom(hash.of(NAME));
        Map<Split, long[]> drawn = new EnumMap<>(Split.class);
        Map<Split, Integer> filled = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            drawn.put(split, new long[sizes.of(split)]);
        }
        Set<Long> seen = new HashSet<>(2 * sizes.sum());
        while (seen.size() < sizes.sum()) {
            long code = random(random);
            Split split = SHARES.of(hash.of(canonical(code)));
            long[] codes = Objects.requireNonNull(drawn.get(split));
            int next = filled.getOrDefault(split, 0);
            if (next < codes.length && seen.add(code)) {
                codes[next] = code;
                filled.put(split, next + 1);
            }
        }
        return drawn;
    }

    /** Where each node points to from the lowest bits up, then the query. Rings are as likely as each other. */
    private static long random(SplittableRandom random) {
        int[] order = IntStream.range(0, NODES).toArray();
        for (int i = NODES - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        long code = (long) random.nextInt(NODES * MAX_HOPS) << QUERY_SHIFT;
        for (int i = 0; i < NODES; i++) {
            code |= (long) order[(i + 1) % NODES] << (order[i] * NODE_BITS);
        }
        return code;
    }

    /** The input as text: start, hops, and where each node points to. */
    private static String canonical(long code) {
        StringBuilder text = new StringBuilder(40)
                .append(start(code))
                .append('+')
                .append(hops(code))
                .append(':');
        for (int node = 0; node < NODES; node++) {
            text.append(' ').append(next(code, node));
        }
        return text.toString();
    }

    private static int next(long code, int node) {
        return (int) (code >>> (node * NODE_BITS)) & NODE_MASK;
    }

    private static int query(long code) {
        return (int) (code >>> QUERY_SHIFT);
    }

    private static int start(long code) {
        return query(code) / MAX_HOPS;
    }

    private static int hops(long code) {
        return query(code) % MAX_HOPS + 1;
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
            return canonical(codes[row]);
        }

        @Override
        public int label(int row) {
            int at = start(codes[row]);
            for (int hop = hops(codes[row]); hop > 0; hop--) {
                at = next(codes[row], at);
            }
            return at;
        }

        @Override
        public int length(int row) {
            return TOKENS;
        }

        @Override
        public int difficulty(int row) {
            return hops(codes[row]);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            HostTensor tokens = HostTensor.allocate(ElementType.INT64, Shape.of(rows.length, TOKENS));
            LongBuffer buffer = tokens.writableBuffer().asLongBuffer();
            for (int row : rows) {
                buffer.put(query(codes[row]));
                for (int node = 0; node < NODES; node++) {
                    buffer.put(next(codes[row], node));
                }
            }
            return Map.of("tokens", tokens);
        }

        @Override
        public Display display(int row) {
            long code = codes[row];
            int hops = hops(code);
            StringBuilder text =
                    new StringBuilder("start " + start(code) + ", " + hops + (hops == 1 ? " hop;" : " hops;"));
            for (int node = 0; node < NODES; node++) {
                text.append(' ').append(node).append('>').append(next(code, node));
            }
            return new Display.Text(text.toString());
        }
    }
}
