/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Candidate;
import org.tminus.certificate.CertificateResult;
import org.tminus.certificate.Certification;
import org.tminus.certificate.Certifier;
import org.tminus.certificate.LossMatrix;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.decide.PointChoice;
import org.tminus.trainer.pack.ModelGraphs;

/**
 * Certifies operating points of a finished model on the calibration split, on one input of every group, since tests count on
 * inputs that are independent. What is promised, with which test and in which
 * order of points, is fixed before the split is opened.
 */
final class Certifying {
    private static final String NUMERIC_CLASS = "fp32";
    private static final double TOLERANCE = 1e-4;

    private final Recipe recipe;
    private final StageStore stages;
    private final ProgressListener listener;
    private final BooleanSupplier stop;

    /**
     * What came out.
     *
     * @param json the member {@code certificate}; {@code null} if nothing is certified
     * @param order names of the points in the order of their tests
     * @param certified names of the points that it holds for
     * @param looks how often these inputs were looked at in this work folder, this time included
     * @param sentence for people
     */
    record Result(@Nullable String json, List<String> order, List<String> certified, int looks, String sentence) {}

    Certifying(Recipe recipe, StageStore stages, ProgressListener listener, BooleanSupplier stop) {
        this.recipe = recipe;
        this.stages = stages;
        this.listener = listener;
        this.stop = stop;
    }

    Result certify(
            ModelGraphs graphs,
            String identity,
            Path folder,
            Outcomes decision,
            List<PointChoice.Chosen> points,
            @Nullable Predictor predictor)
            throws IOException {
        PathTrie menu = decision.trie();
        Risk risk = decision.isLabelled() ? recipe.promise().risk() : Risk.DISAGREEMENT;
        List<PointChoice.Chosen> order = safestFirst(risk, decision, points);
        if (order.isEmpty()) {
            return new Result(null, List.of(), List.of(), 0, "There is no adaptive operating point to certify.");
        }
        int looks = looks(identity, order);
        Examples examples = recipe.data().accessFor(Purpose.CERTIFYING).open(Split.CALIBRATION);
        Groups groups = Groups.of(examples);
        int[] independent = groups.oneEach();
        String source = groups.areSingle()
                ? "all of the calibration split"
                : "one of each group of the calibration split, which has " + examples.size();
        listener.message("certifying on " + independent.length + " inputs, " + source);
        Outcomes outcomes = OutcomeStage.run(
                stages,
                graphs,
                menu,
                identity,
                recipe.data().description(),
                Split.CALIBRATION,
                examples,
                listener,
                stop);
        if (predictor != null) {
            outcomes = predictor.predicted(outcomes, examples);
        }
        outcomes = outcomes.select(independent);
        List<String> ids = IntStream.of(independent).mapToObj(examples::id).toList();
        LossMatrix disagreement = losses(Risk.DISAGREEMENT, outcomes, ids, order);
        LossMatrix losses = risk == Risk.DISAGREEMENT ? disagreement : losses(risk, outcomes, ids, order);
        Certification certification = Certifier.certify(
                losses, recipe.promise().epsilon(), recipe.promise().delta());
        String sentence = certification.sentence() + " The inputs are " + source + "." + repeated(looks);
        listener.message(sentence);
        if (certification.certified().isEmpty()) {
            return new Result(null, losses.points(), List.of(), looks, sentence);
        }
        CertificateResult result = CertificateResult.of(
                        certification,
                        disagreement,
                        keptCosine(examples),
                        hashes(graphs, menu, folder),
                        NUMERIC_CLASS,
                        TOLERANCE)
                .onDataSince(recipe.promise().dataSince());
        return new Result(result.toJson(), losses.points(), certification.certified(), looks, sentence);
    }

    /** Points are told apart by what they do on the decision split. */
    private int looks(String identity, List<PointChoice.Chosen> order) throws IOException {
        List<String> points = order.stream()
                .map(PointChoice.Chosen::point)
                .map(point -> point.name() + " " + point.policy() + " " + point.flopsRatio() + " " + point.accuracy())
                .toList();
        TaskData.Description data = recipe.data().description();
        return new CalibrationLooks(stages.folder())
                .record(
                        StageStore.fingerprint(data.sha256(), data.seed()),
                        StageStore.fingerprint(
                                identity,
                                points,
                                recipe.promise().risk(),
                                recipe.promise().epsilon(),
                                recipe.promise().delta()));
    }

    private static String repeated(int looks) {
        return looks == 1
                ? ""
                : " These inputs were looked at " + looks + " times in this work folder, each time for something else:"
                        + " that the promise is false is up to as many times as probable. Take fresh inputs for one"
                        + " look again.";
    }

    /** What outcomes count as the same answer. */
    private static OptionalDouble keptCosine(Examples examples) {
        return examples instanceof EmbeddingExamples embeddings
                ? OptionalDouble.of(embeddings.keptCosine())
                : OptionalDouble.empty();
    }

    /** By what the points lost on the decision split. */
    private List<PointChoice.Chosen> safestFirst(Risk risk, Outcomes decision, List<PointChoice.Chosen> points) {
        List<PointChoice.Chosen> tested = points.stream()
                .filter(each -> Candidate.isTested(each.point().policy()))
                .toList();
        if (tested.isEmpty()) {
            return tested;
        }
        List<String> rows =
                IntStream.range(0, decision.rows()).mapToObj(Integer::toString).toList();
        LossMatrix losses = losses(risk, decision, rows, tested);
        return Candidate.safestFirst(
                tested,
                each -> {
                    int index = tested.indexOf(each);
                    Point point = each.point();
                    return new Candidate(
                            point.name(),
                            point.policy(),
                            point.flopsRatio(),
                            losses.mean(index),
                            losses.discordance(index),
                            losses.inputs());
                },
                recipe.promise().epsilon());
    }

    /** @param ids of the inputs, as many as there are outcomes */
    private static LossMatrix losses(Risk risk, Outcomes outcomes, List<String> ids, List<PointChoice.Chosen> points) {
        int full = outcomes.trie().menu().size() - 1;
        byte[][] losses = new byte[points.size()][outcomes.rows()];
        for (int point = 0; point < losses.length; point++) {
            Choices choices = points.get(point).decider().decide(outcomes);
            for (int row = 0; row < outcomes.rows(); row++) {
                losses[point][row] = risk == Risk.DISAGREEMENT
                        ? LossMatrix.disagreement(choices.agrees(row))
                        : LossMatrix.accuracyLoss(outcomes.isRight(full, row), choices.isRight(row));
            }
        }
        List<String> names = points.stream().map(each -> each.point().name()).toList();
        return LossMatrix.of(risk, names, ids, losses);
    }

    /** Of everything that decides answers. */
    private static Map<String, String> hashes(ModelGraphs graphs, PathTrie menu, Path folder) throws IOException {
        Map<String, String> hashes = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String entry = String.valueOf(file.getFileName());
                if (CertificateResult.names(entry)) {
                    hashes.put(entry, StageStore.sha256(Files.readAllBytes(file)));
                }
            }
        }
        List<String> paths = new ArrayList<>();
        for (MenuPath path : menu.menu()) {
            paths.add(CertificateResult.menuEntry(
                    path.layers().stream()
                            .map(layer -> graphs.analysis().layers().get(layer).id())
                            .toList(),
                    graphs.exitId(path.exit())));
        }
        hashes.put(CertificateResult.MENU, CertificateResult.menuHash(paths));
        return hashes;
    }
}
