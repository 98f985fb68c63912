/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.tminus.learning.data.Groups;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.OptimumGap;
import org.tminus.learning.policy.PolicyOnnx;
import org.tminus.learning.policy.PpoOptions;
import org.tminus.learning.policy.PpoProgress;
import org.tminus.learning.policy.PpoRun;
import org.tminus.learning.policy.PpoTrainer;
import org.tminus.learning.policy.UpdateFigures;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;

/** Trainings of policies, each kept as a stage of its own. Used by one thread. */
final class PolicyRuns {
    private static final double HELD_OUT = 0.25;
    private static final int CURVE_POINTS = 60;
    private static final double GAP_PRICE = 0.1;
    private static final int GAP_PATHS = 5;
    private static final int GAP_ROWS = 4000;
    private static final int GAP_BINS = 3;

    private final StageStore stages;
    private final String identity;
    private final Groups groups;
    private final ProgressListener listener;
    private final BooleanSupplier stop;

    /**
     * @param identity names all that the outcomes were made from
     * @param groups of the decision split
     */
    PolicyRuns(StageStore stages, String identity, Groups groups, ProgressListener listener, BooleanSupplier stop) {
        this.stages = stages;
        this.identity = identity;
        this.groups = groups;
        this.listener = listener;
        this.stop = stop;
    }

    /**
     * A finished training.
     *
     * @param score held-out quality, by which seeds are chosen
     * @param reward held-out reward
     * @param onnx the policy
     * @param summary for the provenance
     * @param curve for the report
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Run(
            long seed,
            double score,
            double reward,
            byte[] onnx,
            Map<String, Object> summary,
            Map<String, Object> curve) {
        static final Comparator<Run> BY_SCORE = Comparator.comparingDouble(Run::score);
    }

    /**
     * A training.
     *
     * @param hidden units of the LSTM
     * @throws CancellationException if it was told to stop
     */
    Run run(Outcomes decision, Loop loop, int hidden, long seed, int updates) throws IOException {
        String fingerprint = StageStore.fingerprint(
                PpoTrainer.VERSION, identity, decision.trie().menu(), loop, hidden, seed, updates, HELD_OUT);
        String name = loop.label() + "-" + hidden + "-" + seed;
        byte[] bytes = stages.once("policy-" + name, fingerprint, () -> {
            PpoOptions options =
                    PpoOptions.builder().hidden(hidden).updates(updates).build();
            int[][] parts = groups.heldOut(HELD_OUT);
            PpoTrainer trainer = new PpoTrainer(decision.select(parts[0]), decision.select(parts[1]), loop, options);
            return toBytes(
                    trainer.train(seed, reported("policy " + loop.label() + " of " + hidden + " units, seed " + seed)),
                    loop);
        });
        if (bytes == null) {
            throw new CancellationException("stopped");
        }
        return of(bytes);
    }

    /**
     * How far PPO stays behind the exact optimum where that can be worked out: some of the examples, few paths, and
     * confidences seen coarsely. A large gap names a fault of the training.
     *
     * @throws CancellationException if it was told to stop
     */
    Map<String, Object> optimumGap(Outcomes decision, Loop loop, long seed, int updates) throws IOException {
        String fingerprint = StageStore.fingerprint(
                "optimum",
                PpoTrainer.VERSION,
                identity,
                decision.trie().menu(),
                loop,
                seed,
                updates,
                GAP_PRICE,
                GAP_PATHS,
                GAP_ROWS);
        byte[] bytes = stages.once("policy-" + loop.label() + "-optimum", fingerprint, () -> {
            listener.message("comparing the training of policies with the exact optimum of a coarser problem");
            int[] rows = IntStream.range(0, Math.min(GAP_ROWS, decision.rows())).toArray();
            Outcomes small = decision.select(rows).restrict(some(decision.trie().menu()));
            PpoOptions options = PpoOptions.builder().updates(updates).build();
            OptimumGap gap = OptimumGap.measure(
                    small, loop, GAP_PRICE, GAP_BINS, options, seed, reported("policy of a coarser problem"));
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("gap", gap.gap());
            figures.put("optimum", gap.optimum());
            figures.put("ppo", gap.ppo());
            figures.put("bestFixedPath", gap.fixed());
            figures.put("shareOfGain", gap.shareOfGain());
            figures.put("price", gap.price());
            figures.put("states", gap.states());
            return Json.bytes(figures);
        });
        if (bytes == null) {
            throw new CancellationException("stopped");
        }
        return Json.map(bytes);
    }

    /** A few paths of a menu, spread over its costs, full depth last. */
    private static List<MenuPath> some(List<MenuPath> menu) {
        int count = Math.min(GAP_PATHS, menu.size());
        List<MenuPath> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(menu.get(count == 1 ? menu.size() - 1 : i * (menu.size() - 1) / (count - 1)));
        }
        return chosen;
    }

    private static byte[] toBytes(PpoRun run, Loop loop) throws IOException {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("seed", run.seed());
        summary.put("score", run.score());
        summary.put("reward", run.reward());
        summary.put("bestUpdate", run.bestUpdate());
        summary.put("warmStart", run.warmStart().kind().name());
        summary.put("warmStartScore", run.warmStart().score());
        summary.put(
                "findings",
                run.findings().stream()
                        .map(each -> each.fault() + ": " + each.detail())
                        .toList());
        byte[] onnx = PolicyOnnx.toBytes(run.policy(), Map.of("tminus.seed", String.valueOf(run.seed())));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(run.seed());
            out.writeDouble(run.score());
            out.writeDouble(run.reward());
            for (byte[] part : new byte[][] {onnx, Json.bytes(summary), Json.bytes(curve(run, loop))}) {
                out.writeInt(part.length);
                out.write(part);
            }
        }
        return bytes.toByteArray();
    }

    private static Run of(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            long seed = in.readLong();
            double score = in.readDouble();
            double reward = in.readDouble();
            byte[] onnx = in.readNBytes(in.readInt());
            Map<String, Object> summary = Json.map(in.readNBytes(in.readInt()));
            Map<String, Object> curve = Json.map(in.readNBytes(in.readInt()));
            return new Run(seed, score, reward, onnx, summary, curve);
        }
    }

    private static Map<String, Object> curve(PpoRun run, Loop loop) {
        List<UpdateFigures> all = run.curve();
        List<Integer> steps = new ArrayList<>();
        List<Double> reward = new ArrayList<>();
        List<Double> kl = new ArrayList<>();
        List<Double> entropy = new ArrayList<>();
        int points = Math.min(CURVE_POINTS, all.size());
        for (int i = 0; i < points; i++) {
            UpdateFigures figures = all.get((int) ((long) i * (all.size() - 1) / Math.max(1, points - 1)));
            steps.add(figures.update());
            reward.add(figures.reward());
            kl.add(figures.kl());
            entropy.add(figures.entropy());
        }
        Map<String, Object> curve = new LinkedHashMap<>();
        curve.put("name", loop.label() + ", seed " + run.seed());
        curve.put("steps", steps);
        curve.put("reward", reward);
        curve.put("kl", kl);
        curve.put("entropy", entropy);
        return curve;
    }

    private PpoProgress reported(String stage) {
        StageProgress progress = new StageProgress(stage, listener, stop);
        return (seed, figures, updates) -> progress.at(
                figures.update() + 1,
                updates,
                Map.of(
                        "reward", figures.reward(),
                        "kept", figures.quality(),
                        "FLOPs", figures.flopsRatio(),
                        "entropy", figures.entropy()));
    }
}
