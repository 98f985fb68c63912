/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Headline;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Setting;
import org.tminus.evaluation.EvaluationResult.ShiftOutcome;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.measure.PlainSettings;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.measure.Stopwatch;
import org.tminus.evaluation.measure.Timing;
import org.tminus.evaluation.method.Contest;
import org.tminus.evaluation.method.DecisionTimes;
import org.tminus.evaluation.method.Kind;
import org.tminus.evaluation.method.MemoryComparison;
import org.tminus.evaluation.method.PointDeciders;
import org.tminus.evaluation.method.PredictorServer;
import org.tminus.evaluation.method.Servers;
import org.tminus.evaluation.method.Serving;
import org.tminus.evaluation.method.StaticModels;
import org.tminus.evaluation.method.Subject;
import org.tminus.evaluation.method.Transferred;
import org.tminus.evaluation.method.Way;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.stats.Interval;
import org.tminus.learning.stats.Proportions;
import org.tminus.learning.stats.Ranks;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tasks.KnownDifficulty;

/**
 * Measures a model file on the data of its task: against full depth, static models, random mixtures, early exit, open-loop
 * classification and oracles. Figures are of the test split; settings of the baselines that are not in the model are chosen on
 * the decision split; the calibration split serves the checks of the certificate alone. Use once, by one thread.
 */
public final class Evaluation {
    /** Below that the share that arrives in time is noise. */
    private static final double LEAST_SAVING = 0.05;
    /** Timed beside the ways of answering, whose names have no such form. */
    private static final String PREDICTOR = "(predictor)";

    private final Opening opening;
    private final TaskData data;
    private final EvaluationOptions options;
    private final OnnxRuntime runtime = OnnxRuntimes.standalone();
    private final List<String> notes = new ArrayList<>();

    private interface Opening {
        Subject open() throws EvaluationException;
    }

    /**
     * Of a model file, which is extracted for the time that measuring takes.
     *
     * @param modelFile a {@code .tminus} file
     * @param data of the task that the model was made for, split with the model's own seed
     */
    public Evaluation(Path modelFile, TaskData data, EvaluationOptions options) {
        this(() -> Subject.open(modelFile), data, options);
    }

    /**
     * Of a model that is extracted already, so that a large one need not be so twice.
     *
     * @param model as {@code ModelPackage.extract} gives it; its files stay in use until all is measured
     * @param data of the task that the model was made for, split with the model's own seed
     */
    public Evaluation(AdaptiveModel model, TaskData data, EvaluationOptions options) {
        this(() -> Subject.of(model), data, options);
    }

    private Evaluation(Opening opening, TaskData data, EvaluationOptions options) {
        this.opening = opening;
        this.data = data;
        this.options = options;
    }

    /**
     * Measures everything; takes minutes.
     *
     * @throws EvaluationException if the model or the data cannot be used
     * @throws CancellationException if the progress says so
     */
    public EvaluationResult run(EvaluationProgress progress) throws EvaluationException {
        try (Subject subject = opening.open()) {
            return run(subject, progress);
        }
    }

