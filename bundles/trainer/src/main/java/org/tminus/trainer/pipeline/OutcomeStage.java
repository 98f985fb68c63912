/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.tminus.evaluation.AdaptiveParts;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.OutcomeRunner;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.pack.ModelGraphs;

/** Runs every path of a trie on a split, once. */
final class OutcomeStage {
    private static final int BATCH = 128;

    private OutcomeStage() {}

    /** @throws CancellationException if it was told to stop */
    static Outcomes run(
            StageStore stages,
            ModelGraphs graphs,
            PathTrie trie,
            String identity,
            TaskData.Description data,
            Split split,
            Examples examples,
            ProgressListener listener,
            BooleanSupplier stop)
            throws IOException {
        AdaptiveParts parts = graphs.parts();
        Set<Integer> exits = new HashSet<>(graphs.exitLayers());
        String fingerprint = StageStore.fingerprint(
                "outcomes", OutcomeTable.VERSION, identity, data.sha256(), data.seed(), split, trie.menu());
        String stage = "outcomes-" + split.name().toLowerCase(Locale.ROOT);
        byte[] bytes = stages.once(stage, fingerprint, () -> {
            try (OutcomeRunner runner = new OutcomeRunner(parts, trie)) {
                Outcomes outcomes = runner.run(examples, BATCH, new Reported(words(split), listener, stop));
                return OutcomeTable.toBytes(outcomes, exits::contains);
            } catch (EvaluationException e) {
                throw new IOException(e.getMessage(), e);
            }
        });
        if (bytes == null) {
            throw new CancellationException("stopped");
        }
        return OutcomeTable.of(bytes, trie, parts.costs());
    }

    private static String words(Split split) {
        return "every path on the " + split.name().toLowerCase(Locale.ROOT) + " split";
    }

    private static final class Reported implements EvaluationProgress {
        private final StageProgress progress;
        private final BooleanSupplier stop;

        Reported(String stage, ProgressListener listener, BooleanSupplier stop) {
            // The runner asks by itself whether it is to stop.
            this.progress = new StageProgress(stage, listener, () -> false);
            this.stop = stop;
        }

        @Override
        public void at(String step, long done, long total) {
            progress.at(done, total);
        }

        @Override
        public boolean isCancelled() {
            return stop.getAsBoolean();
        }
    }
}
