/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

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
import org.tminus.learning.data.Split;

/**
 * Inputs that ask where some hops round a ring of nodes end. Each is one number, its code: where every node points to from
 * the lowest bits up, then start and hops. All nodes are in one ring.
 *
 * <p>A hash of seed and content decides the split of every input that there is: 60 % may only be in the trunk split, 5 % in
 * decision, 25 % in calibration, 10 % in test, and a split holds each input at most once. Another size gives more or fewer
 * inputs of the same split, never one of another.
 *
 * @param task whose inputs these are; tasks draw differently
 * @param version of the generator, part of the data's SHA-256
 * @param nodes of the ring, at most 14
 * @param maxHops the most that an input can ask for, at most 9
 */
record Rings(String task, int version, int nodes, int maxHops) {
    private static final Shares SHARES = new Shares(60, 5, 25, 10);
    private static final int NODE_BITS = 4;
    private static final int NODE_MASK = (1 << NODE_BITS) - 1;

    Rings {
        if (nodes < 2 || nodes > 14 || maxHops < 1 || maxHops > 9) {
            throw new IllegalArgumentException(nodes + " nodes and " + maxHops + " hops do not fit into a number");
        }
    }

    /** Draws inputs one after the other, and gives each to the split that its hash names, until every split is full. */
    Map<Split, long[]> draw(long seed, SplitSizes sizes) {
        SplitHash hash = new SplitHash(seed);
        SplittableRandom random = new SplittableRandom(hash.of(task));
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

    /** Rings are as likely as each other. */
    private long random(SplittableRandom random) {
        int[] order = IntStream.range(0, nodes).toArray();
        for (int i = nodes - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        long code = (long) random.nextInt(nodes * maxHops) << (nodes * NODE_BITS);
        for (int i = 0; i < nodes; i++) {
            code |= (long) order[(i + 1) % nodes] << (order[i] * NODE_BITS);
        }
        return code;
    }

    /** The SHA-256 of what was drawn, lower-case hex. */
    String sha256(long seed, Map<Split, long[]> codes) {
        MessageDigest digest = SplitHash.sha256();
        digest.update((task + " generator " + version + " seed " + seed + "\n").getBytes(StandardCharsets.UTF_8));
        codes.forEach((split, drawn) -> {
            digest.update((split + " " + drawn.length + "\n").getBytes(StandardCharsets.UTF_8));
            for (long code : drawn) {
                digest.update(canonical(code).getBytes(StandardCharsets.UTF_8));
            }
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The input as text: start, hops, and where each node points to. */
    String canonical(long code) {
        StringBuilder text = new StringBuilder(48)
                .append(start(code))
                .append('+')
                .append(hops(code))
                .append(':');
        for (int node = 0; node < nodes; node++) {
            text.append(' ').append(next(code, node));
        }
        return text.toString();
    }

    /** The node that a node points to. */
    int next(long code, int node) {
        return (int) (code >>> (node * NODE_BITS)) & NODE_MASK;
    }

    /** {@code start * maxHops + hops - 1}. */
    int query(long code) {
        return (int) (code >>> (nodes * NODE_BITS));
    }

    int start(long code) {
        return query(code) / maxHops;
    }

    int hops(long code) {
        return query(code) % maxHops + 1;
    }

    /** Where one ends up. */
    int end(long code) {
        int at = start(code);
        for (int hop = hops(code); hop > 0; hop--) {
            at = next(code, at);
        }
        return at;
    }
}