    private EvaluationResult run(Subject subject, EvaluationProgress progress) throws EvaluationException {
        Provenance provenance = Provenance.of(subject);
        Examples decisionExamples = data.accessFor(Purpose.TRAINING).open(Split.DECISION);
        Examples testExamples = data.accessFor(Purpose.REPORTING).open(Split.TEST);
        requireSome(decisionExamples, Split.DECISION);
        requireSome(testExamples, Split.TEST);
        provenance.compare(data.description(), notes);
        Outcomes decision = subject.outcomes(decisionExamples, "decision data", progress);
        Outcomes test = subject.outcomes(testExamples, "test data", progress);
        PointDeciders points = new PointDeciders(subject);
        Contest contest = new Contest(
                subject,
                points,
                decisionExamples,
                decision,
                testExamples,
                test,
                StaticModels.find(options.staticModels(), subject.model().name()),
                new StaticModels(runtime, subject.file("model.onnx").orElseThrow()),
                options.seed(),
                progress);
        noteMissing(contest);
        Optional<Way> headline = contest.headline();
        Inputs inputs = Inputs.of(testExamples, options.latencyInputs());
        PlainSettings plain = plainSettings(contest, inputs, progress);
        Map<String, Timing> timings = time(subject, contest, inputs, plain, progress);
        Fidelity fidelity =
                testExamples instanceof EmbeddingExamples ? Fidelity.measure(subject, testExamples, progress) : null;
        Groups groups = Groups.of(testExamples);
        PairedBootstrap bootstrap = new PairedBootstrap(options.bootstrapDraws(), options.seed(), groups);
        noteGroups(groups);
        List<List<Double>> intervals = accuracyIntervals(contest, groups, bootstrap);
        List<Row> rows = rows(contest, testExamples, inputs, timings, fidelity, intervals);
        List<Paired> paired = paired(contest, bootstrap, progress);
        DecisionTimes decisionTimes = new DecisionTimes(subject, runtime, testExamples, progress, notes);
        EvaluationResult.Ppo ppo = provenance.ppo(timings.isEmpty() ? Map.of() : decisionTimes.policies(), notes);
        Watching watching =
                Watching.of(subject.model(), headline.map(Way::operatingPoint).orElse(null));
        EvaluationResult.Certificate certificate = new Guarantee(
                        subject, points, data, options, provenance.certificationOrder(), notes)
                .check(testExamples, test, planned(watching, headline), progress);
        List<ShiftOutcome> shifts =
                new ShiftTrials(subject, points, watching, options, notes).run(testExamples, test, progress);
        Optional<Way> certifiedDefault = contest.certifiedDefault();
        noteShadows(rows, certifiedDefault);
        Findings findings = new Findings(contest, options.seed());
        return new EvaluationResult(
                setting(subject, groups, decision.rows(), inputs, plain),
                headline.map(way -> headline(contest, way, rows, paired)).orElse(null),
                certifiedDefault
                        .map(way -> headline(contest, way, rows, paired))
                        .orElse(null),
                aims(contest, rows, paired),
                rows,
                provenance.predictor(predictor(contest, timings, decisionTimes)),
                certificate,
                ppo,
                paired,
                EvaluationResult.Comparisons.of(paired, ppo),
                findings.oracleShare(),
                findings.oracleShareAtEqualQuality(),
                headline.map(way -> difficultyCorrelation(way, testExamples)).orElse(null),
                shifts,
                transfer(subject, contest, bootstrap, progress),
                findings.spending(testExamples),
                testExamples instanceof EmbeddingExamples embeddings && fidelity != null
                        ? new EvaluationResult.Embedding(
                                embeddings.keptCosine(), testExamples.size(), fidelity.queryCount())
                        : null,
                memory(subject, contest, headline, inputs, progress),
                findings.curves(),
                headline.map(way -> findings.depths(way, testExamples)).orElse(List.of()),
                findings.bounds(),
                provenance.trainingCurves(),
                headline.map(way -> findings.examples(way, testExamples, labels(subject)))
                        .orElse(List.of()),
                notes);
    }

    private static void requireSome(Examples examples, Split split) throws EvaluationException {
        if (examples.size() == 0) {
            throw new EvaluationException("The " + split + " split is empty.", "Evaluate on data with examples in it.");
        }
    }

    private List<String> labels(Subject subject) {
        return subject.model().labels().isEmpty()
                ? data.description().labels()
                : subject.model().labels();
    }

    private void noteMissing(Contest contest) {
        if (contest.best().isEmpty()) {
            notes.add("The model brings no learned policy (lstm-ppo-open, lstm-ppo-closed), so it has no such rows.");
        }
        if (contest.test().complexityClasses() == 0) {
            notes.add("The model brings no complexity predictor, so open-loop classification has no rows.");
        } else if (contest.choosesInSample()) {
            notes.add(
                    "Open-loop classification competes in three forms, each compared by itself. The model's provenance has no"
                            + " figures of the two that read the predictor, so that they had to be chosen by what its trees say of"
                            + " inputs that they were trained on. That makes them weaker than they could be: they are shown, marked"
                            + " 'chosen in sample', and nobody is called better or worse than them. A model that is trained anew has the"
                            + " figures.");
        } else {
            notes.add(
                    "Open-loop classification competes in three forms, each compared by itself. Two read the predictor: their"
                            + " settings were chosen in training, by probabilities from trees that had not seen the input. The third is"
                            + " fitted to the input's features alone.");
        }
        if (contest.ways().stream().noneMatch(way -> way.name().contains("-static-"))) {
            notes.add(
                    "No separately trained static models were given, so the static hull is that of the network's own exits.");
        }
        if (!contest.test().isLabelled()) {
            notes.add(
                    "Not every example has a label, so accuracies are null and agreement with full depth is compared.");
        }
    }

