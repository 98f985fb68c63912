/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import java.util.Arrays;
import java.util.List;

/**
 * The feature set {@code tokens-v1}: 16 numbers that tell how long, varied and unusual a text is, from its token ids
 * alone. Padding is left out by the attention mask; special tokens count like any other. Vocabularies put special and
 * frequent pieces first, so the size of an id stands in for how rare its piece is; a rank is {@code ln(1 + id)}.
 *
 * <table>
 * <caption>Features by index, for <i>n</i> tokens</caption>
 * <tr><td>0–1</td><td><i>n</i>, and {@code ln(1 + n)}</td></tr>
 * <tr><td>2</td><td>different ids over <i>n</i></td></tr>
 * <tr><td>3</td><td>share of tokens whose id occurs once</td></tr>
 * <tr><td>4</td><td>share of the most frequent id</td></tr>
 * <tr><td>5</td><td>entropy of the ids over {@code ln(n)}: 1 when all differ</td></tr>
 * <tr><td>6</td><td>share of tokens that repeat the one before</td></tr>
 * <tr><td>7–10</td><td>mean, standard deviation, median and maximum of the rank</td></tr>
 * <tr><td>11</td><td>mean absolute difference of the rank to the token before</td></tr>
 * <tr><td>12–15</td><td>share of ids below 1,000, from 1,000, from 5,000 and from 20,000 on</td></tr>
 * </table>
 *
 * <p>A text without tokens has zeros. A negative id counts as 0 in ranks. Stateless and safe for several threads;
 * allocates nothing.
 */
public final class TokenFeatures {
    /** Name of this feature set, as models refer to it. */
    public static final String NAME = "tokens-v1";

    /** How many features there are. */
    public static final int COUNT = 16;

    /** Short names of the features, by index. */
    public static final List<String> NAMES = List.of(
            "length",
            "logLength",
            "distinct",
            "once",
            "mostFrequent",
            "evenness",
            "repeats",
            "rankMean",
            "rankDeviation",
            "rankMedian",
            "rankMaximum",
            "rankSteps",
            "idsBelow1000",
            "idsFrom1000",
            "idsFrom5000",
            "idsFrom20000");

    private TokenFeatures() {}

    /**
     * Computes the features of one text.
     *
     * @param ids the text's token ids from index 0, without padding; sorted afterwards
     * @param length how many there are
     * @param out receives {@link #COUNT} values from index 0
     * @throws IllegalArgumentException if the length is negative or an array is too short
     */
    public static void compute(long[] ids, int length, float[] out) {
        if (length < 0 || length > ids.length) {
            throw new IllegalArgumentException("there are " + ids.length + " ids, not " + length);
        }
        if (out.length < COUNT) {
            throw new IllegalArgumentException("room for " + COUNT + " features needed, found " + out.length);
        }
        Arrays.fill(out, 0, COUNT, 0);
        if (length == 0) {
            return;
        }
        inOrder(ids, length, out);
        Arrays.sort(ids, 0, length);
        sorted(ids, length, out);
    }

    private static void inOrder(long[] ids, int length, float[] out) {
        double sum = 0;
        double squares = 0;
        double steps = 0;
        double before = 0;
        int repeats = 0;
        for (int index = 0; index < length; index++) {
            double rank = rank(ids[index]);
            sum += rank;
            squares += rank * rank;
            if (index > 0) {
                steps += Math.abs(rank - before);
                repeats += ids[index] == ids[index - 1] ? 1 : 0;
            }
            before = rank;
            out[band(ids[index])]++;
        }
        double mean = sum / length;
        out[6] = (float) (repeats / (double) length);
        out[7] = (float) mean;
        out[8] = (float) Math.sqrt(Math.max(0, squares / length - mean * mean));
        out[11] = (float) (steps / length);
        for (int band = 12; band < COUNT; band++) {
            out[band] /= length;
        }
    }

    private static int band(long id) {
        return id < 1_000 ? 12 : id < 5_000 ? 13 : id < 20_000 ? 14 : 15;
    }

    private static void sorted(long[] ids, int length, float[] out) {
        int distinct = 0;
        int once = 0;
        int most = 0;
        double entropy = 0;
        int start = 0;
        for (int index = 1; index <= length; index++) {
            if (index < length && ids[index] == ids[start]) {
                continue;
            }
            int times = index - start;
            distinct++;
            once += times == 1 ? 1 : 0;
            most = Math.max(most, times);
            double share = times / (double) length;
            entropy -= share * Math.log(share);
            start = index;
        }
        out[0] = length;
        out[1] = (float) Math.log1p(length);
        out[2] = (float) (distinct / (double) length);
        out[3] = (float) (once / (double) length);
        out[4] = (float) (most / (double) length);
        out[5] = length == 1 ? 1 : (float) (entropy / Math.log(length));
        out[9] = (float) ((rank(ids[(length - 1) / 2]) + rank(ids[length / 2])) / 2);
        out[10] = (float) rank(ids[length - 1]);
    }

    private static double rank(long id) {
        return Math.log1p((double) Math.max(0, id));
    }
}
