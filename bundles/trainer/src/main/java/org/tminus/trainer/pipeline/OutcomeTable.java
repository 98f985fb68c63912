/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

/** Outcomes as bytes, so that a stage keeps them; trie and costs come from the model. */
final class OutcomeTable {
    /** Stands for the layout and for how the numbers come about: other ones are another version. */
    static final int VERSION = 2;

    private static final int NO_EXIT = -1;

    private OutcomeTable() {}

    /** @param exits says of a layer whether an exit follows it */
    static byte[] toBytes(Outcomes outcomes, IntPredicate exits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes, 1 << 16))) {
            int nodes = outcomes.trie().nodes().size();
            out.writeInt(nodes);
            out.writeInt(outcomes.rows());
            out.writeInt(outcomes.classes());
            out.writeBoolean(outcomes.comparesAnswers());
            for (int row = 0; row < outcomes.rows(); row++) {
                out.writeInt(outcomes.truth(row));
                out.writeInt(outcomes.length(row));
            }
            for (int node = 1; node < nodes; node++) {
                boolean answers = exits.test(outcomes.trie().nodes().get(node).layer());
                out.writeBoolean(answers);
                for (int row = 0; answers && row < outcomes.rows(); row++) {
                    out.writeInt(outcomes.answer(node, row));
                    out.writeInt(outcomes.shown(node, row));
                    for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
                        out.writeFloat(outcomes.observation(node, row, i));
                    }
                }
            }
        }
        return bytes.toByteArray();
    }

    static Outcomes of(byte[] bytes, PathTrie trie, PathCosts costs) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(new ByteArrayInputStream(bytes), 1 << 16))) {
            int nodes = in.readInt();
            int rows = in.readInt();
            int classes = in.readInt();
            boolean comparable = in.readBoolean();
            int[] truth = new int[rows];
            int[] lengths = new int[rows];
            for (int row = 0; row < rows; row++) {
                truth[row] = in.readInt();
                lengths[row] = in.readInt();
            }
            int[][] answers = new int[nodes][0];
            int[][] shown = new int[nodes][0];
            float[][] observations = new float[nodes][0];
            for (int node = 1; node < nodes; node++) {
                answers[node] = new int[rows];
                Arrays.fill(answers[node], NO_EXIT);
                shown[node] = answers[node].clone();
                observations[node] = new float[rows * Outcomes.OBSERVATIONS];
                if (!in.readBoolean()) {
                    continue;
                }
                for (int row = 0; row < rows; row++) {
                    answers[node][row] = in.readInt();
                    shown[node][row] = in.readInt();
                    for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
                        observations[node][row * Outcomes.OBSERVATIONS + i] = in.readFloat();
                    }
                }
            }
            Outcomes outcomes =
                    new Outcomes(trie, costs, classes, answers, observations, truth, lengths, null).withShown(shown);
            return comparable ? outcomes : outcomes.withVerdicts(answers);
        }
    }
}