    private void noteGroups(Groups groups) {
        if (!groups.areSingle()) {
            notes.add("The " + groups.rows() + " test inputs belong to " + groups.count()
                    + " groups of near-copies or of one source, which are not independent: intervals of accuracies and of"
                    + " differences draw whole groups, and the checks of the certificate take one input of each.");
        }
    }

    private @Nullable PlainSettings plainSettings(Contest contest, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        if (inputs.size() == 0 || !(contest.full().serving() instanceof Serving.ModelFile file)) {
            return null;
        }
        progress.at("choosing settings of plain ONNX Runtime", 0, 1);
        return PlainSettings.choose(runtime, file.file(), inputs);
    }

    private Map<String, Timing> time(
            Subject subject, Contest contest, Inputs inputs, @Nullable PlainSettings plain, EvaluationProgress progress)
            throws EvaluationException {
        if (inputs.size() == 0 || plain == null) {
            notes.add(
                    "Latency, throughput, energy and the time of decisions were not measured: no inputs were asked for.");
            return Map.of();
        }
        List<Servers.Served> served = contest.ways().stream()
                .filter(way -> way.serving() != null)
                .map(Servers.Served::of)
                .toList();
        try (Servers servers = new Servers(subject.model(), served, runtime, plain.single(), plain.load())) {
            Stopwatch stopwatch = new Stopwatch(inputs, options.throughputInputs(), progress);
            Map<String, Server> all = servers.byName();
            if (subject.model().predictor().isPresent()) {
                all.put(PREDICTOR, new PredictorServer(subject));
            }
            if (!stopwatch.readsEnergy()) {
                notes.add("Energy was not measured: this system does not let the process read counters of the"
                        + " processor (RAPL, /sys/class/powercap) or of the board (/sys/class/hwmon).");
            }
            if (options.throughputInputs() == 0) {
                notes.add("Throughput was not measured: no inputs were asked for.");
            }
            notes.add(
                    "Latency of oracles, of own exits off the static hull and of mixtures at equal cost was not measured:"
                            + " nobody would serve them.");
            return stopwatch.time(all);
        }
    }

    private static EvaluationResult.Predictor predictor(
            Contest contest, Map<String, Timing> timings, DecisionTimes decisionTimes) {
        EvaluationResult.Predictor checked = PredictorCheck.of(contest.test());
        Timing alone = timings.get(PREDICTOR);
        Timing full = timings.get(contest.full().name());
        if (alone == null || full == null) {
            return checked;
        }
        OptionalDouble inBatches = decisionTimes.predictor();
        return checked.timed(
                1000 * alone.meanMs(),
                inBatches.isPresent() ? (Double) inBatches.getAsDouble() : null,
                alone.meanMs() / full.meanMs());
    }

    private List<Row> rows(
            Contest contest,
            Examples examples,
            Inputs inputs,
            Map<String, Timing> timings,
            @Nullable Fidelity fidelity,
            List<List<Double>> intervals) {
        List<Row> rows = new ArrayList<>();
        Timing full = timings.get(contest.full().name());
        boolean labelled = contest.test().isLabelled();
        for (Way way : contest.ways()) {
            Timing measured = timings.get(way.name());
            Double traced = traced(contest, inputs, measured);
            Double tabled = measured == null ? null : (Double) tabled(way, contest, inputs);
            Timing timing = isServedAsDecided(way, traced, tabled) ? measured : null;
            Expected test = way.test();
            Choices choices = way.choices();
            rows.add(new Row(
                    way.name(),
                    way.kind(),
                    labelled ? test.accuracy() : null,
                    labelled ? intervals.get(rows.size()) : null,
                    test.agreement(),
                    test.meanFlops(),
                    test.flopsRatio(),
                    timing == null ? null : timing.p50Ms(),
                    timing == null ? null : timing.meanMs(),
                    timing == null ? null : timing.p99Ms(),
                    timing == null ? null : timing.throughputPerSecond(),
                    timing == null || full == null ? null : timing.meanMs() / full.meanMs(),
                    timing == null || full == null ? null : TimeRatio.ci95(timing, full, options.seed()),
                    savingInTime(way, contest, inputs, timing, full),
                    timing == null ? null : timing.joulesPerInput(),
                    servedBy(way),
                    traced,
                    tabled,
                    timing == null ? null : sameAnswers(way, inputs, timing),
                    way.onHull(),
                    way.operatingPoint(),
                    difficultyCorrelation(way, examples),
                    fidelity == null || choices == null ? null : (Double) fidelity.meanCosine(choices),
                    fidelity == null || choices == null ? null : (Double) fidelity.recall(choices),
                    way.operatingPoint() == null ? null : (Boolean) contest.isCertified(way),
                    shadowFlopsRatio(contest, way)));
            if (timing != null && timing.fallbacks() > 0) {
                notes.add("'" + way.name() + "': the platform answered " + timing.fallbacks()
                        + " timed inputs in another way than asked.");
            }
        }
        return rows;
    }

