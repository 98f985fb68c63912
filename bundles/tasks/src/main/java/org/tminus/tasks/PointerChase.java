/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
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
 * Generated inputs of known complexity: 8 nodes, each pointing to one (a permutation), a start and 1 to 6 hops; the answer
 * is the node where one ends up.
 *
 * <p>The input {@code tokens} is int64 [batch, 9]: token 0 is {@code start * 6 + hops - 1} (0 to 47), tokens 1 to 8 are the
 * nodes that nodes 0 to 7 point to (0 to 7). There are 8 classes.
 *
 * <p>There are only 8! * 48 = 1,935,360 different inputs, and a training set of 400,000 is a fifth of them. So that test
 * figures cannot come from memory, a hash of seed and content decides the split of every one of these inputs, and a split
 * holds each input at most once: 60 % may only be in the trunk split, 5 % in decision, 25 % in calibration, 10 % in test.
 * What is not drawn is in no split. A split is hence a simple random sample without replacement of all inputs, and another
 * size gives more or fewer inputs of the same split, never one of another.
 */
public final class PointerChase {
    /** The name of the task. */
    public static final String NAME = "pointer-chase";
    /** The number of nodes, and of classes. */
    public static final int NODES = 8;
    /** The most hops that an input can ask for. */
    public static final int MAX_HOPS = 6;
    /** The length of every input. */
    public static final int TOKENS = NODES + 1;
    /** How many different inputs there are. */
    public static final int INPUTS = 40_320 * NODES * MAX_HOPS;

    private static final int GENERATOR_VERSION = 1;
    private static final Shares SHARES = new Shares(60, 5, 25, 10);
    /** Bits that hold any input's number. */
    private static final int CODE_BITS = 21;

    /**
     * How many inputs a split has.
     *
     * @param trunk at most about 1,160,000
     * @param decision at most about 96,000
     * @param calibration at most about 480,000
     * @param test at most about 190,000
     */
    public record Sizes(int trunk, int decision, int calibration, int test) {
        /** Enough to learn the task, and to certify 0.3 points. */
        public static final Sizes DEFAULT = new Sizes(400_000, 20_000, 100_000, 20_000);

        int of(Split split) {
            return switch (split) {
                case TRUNK -> trunk;
                case DECISION -> decision;
                case CALIBRATION -> calibration;
                case TEST -> test;
            };
        }
    }

    private PointerChase() {}

    /** The task with {@link Sizes#DEFAULT}; takes a few seconds. */
    public static TaskData generate(long seed) {
        return generate(seed, Sizes.DEFAULT);
    }

    /**
     * The task in another size. The examples implement {@link KnownDifficulty}.
     *
     * @throws IllegalArgumentException if a split has no input or more than there are for it
     */
    public static TaskData generate(long seed, Sizes sizes) {
        Map<Split, int[]> codes = draw(seed, sizes);
        MessageDigest digest = SplitHash.sha256();
        digest.update(
                (NAME + " generator " + GENERATOR_VERSION + " seed " + seed + "\n").getBytes(StandardCharsets.UTF_8));
        codes.forEach((split, drawn) -> {
            digest.update((split + " " + drawn.length + "\n").getBytes(StandardCharsets.UTF_8));
            for (int code : drawn) {
                digest.update(canonical(code).getBytes(StandardCharsets.UTF_8));
            }
        });
        TaskData.Description description = new TaskData.Description(
                NAME,
                IntStream.range(0, NODES).mapToObj(Integer::toString).toList(),
                HexFormat.of().formatHex(digest.digest()),
                "generated; free of rights",
                seed,
                Map.of("generator", "version " + GENERATOR_VERSION, "different inputs", Integer.toString(INPUTS)));
        return new TaskData(description, split -> new Chases(Objects.requireNonNull(codes.get(split))));
    }

    private static Map<Split, int[]> draw(long seed, Sizes sizes) {
        SplitHash hash = new SplitHash(seed);
        long[] keys = new long[INPUTS];
        for (int code = 0; code < INPUTS; code++) {
            // Hash and number in one long: sorting is then all it takes to draw, and memory stays at 16 MB.
            keys[code] = hash.of(canonical(code)) >>> CODE_BITS << CODE_BITS | code;
        }
        Arrays.sort(keys);
        Map<Split, int[]> drawn = new EnumMap<>(Split.class);
        int from = 0;
        for (Split split : Split.values()) {
            int to = from;
            while (to < INPUTS && SHARES.of(keys[to] >>> CODE_BITS << CODE_BITS) == split) {
                to++;
            }
            int size = sizes.of(split);
            if (size < 1 || size > to - from) {
                throw new IllegalArgumentException("The " + split + " split of " + NAME + " can have 1 to "
                        + (to - from) + " inputs with this seed, not " + size);
            }
            drawn.put(
                    split,
                    Arrays.stream(keys, from, from + size)
                            .mapToInt(PointerChase::code)
                            .toArray());
            from = to;
        }
        return drawn;
    }

    private static int code(long key) {
        return (int) (key & ((1L << CODE_BITS) - 1));
    }

    /** The input as text: start, hops, and where each node points to. */
    private static String canonical(int code) {
        StringBuilder text = new StringBuilder(3 + NODES)
                .append(start(code))
                .append('+')
                .append(hops(code))
                .append(':');
        for (int node : next(code)) {
            text.append(node);
        }
        return text.toString();
    }

    private static int query(int code) {
        return code % (NODES * MAX_HOPS);
    }

    private static int start(int code) {
        return query(code) / MAX_HOPS;
    }

    private static int hops(int code) {
        return query(code) % MAX_HOPS + 1;
    }

    /** The permutation of that number in lexicographic order. */
    private static int[] next(int code) {
        int rank = code / (NODES * MAX_HOPS);
        int[] digits = new int[NODES];
        for (int base = 1; base <= NODES; base++) {
            digits[NODES - base] = rank % base;
            rank /= base;
        }
        int free = (1 << NODES) - 1;
        int[] next = new int[NODES];
        for (int i = 0; i < NODES; i++) {
            int rest = free;
            for (int skip = digits[i]; skip > 0; skip--) {
                rest &= rest - 1;
            }
            next[i] = Integer.numberOfTrailingZeros(rest);
            free &= ~(1 << next[i]);
        }
        return next;
    }

    /** Worked out from the numbers of the inputs whenever asked; immutable. */
    private static final class Chases implements KnownDifficulty {
        private final int[] codes;

        Chases(int[] codes) {
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
            int[] next = next(codes[row]);
            int at = start(codes[row]);
            for (int hop = hops(codes[row]); hop > 0; hop--) {
                at = next[at];
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
                for (int node : next(codes[row])) {
                    buffer.put(node);
                }
            }
            return Map.of("tokens", tokens);
        }

        @Override
        public Display display(int row) {
            int hops = hops(codes[row]);
            StringBuilder text =
                    new StringBuilder("start " + start(codes[row]) + ", " + hops + (hops == 1 ? " hop;" : " hops;"));
            int[] next = next(codes[row]);
            for (int node = 0; node < NODES; node++) {
                text.append(' ').append(node).append('>').append(next[node]);
            }
            return new Display.Text(text.toString());
        }
    }
}
