/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The losses of some operating points on the same inputs. Inputs stand in the order of the SHA-256 of their ids, so that
 * nobody can choose an order that suits a test. Immutable.
 */
public final class LossMatrix {
    private final Risk risk;
    private final List<String> points;
    private final List<String> ids;
    private final byte[][] losses;

    private LossMatrix(Risk risk, List<String> points, List<String> ids, byte[][] losses) {
        this.risk = risk;
        this.points = points;
        this.ids = ids;
        this.losses = losses;
    }

    /**
     * Checks, copies and orders losses.
     *
     * @param points names, safest first, in an order that was chosen without these inputs (on the decision split)
     * @param ids of the inputs, each once: two copies of one input would not be independent
     * @param losses per point, per input; -1, 0 or 1 for the loss of accuracy, 0 or 1 for disagreement
     * @throws IllegalArgumentException if sizes differ, a name or id is there twice, a loss has another value, or there is
     *     no point or no input
     */
    public static LossMatrix of(Risk risk, List<String> points, List<String> ids, byte[][] losses) {
        if (points.isEmpty() || ids.isEmpty()) {
            throw new IllegalArgumentException("There are " + points.size() + " points and " + ids.size() + " inputs");
        }
        if (losses.length != points.size()) {
            throw new IllegalArgumentException("Losses of " + losses.length + " points, names of " + points.size());
        }
        if (new HashSet<>(points).size() < points.size()) {
            throw new IllegalArgumentException("A point is there twice: " + points);
        }
        if (new HashSet<>(ids).size() < ids.size()) {
            throw new IllegalArgumentException("An input is there twice; leave out copies, they are not independent");
        }
        for (byte[] each : losses) {
            check(risk, each, ids.size());
        }
        int[] order = order(ids);
        byte[][] sorted = new byte[losses.length][ids.size()];
        List<String> sortedIds = new ArrayList<>(ids.size());
        for (int i = 0; i < order.length; i++) {
            sortedIds.add(ids.get(order[i]));
            for (int point = 0; point < losses.length; point++) {
                sorted[point][i] = losses[point][order[i]];
            }
        }
        return new LossMatrix(risk, List.copyOf(points), List.copyOf(sortedIds), sorted);
    }

    private static void check(Risk risk, byte[] losses, int inputs) {
        if (losses.length != inputs) {
            throw new IllegalArgumentException("Losses of " + losses.length + " inputs, ids of " + inputs);
        }
        for (byte loss : losses) {
            if (loss > 1 || loss < (risk == Risk.DISAGREEMENT ? 0 : -1)) {
                throw new IllegalArgumentException("A loss of risk " + risk.key() + " cannot be " + loss);
            }
        }
    }

    private static int[] order(List<String> ids) {
        byte[][] hashes = new byte[ids.size()][];
        Integer[] order = new Integer[ids.size()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = sha256(ids.get(i));
            order[i] = i;
        }
        Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(hashes[a], hashes[b]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** 1 if only full depth is right, -1 if only the adaptive answer is, else 0. */
    public static byte accuracyLoss(boolean fullDepthRight, boolean adaptiveRight) {
        return (byte) ((fullDepthRight ? 1 : 0) - (adaptiveRight ? 1 : 0));
    }

    /** 0 if the answers are the same, else 1. */
    public static byte disagreement(boolean agrees) {
        return (byte) (agrees ? 0 : 1);
    }

    /** The inputs of both, which have no id in common; for resplits only, never for certifying. */
    public LossMatrix with(LossMatrix other) {
        if (other.risk != risk || !other.points.equals(points)) {
            throw new IllegalArgumentException("Losses of other points or another risk");
        }
        List<String> all = new ArrayList<>(ids);
        all.addAll(other.ids);
        byte[][] joined = new byte[losses.length][];
        for (int point = 0; point < joined.length; point++) {
            joined[point] = Arrays.copyOf(losses[point], all.size());
            System.arraycopy(other.losses[point], 0, joined[point], ids.size(), other.ids.size());
        }
        return of(risk, points, all, joined);
    }

    public Risk risk() {
        return risk;
    }

    /** Names, safest first. */
    public List<String> points() {
        return points;
    }

    public int inputs() {
        return ids.size();
    }

    /** The losses of a point in the order for tests; a copy. */
    public byte[] losses(int point) {
        return losses[point].clone();
    }

    /** The mean loss of a point, -1 to 1. */
    public double mean(int point) {
        int sum = 0;
        for (byte loss : losses[point]) {
            sum += loss;
        }
        return (double) sum / ids.size();
    }

    /** The share of inputs whose loss is not 0. */
    public double discordance(int point) {
        return (double) count(point) / ids.size();
    }

    /** The number of inputs whose loss is not 0. */
    long count(int point) {
        long count = 0;
        for (byte loss : losses[point]) {
            count += loss == 0 ? 0 : 1;
        }
        return count;
    }

    /** For this package, which does not write to it. */
    byte[][] raw() {
        return losses;
    }
}