    private boolean isServedAsDecided(Way way, @Nullable Double traced, @Nullable Double tabled) {
        Optional<String> deviation = ServedFlops.deviation(way.name(), traced, tabled);
        deviation.ifPresent(notes::add);
        return deviation.isEmpty();
    }

    /** By way. Formulas hold for independent inputs only; groups of several are drawn. */
    private static List<List<Double>> accuracyIntervals(Contest contest, Groups groups, PairedBootstrap bootstrap) {
        List<double[]> right =
                contest.ways().stream().map(way -> way.test().right()).toList();
        List<Interval> intervals = groups.areSingle()
                ? right.stream().map(Evaluation::interval).toList()
                : bootstrap.means(right, (done, total) -> {});
        return intervals.stream().map(Evaluation::list).toList();
    }

    private static Interval interval(double[] right) {
        boolean certain = Arrays.stream(right).allMatch(chance -> chance == 0 || chance == 1);
        return certain
                ? Proportions.wilson95(Math.round(Arrays.stream(right).sum()), right.length)
                : Proportions.normal95(right);
    }

    private static @Nullable String servedBy(Way way) {
        Serving serving = way.serving();
        if (serving == null) {
            return null;
        }
        boolean plain = serving instanceof Serving.ModelFile || serving instanceof Serving.MenuGraph;
        return plain ? "onnxruntime" : "platform";
    }

    private static @Nullable Double traced(Contest contest, Inputs inputs, @Nullable Timing timing) {
        if (timing == null || timing.tracedFlops() == null) {
            return null;
        }
        double full = 0;
        for (int row : inputs.rows()) {
            full += contest.test().fullDepthFlops(row);
        }
        return timing.tracedFlops() * inputs.size() / full;
    }

    /** FLOPs over full depth of the timed inputs alone. */
    private static double tabled(Way way, Contest contest, Inputs inputs) {
        Choices choices = way.choices();
        double[] expected = way.test().flops();
        double spent = 0;
        double full = 0;
        for (int row : inputs.rows()) {
            spent += choices == null ? expected[row] : choices.flops(row);
            full += contest.test().fullDepthFlops(row);
        }
        return spent / full;
    }

    private static @Nullable Double savingInTime(
            Way way, Contest contest, Inputs inputs, @Nullable Timing timing, @Nullable Timing full) {
        if (timing == null || full == null) {
            return null;
        }
        double saved = 1 - tabled(way, contest, inputs);
        return saved < LEAST_SAVING ? null : (Double) ((1 - timing.meanMs() / full.meanMs()) / saved);
    }

    private static @Nullable Double sameAnswers(Way way, Inputs inputs, Timing timing) {
        Choices choices = way.choices();
        if (choices == null || !choices.outcomes().comparesAnswers()) {
            return null;
        }
        int same = 0;
        for (int i = 0; i < inputs.size(); i++) {
            int row = inputs.rows().get(i);
            same += choices.outcomes().pathAnswer(choices.path(row), row) == timing.labels()[i] ? 1 : 0;
        }
        return (double) same / inputs.size();
    }

