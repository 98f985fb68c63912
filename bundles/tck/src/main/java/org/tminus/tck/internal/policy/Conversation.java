/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyRun;
import org.tminus.tck.Finding;

/**
 * Takes a policy through one batch as the platform does: rows with the same first decision go together, of the layers
 * that they want to leave out the fewest are left out. Whatever is decided is checked.
 */
final class Conversation {
    private final Batch batch;
    private final PolicyRun run;
    private final boolean nonsense;
    private final String[] outcomes;

    private record Way(Path path, List<LayerId> checkpoints) {}

    private Conversation(Batch batch, PolicyRun run, boolean nonsense) {
        this.batch = batch;
        this.run = run;
        this.nonsense = nonsense;
        this.outcomes = new String[batch.rows()];
    }

    /**
     * What became of each row, in words.
     *
     * @param nonsense whether what is seen at checkpoints is full of NaN
     */
    static List<String> hold(Policy policy, Batch batch, boolean nonsense) throws TminusException {
        PolicyRun begun = policy.begin(batch);
        if (begun == null) {
            throw Finding.of("begin returned null.", "A PolicyRun.", "Return one, or throw a TminusException.");
        }
        try (begun) {
            Conversation conversation = new Conversation(batch, begun, nonsense);
            conversation.first();
            return Arrays.asList(conversation.outcomes);
        }
    }

    private void first() throws TminusException {
        List<Decision> decisions = run.first();
        checkCount("first()", decisions, batch.rows());
        Map<Way, List<Integer>> groups = new LinkedHashMap<>();
        for (int row = 0; row < batch.rows(); row++) {
            Decision decision = decisions.get(row);
            Path path = decision == null ? null : decision.path().orElse(null);
            if (decision == null || path == null) {
                throw Finding.of(
                        "first() decided '" + decision + "' for row " + row + ".",
                        "Decision.run(path).",
                        "Before the first layer every row needs a path.");
            }
            if (!batch.allowedPaths().contains(path)) {
                throw Finding.of(
                        "first() chose the path " + path + " for row " + row + ".",
                        "One of the allowed paths " + batch.allowedPaths() + ".",
                        "Choose from context.allowedPaths(), which limits and certificates make smaller than the"
                                + " menu.");
            }
            groups.computeIfAbsent(new Way(path, decision.checkpoints()), way -> new ArrayList<>())
                    .add(row);
        }
        for (Map.Entry<Way, List<Integer>> group : groups.entrySet()) {
            follow(group.getKey(), group.getValue());
        }
    }

    private static void checkCount(String what, @Nullable List<Decision> decisions, int rows) {
        if (decisions == null || decisions.size() != rows) {
            throw Finding.of(
                    what + " decided for " + (decisions == null ? "no" : decisions.size()) + " rows.",
                    rows + " decisions, one for each running row.",
                    "Answer with one decision per row, in their order.");
        }
    }

    private void follow(Way way, List<Integer> rows) throws TminusException {
        List<Integer> running = new ArrayList<>(rows);
        List<LayerId> ran = new ArrayList<>();
        List<LayerId> ahead = new ArrayList<>(way.path().layers());
        while (!ahead.isEmpty() && !running.isEmpty()) {
            LayerId layer = ahead.remove(0);
            ran.add(layer);
            if (way.checkpoints().contains(layer)) {
                int skipped = ask(way.path(), ran, ahead, running);
                ahead.subList(0, skipped).clear();
            }
        }
        for (int row : running) {
            outcomes[row] = new Path(ran, way.path().exit()).toString();
        }
    }

    /** @return how many layers all rows that go on want to leave out */
    private int ask(Path path, List<LayerId> ran, List<LayerId> ahead, List<Integer> running) throws TminusException {
        LayerId layer = ran.get(ran.size() - 1);
        KitCheckpoint checkpoint = new KitCheckpoint(batch, layer, List.copyOf(running), 1000L * ran.size(), nonsense);
        List<Decision> decisions = run.next(checkpoint);
        checkCount("next() after " + layer, decisions, running.size());
        int fewest = Integer.MAX_VALUE;
        List<Integer> going = new ArrayList<>();
        for (int row = 0; row < decisions.size(); row++) {
            Decision decision = decisions.get(row);
            String kind = decision == null ? "null" : decision.kind();
            switch (kind) {
                case "go-on" -> {
                    fewest = 0;
                    going.add(running.get(row));
                }
                case "stop" -> {
                    ExitId exit = decision.exit().orElseThrow();
                    checkPath(decision, layer, new Path(ran, exit));
                    outcomes[running.get(row)] = new Path(ran, exit).toString();
                }
                case "skip" -> {
                    int layers = decision.skippedLayers();
                    if (layers > ahead.size()) {
                        throw wrong(decision, layer, "only " + ahead.size() + " layers are left");
                    }
                    List<LayerId> taken = new ArrayList<>(ran);
                    taken.addAll(ahead.subList(layers, ahead.size()));
                    checkPath(decision, layer, new Path(taken, path.exit()));
                    fewest = Math.min(fewest, layers);
                    going.add(running.get(row));
                }
                default -> throw wrong(decision, layer, "that is no decision for a checkpoint");
            }
        }
        running.clear();
        running.addAll(going);
        return going.isEmpty() ? 0 : fewest;
    }

    private void checkPath(Decision decision, LayerId layer, Path path) {
        try {
            batch.model().check(path);
        } catch (InvalidRequestException e) {
            List<ExitId> exits = batch.model().exits().stream().map(Exit::id).toList();
            throw wrong(decision, layer, e.getMessage() + " The exits are " + exits);
        }
    }

    private static Finding wrong(@Nullable Decision decision, LayerId layer, String why) {
        return Finding.of(
                "next() after " + layer + " decided '" + decision + "': " + why + ".",
                "goOn(), stop(exit) or skip(layers) that the model can follow.",
                "Stop at exits of the model, and skip layers that are still ahead and can be skipped.");
    }
}
