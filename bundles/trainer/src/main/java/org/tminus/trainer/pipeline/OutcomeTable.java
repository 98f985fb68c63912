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
import java.util.function.IntPredicate;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

/** Outcomes as bytes, so that a stage keeps them; trie and costs come from the model. */
final class OutcomeTable {
    private OutcomeTable() {}

    /** @param exits says of a layer whether an exit follows it */
    static byte[] toBytes(Outcomes outcomes, IntPredicate exits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes, 1 << 16))) {
            int nodes = outcomes.trie().nodes().size();
            out.writeInt(nodes);
            out.writeInt(outcomes.rows());
            // Negative where answers must not be compared with each other.
            out.writeInt(outcomes.comparesAnswers() ? outcomes.classes() : -outcomes.classes());
            for (int row = 0; row < outcomes.rows(); row++) {
                out.writeInt(outcomes.truth(row));
                out.writeInt(outcomes.length(row));
            }
            for (int node = 1; node < nodes; node++) {
                boolean answers = exits.test(outcomes.trie().nodes().get(node).layer());
                out.writeBoolean(answers);
                for (int row = 0; answers && row < outcomes.rows(); row++) {
                    out.writeInt(outcomes.answer(node, row));
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
            int[] truth = new int[rows];
            int[] lengths = new int[rows];
            for (int row = 0; row < rows; row++) {
                truth[row] = in.readInt();
                lengths[row] = in.readInt();
            }
            int[][] answers = new int[nodes][0];
            float[][] observations = new float[nodes][0];
            for (int node = 1; node < nodes; node++) {
                if (!in.readBoolean()) {
                    continue;
                }
                answers[node] = new int[rows];
                observations[node] = new float[rows * Outcomes.OBSERVATIONS];
                for (int row = 0; row < rows; row++) {
                    answers[node][row] = in.readInt();
                    for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
                        observations[node][row * Outcomes.OBSERVATIONS + i] = in.readFloat();
                    }
                }
            }
            Outcomes outcomes =
                    new Outcomes(trie, costs, Math.abs(classes), answers, observations, truth, lengths, null);
            return classes < 0 ? outcomes.withObservations(observations) : outcomes;
        }
    }
}