    /** Every way against full depth and against every baseline at its own cost; ways that nobody could follow are left out. */
    private static List<Paired> paired(Contest contest, PairedBootstrap bootstrap, EvaluationProgress progress) {
        Optional<Way> headline = contest.headline();
        List<Pair> pairs = new ArrayList<>();
        for (Way way : contest.ways()) {
            if (way.kind().equals(Kind.FULL) || way.kind().equals(Kind.ORACLE)) {
                continue;
            }
            boolean best = headline.isPresent() && headline.get().name().equals(way.name());
            double cost = way.test().flopsRatio();
            pairs.add(new Pair(way, contest.full().name(), contest.full().test(), 0, best, false, way.inSample()));
            for (Contest.AtCost baseline : contest.baselinesAtCost()) {
                pairs.add(new Pair(
                        way,
                        baseline.name() + " at equal cost",
                        baseline.at().apply(cost),
                        baseline.slope().applyAsDouble(cost),
                        best,
                        true,
                        way.inSample() || baseline.inSample()));
            }
        }
        List<double[]> differences = new ArrayList<>();
        for (Pair pair : pairs) {
            differences.add(EqualCost.difference(contest.basis(), pair.way().test(), pair.other(), pair.slope()));
        }
        List<Interval> intervals = intervals(bootstrap, differences, progress);
        List<Paired> all = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            all.add(new Paired(
                    pair.way().name(),
                    pair.name(),
                    Proportions.mean(differences.get(i)),
                    list(intervals.get(i)),
                    pair.way().test().flopsRatio(),
                    pair.other().flopsRatio(),
                    contest.basis() == Basis.RIGHT ? "accuracy" : "agreement",
                    pair.best(),
                    pair.equalCost(),
                    pair.inSample()));
        }
        return all;
    }

    /** @param slope as {@link EqualCost} takes it */
    private record Pair(
            Way way, String name, Expected other, double slope, boolean best, boolean equalCost, boolean inSample) {}

    private static List<Interval> intervals(
            PairedBootstrap bootstrap, List<double[]> differences, EvaluationProgress progress) {
        return bootstrap.means(differences, (done, total) -> progress.reportOrStop("comparing in pairs", done, total));
    }

    private static List<Double> list(Interval interval) {
        return List.of(interval.low(), interval.high());
    }

    private List<EvaluationResult.Transfer> transfer(
            Subject to, Contest contest, PairedBootstrap bootstrap, EvaluationProgress progress)
            throws EvaluationException {
        Path file = options.transfer();
        if (file == null) {
            notes.add("Transfer was not measured: no other model was given.");
            return List.of();
        }
        progress.at("trying policies of another model", 0, 1);
        List<EvaluationResult.Transfer> all = new ArrayList<>();
        try (Subject from = Subject.open(file)) {
            for (Transferred.Trial trial : new Transferred(from, contest).trials()) {
                all.add(transfer(from, to, contest, bootstrap, trial));
            }
        }
        return all;
    }

    private static EvaluationResult.Transfer transfer(
            Subject from, Subject to, Contest contest, PairedBootstrap bootstrap, Transferred.Trial trial) {
        Expected test = trial.test();
        Expected own = trial.ownAtCost();
        List<double[]> differences = new ArrayList<>();
        if (test != null) {
            double cost = test.flopsRatio();
            differences.add(EqualCost.difference(contest.basis(), test, contest.hullAt(cost), contest.hullSlope(cost)));
        }
        if (test != null && own != null) {
            differences.add(EqualCost.difference(contest.basis(), test, own, trial.ownSlope()));
        }
        List<Interval> intervals = intervals(bootstrap, differences, EvaluationProgress.NONE);
        boolean labelled = contest.test().isLabelled();
        return new EvaluationResult.Transfer(
                from.model().name(),
                to.model().name(),
                trial.policy(),
                trial.point(),
                trial.adapted(),
                test == null || !labelled ? null : (Double) test.accuracy(),
                test == null ? null : (Double) test.agreement(),
                test == null ? null : (Double) test.flopsRatio(),
                differences.isEmpty() ? null : (Double) Proportions.mean(differences.get(0)),
                differences.isEmpty() ? null : list(intervals.get(0)),
                differences.size() < 2 ? null : (Double) Proportions.mean(differences.get(1)),
                differences.size() < 2 ? null : list(intervals.get(1)),
                own == null ? null : (Double) own.flopsRatio(),
                trial.reason());
    }

    private static Headline headline(Contest contest, Way way, List<Row> rows, List<Paired> paired) {
        Paired toFull = paired.stream()
                .filter(each -> each.a().equals(way.name()) && !each.equalCost())
                .findFirst()
                .orElse(null);
        Row row = rows.stream()
                .filter(each -> each.name().equals(way.name()))
                .findFirst()
                .orElseThrow();
        Double ratio = row.latencyRatio();
        List<Double> interval = row.latencyRatioCi95();
        return new Headline(
                way.name(),
                way.operatingPoint(),
                contest.isCertified(way),
                1 - way.test().flopsRatio(),
                toFull == null ? null : toFull.difference(),
                toFull == null ? null : toFull.ci95(),
                ratio == null ? null : (Double) (1 - ratio),
                interval == null ? null : List.of(1 - interval.get(1), 1 - interval.get(0)),
                row.savingInTime());
    }

    private static List<EvaluationResult.Aim> aims(Contest contest, List<Row> rows, List<Paired> paired) {
        return new Aims(rows, paired)
                .judge(
                        "learned policy, cheapest point that lost at most 0.3 points there",
                        contest.best().map(Way::name))
                .judge(
                        "learned policy, cheapest point that lost nothing there",
                        contest.bestWithoutLoss().map(Way::name))
                .judge("default, certified", contest.certifiedDefault().map(Way::name))
                .judge(
                        "early exit, cheapest that lost at most 0.3 points there",
                        contest.bestEarlyExit().map(Way::name))
                .all();
    }

    private static Set<String> planned(Watching watching, Optional<Way> headline) {
        Set<String> names = new LinkedHashSet<>();
        watching.point().ifPresent(names::add);
        headline.map(Way::operatingPoint).ifPresent(names::add);
        return names;
    }

    private void noteShadows(List<Row> rows, Optional<Way> certifiedDefault) {
        if (rows.stream().allMatch(row -> row.shadowFlopsRatio() == null)) {
            return;
        }
        String example = certifiedDefault
                .map(Way::name)
                .flatMap(name ->
                        rows.stream().filter(row -> row.name().equals(name)).findFirst())
                .map(Evaluation::watched)
                .orElse("");
        notes.add(
                "FLOPs of rows are without shadow runs, by which the platform compares a share of the answers of certified"
                        + " points with full depth. By default it runs none (shadowShare=0), so nothing is to be added; a share s adds"
                        + " s times shadowFlopsRatio to flopsRatio." + example);
    }

    private static String watched(Row row) {
        Double shadow = row.shadowFlopsRatio();
        return shadow == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        " With shadowShare=0.01, '%s' would come to %.2f %% of full depth instead of %.2f %%.",
                        row.name(),
                        100 * row.flopsRatio() + shadow,
                        100 * row.flopsRatio());
    }

    /** What comparing every answer would cost; those that took full depth need no second run. */
    private static @Nullable Double shadowFlopsRatio(Contest contest, Way way) {
        Choices choices = way.choices();
        if (choices == null || !contest.isCertified(way)) {
            return null;
        }
        int full = choices.outcomes().trie().menu().size() - 1;
        double twice = 0;
        double all = 0;
        for (int row = 0; row < choices.outcomes().rows(); row++) {
            double flops = choices.outcomes().fullDepthFlops(row);
            twice += choices.path(row) == full ? 0 : flops;
            all += flops;
        }
        return twice / all;
    }

    private static @Nullable Double difficultyCorrelation(Way way, Examples examples) {
        if (!(examples instanceof KnownDifficulty known)) {
            return null;
        }
        double[] difficulty = new double[known.size()];
        for (int row = 0; row < difficulty.length; row++) {
            difficulty[row] = known.difficulty(row);
        }
        return Ranks.spearman(way.test().flops(), difficulty);
    }

    private EvaluationResult.Memory memory(
            Subject subject, Contest contest, Optional<Way> headline, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        if (!options.memory() || inputs.size() == 0) {
            notes.add("Peak memory was not measured: it was not asked for.");
            return EvaluationResult.Memory.NONE;
        }
        return new MemoryComparison(subject, notes).of(contest.ways(), headline, inputs, progress);
    }

    private Setting setting(
            Subject subject, Groups groups, int decision, Inputs inputs, @Nullable PlainSettings plain) {
        TaskData.Description description = data.description();
        return new Setting(
                subject.model().name(),
                subject.model().version().toString(),
                subject.model().identity(),
                description.name(),
                description.sha256(),
                description.licence(),
                description.facts(),
                options.seed(),
                groups.rows(),
                groups.count(),
                decision,
                inputs.size(),
                runtime.threads(),
                "Full depth and static models: ONNX Runtime alone, all optimisations. Adaptive ways: the platform's coordinator,"
                        + " predictor, policy and CPU backend in the same process, whole requests"
                        + (runtime.isSpinning() ? ", threads that wait actively" : "")
                        + ". Single inputs, interleaved rounds.",
                plain == null ? "" : plain.description(),
                Machine.description(),
                Machine.versions(runtime),
                options.command(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
