/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.method.StaticModels.StaticModel;
import org.tminus.learning.baseline.BudgetChoice;
import org.tminus.learning.baseline.ConfidenceExit;
import org.tminus.learning.baseline.CostSensitive;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.baseline.Hull;
import org.tminus.learning.baseline.RandomMixture;
import org.tminus.learning.data.Examples;
import org.tminus.learning.oracle.Oracle;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.model.Certificate;
import org.tminus.model.OperatingPoint;

/**
 * All ways that are compared. Settings and members of hulls are chosen on the decision split, never on test data. What reads the
 * predictor is chosen by the figures that training left in the model, since the predictor knows the decision split too well;
 * where an older model has none, it is chosen all the same and marked. Used by one thread.
 */
public final class Contest {
    /** What rows of the baselines keep of the accuracy at full depth, in points. */
    private static final double[] LOSSES = {0, 0.003, 0.01};

    private static final double TARGET_LOSS = 0.003;

    private static final String BUDGET_POLICY = "budget";
    private static final String HULL = "static hull";
    private static final String EARLY_EXIT = "early exit";
    private static final String OWN_THRESHOLDS = "early exit with own thresholds";
    private static final String OPEN_LOOP = "open loop";
    private static final String BY_PREDICTOR = OPEN_LOOP + " by the predictor";
    private static final String FITTED_TO_PREDICTOR = OPEN_LOOP + " fitted to the predictor";
    private static final String FITTED_TO_FEATURES = OPEN_LOOP + " fitted to features";
    private static final String IN_SAMPLE = ", chosen in sample";
    /** Sums of rounded figures may miss their limit by less. */
    private static final double ROUNDING = 1e-9;

    private static final int PARTS = 6;

    private final Subject subject;
    private final Outcomes decision;
    private final Outcomes test;
    private final Basis basis;
    private final PointDeciders points;
    private final long seed;
    private final List<Way> ways = new ArrayList<>();
    private final Frontier hull;
    private final Family earlyExits;
    private final Family ownThresholds;
    private final @Nullable OpenLoopFigures openLoopFigures;
    private final List<Variant> openLoops;
    private final Map<String, Frontier> frontiers = new LinkedHashMap<>();
    private final EvaluationProgress progress;

    /**
     * One form of open-loop classification.
     *
     * @param predicts whether it reads the predictor
     * @param inSample whether its figures on the decision split are not worth believing: the predictor's trees were trained there
     */
    private record Variant(String name, Family family, boolean predicts, boolean inSample) {}

    /**
     * A baseline at any cost.
     *
     * @param name of the baseline
     * @param kind of its rows
     * @param slope quality that one full depth of FLOPs more buys at a cost
     * @param inSample whether its hull was chosen by what the predictor says of inputs that it was trained on
     */
    public record AtCost(
            String name, String kind, DoubleFunction<Expected> at, DoubleUnaryOperator slope, boolean inSample) {}

    /**
     * @param decision with the predictor's probabilities
     * @param test likewise
     * @param statics models of fixed depth
     */
    public Contest(
            Subject subject,
            PointDeciders points,
            Examples decisionExamples,
            Outcomes decision,
            Examples testExamples,
            Outcomes test,
            List<StaticModel> statics,
            StaticModels runner,
            long seed,
            EvaluationProgress progress)
            throws EvaluationException {
        this.progress = progress;
        this.subject = subject;
        this.decision = decision;
        this.test = test;
        this.basis = Basis.of(decision);
        this.points = points;
        this.seed = seed;
        int full = test.trie().menu().size() - 1;
        FixedPath fullDepth = new FixedPath(full);
        ways.add(way(
                "full depth",
                Kind.FULL,
                fullDepth,
                null,
                null,
                new Serving.ModelFile(subject.file("model.onnx").orElseThrow())));
        hull = statics(decisionExamples, testExamples, statics, runner);
        at(1);
        earlyExits = ConfidenceExit.family(decision);
        frontiers.put(EARLY_EXIT, Frontier.of(earlyExits, test));
        at(2);
        ownThresholds = ConfidenceExit.perExitFamily(decision);
        frontiers.put(OWN_THRESHOLDS, Frontier.of(ownThresholds, test));
        at(3);
        openLoopFigures = test.complexityClasses() == 0
                ? null
                : OpenLoopFigures.of(subject).orElse(null);
        openLoops = openLoops(decisionExamples, testExamples);
        for (Variant variant : openLoops) {
            frontiers.put(variant.name(), Frontier.of(variant.family(), test));
        }
        at(4);
        learned();
        at(5);
        baselines();
        oracles();
        at(PARTS);
    }

    private void at(int done) {
        progress.reportOrStop("choosing settings of the baselines", done, PARTS);
    }

    private Way way(
            String name,
            String kind,
            Decider decider,
            @Nullable Boolean onHull,
            @Nullable String point,
            @Nullable Serving serving) {
        Choices here = decider.decide(decision);
        Choices there = decider.decide(test);
        return new Way(
                name,
                kind,
                Expected.of(there),
                there,
                here.flopsRatio(),
                basis.quality(here),
                onHull,
                point,
                serving,
                false);
    }

    /**
     * An operating point of the model, with the decision figures that training gave it: those that are taken here of what reads
     * the predictor are too good.
     */
    private Optional<Way> way(String name, OperatingPoint point, Serving serving) {
        return points.of(point).map(decider -> {
            Way plain = way(name, PointDeciders.kind(point), decider, null, point.name(), serving);
            boolean judged = basis == Basis.RIGHT && Double.isFinite(point.accuracy());
            return new Way(
                    plain.name(),
                    plain.kind(),
                    plain.test(),
                    plain.choices(),
                    Double.isFinite(point.flopsRatio()) ? point.flopsRatio() : plain.decisionRatio(),
                    judged ? point.accuracy() : plain.decisionQuality(),
                    null,
                    plain.operatingPoint(),
                    plain.serving(),
                    false);
        });
    }

    /** A setting of open-loop classification, with the decision figures by which it was chosen. */
    private Way way(String name, Variant variant, Family.Setting setting) {
        Choices there = setting.decider().decide(test);
        return new Way(
                name,
                Kind.OPEN_LOOP,
                Expected.of(there),
                there,
                setting.flopsRatio(),
                setting.quality(),
                null,
                null,
                new Serving.Chosen(variant.predicts()),
                variant.inSample());
    }

    private double quality(Expected expected) {
        return basis == Basis.RIGHT ? expected.accuracy() : expected.agreement();
    }

    private Frontier statics(
            Examples decisionExamples, Examples testExamples, List<StaticModel> statics, StaticModels runner)
            throws EvaluationException {
        List<Way> candidates = new ArrayList<>();
        int paths = test.trie().menu().size();
        for (int path = 0; path < paths; path++) {
            boolean full = path == paths - 1;
            candidates.add(way(
                    full ? "full depth" : "own " + pathName(path),
                    Kind.STATIC,
                    new FixedPath(path),
                    null,
                    null,
                    new Serving.MenuGraph(path)));
        }
        for (StaticModel each : statics) {
            Expected here = runner.run(each, decisionExamples, decision);
            candidates.add(new Way(
                    each.name(),
                    Kind.STATIC,
                    runner.run(each, testExamples, test),
                    null,
                    here.flopsRatio(),
                    quality(here),
                    null,
                    null,
                    new Serving.ModelFile(each.file()),
                    false));
        }
        Hull made = Hull.of(candidates.stream()
                .map(way -> new Hull.Member(way.name(), way.decisionRatio(), way.decisionQuality()))
                .toList());
        Map<String, Expected> onTest = new LinkedHashMap<>();
        candidates.forEach(way -> onTest.put(way.name(), way.test()));
        Frontier frontier = new Frontier(made, onTest);
        for (Way way : candidates) {
            if (way.name().equals("full depth")) {
                continue;
            }
            boolean member = frontier.has(way.name());
            ways.add(new Way(
                    way.name(),
                    way.kind(),
                    way.test(),
                    way.choices(),
                    way.decisionRatio(),
                    way.decisionQuality(),
                    member,
                    null,
                    member ? way.serving() : null,
                    false));
        }
        return frontier;
    }

    private String pathName(int path) {
        MenuPath menu = test.trie().menu().get(path);
        String exit = subject.model().menu().get(path).exit().value();
        return menu.equals(MenuPath.prefix(menu.layers().size())) ? exit : exit + ", layers " + menu.layers();
    }

    private List<Variant> openLoops(Examples decisionExamples, Examples testExamples) {
        List<Variant> variants = new ArrayList<>();
        if (decision.complexityClasses() == 0) {
            return variants;
        }
        OpenLoopFigures stated = openLoopFigures;
        if (stated == null) {
            variants.add(new Variant(BY_PREDICTOR + IN_SAMPLE, BudgetChoice.family(decision), true, true));
            variants.add(new Variant(
                    FITTED_TO_PREDICTOR + IN_SAMPLE, CostSensitive.fit(decision).family(decision), true, true));
        } else {
            variants.add(new Variant(BY_PREDICTOR, family(stated.budget(), BudgetChoice::new), true, false));
            variants.add(
                    new Variant(FITTED_TO_PREDICTOR, family(stated.prices(), stated.fitted()::atPrice), true, false));
        }
        float @Nullable [][] here = InputFeatures.of(subject.model(), decisionExamples);
        float @Nullable [][] there = InputFeatures.of(subject.model(), testExamples);
        if (here != null && there != null) {
            // One form does without the trees, which know the decision split by heart.
            Outcomes plain = decision.withoutComplexity();
            Outcomes plainTest = test.withoutComplexity();
            CostSensitive fitted = CostSensitive.fit(plain, here);
            Map<Double, Decider> prices = new LinkedHashMap<>();
            for (double x = -8; x <= 3; x += 0.25) {
                double price = Math.exp(x);
                prices.put(price, outcomes -> {
                    boolean ofTest = outcomes == test || outcomes == plainTest;
                    Choices choices = fitted.decide(ofTest ? plainTest : plain, ofTest ? there : here, price);
                    return withFeatures(choices, ofTest ? test : decision);
                });
            }
            variants.add(new Variant(FITTED_TO_FEATURES, Family.of(Kind.OPEN_LOOP, prices, decision), false, false));
        }
        return variants;
    }

    private static Family family(List<OpenLoopFigures.Corner> corners, DoubleFunction<Decider> at) {
        return Family.measured(
                Kind.OPEN_LOOP,
                corners.stream()
                        .map(corner -> new Family.Setting(
                                corner.parameter(),
                                at.apply(corner.parameter()),
                                corner.flopsRatio(),
                                corner.quality()))
                        .toList());
    }

    /** The same choices in terms of the full outcomes. */
    private static Choices withFeatures(Choices choices, Outcomes outcomes) {
        int[] paths = new int[outcomes.rows()];
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            paths[row] = choices.path(row);
            flops[row] = choices.flops(row);
        }
        return new Choices(outcomes, paths, flops);
    }

    private void learned() {
        for (OperatingPoint point : distinct(Kind::isLearned)) {
            String name =
                    point.name().contains(point.policy()) ? point.name() : point.name() + " (" + point.policy() + ")";
            way(name, point, new Serving.Point(point.policy(), point.name())).ifPresent(ways::add);
        }
        Optional<OperatingPoint> standard = subject.model().defaultOperatingPoint();
        if (standard.isPresent() && !Kind.isLearned(standard.get().policy())) {
            OperatingPoint point = standard.get();
            way("default operating point " + point.name(), point, points.serving(point))
                    .ifPresent(ways::add);
        }
        certifiedPoints();
    }

    /** What is certified has a row; points of the budget policy are among open-loop classification. */
    private void certifiedPoints() {
        for (OperatingPoint point : subject.model().operatingPoints()) {
            boolean shown = point.policy().equals(BUDGET_POLICY)
                    || ways.stream().anyMatch(way -> isCertified(way) && isSame(way, point));
            if (certified().contains(point.name()) && !shown) {
                way("certified operating point " + point.name(), point, points.serving(point))
                        .ifPresent(ways::add);
            }
        }
    }

    /** A level of the model often is the point of one policy under a second name; each is there once. */
    private List<OperatingPoint> distinct(Predicate<String> policies) {
        Set<Map.Entry<String, Map<String, Object>>> seen = new HashSet<>();
        return subject.model().operatingPoints().stream()
                .filter(point ->
                        policies.test(point.policy()) && seen.add(Map.entry(point.policy(), point.parameters())))
                .toList();
    }

    private void baselines() {
        double fullQuality = ways.get(0).decisionQuality();
        double cost = best().map(way -> way.test().flopsRatio()).orElse(0.5);
        RandomMixture random = RandomMixture.forRatio(decision, cost, seed);
        ways.add(new Way(
                "random mixture of exits",
                Kind.RANDOM,
                random.expected(test),
                random.decide(test),
                random.decide(decision).flopsRatio(),
                basis.quality(random.decide(decision)),
                null,
                null,
                new Serving.Chosen(false),
                false));
        List<Decider> seen = new ArrayList<>();
        for (double loss : LOSSES) {
            earlyExit("early exit" + suffix(loss), earlyExits, fullQuality - loss, seen);
            earlyExit("early exit, own thresholds" + suffix(loss), ownThresholds, fullQuality - loss, seen);
        }
        openLoopRows(fullQuality);
    }

    /** The model's own operating points of a form stand for it, and where nothing honest can be chosen for all that predict. */
    private void openLoopRows(double fullQuality) {
        boolean own = false;
        if (openLoops.stream().anyMatch(Variant::predicts)) {
            for (OperatingPoint point : distinct(BUDGET_POLICY::equals)) {
                Optional<Way> way = way(BY_PREDICTOR + ", " + point.name(), point, points.serving(point));
                way.ifPresent(ways::add);
                own |= way.isPresent();
            }
        }
        for (Variant variant : openLoops) {
            if (own && (variant.inSample() || variant.name().equals(BY_PREDICTOR))) {
                continue;
            }
            Set<Double> seen = new HashSet<>();
            for (double loss : LOSSES) {
                Family.Setting setting = variant.family().keeping(fullQuality - loss);
                if (seen.add(setting.parameter())) {
                    ways.add(way(variant.name() + suffix(loss), variant, setting));
                }
            }
        }
    }

    private void earlyExit(String name, Family family, double quality, List<Decider> seen) {
        if (family.keeping(quality).decider() instanceof ConfidenceExit exit && !seen.contains(exit)) {
            seen.add(exit);
            ways.add(way(name, Kind.CONFIDENCE, exit, null, null, Serving.Exits.of(exit, subject)));
        }
    }

    private static String suffix(double loss) {
        return loss == 0 ? ", no loss" : ", loses at most " + Math.round(loss * 1000) / 10.0 + " points";
    }

    private void oracles() {
        for (Oracle oracle : Oracle.values()) {
            boolean stable = oracle == Oracle.STABLE;
            ways.add(way(
                    stable ? "stable oracle" : "lucky oracle",
                    Kind.ORACLE,
                    outcomes -> oracle.choices(outcomes, Basis.AGREES),
                    null,
                    null,
                    null));
        }
    }

    /** In the order of the report. */
    public List<Way> ways() {
        return List.copyOf(ways);
    }

    public Way full() {
        return ways.get(0);
    }

    public Outcomes test() {
        return test;
    }

    public Basis basis() {
        return basis;
    }

    /**
     * The learned policy's point that costs least on the decision split within 0.3 points of full depth, else the one that
     * loses least there; empty if there is none.
     */
    public Optional<Way> best() {
        return keeping(way -> Kind.isLearned(way.kind()), TARGET_LOSS);
    }

    /** Likewise without any loss on the decision split. */
    public Optional<Way> bestWithoutLoss() {
        return keeping(way -> Kind.isLearned(way.kind()), 0);
    }

    /** Likewise of early exit that is not the model's own, within 0.3 points. */
    public Optional<Way> bestEarlyExit() {
        return keeping(way -> way.kind().equals(Kind.CONFIDENCE) && way.operatingPoint() == null, TARGET_LOSS);
    }

    private Optional<Way> keeping(Predicate<Way> which, double loss) {
        List<Way> candidates = ways.stream().filter(which).toList();
        double wanted = ways.get(0).decisionQuality() - loss;
        Optional<Way> keeping = candidates.stream()
                .filter(way -> way.decisionQuality() >= wanted - ROUNDING)
                .min(Comparator.comparingDouble(Way::decisionRatio));
        return keeping.isPresent()
                ? keeping
                : candidates.stream().max(Comparator.comparingDouble(Way::decisionQuality));
    }

    /** Whether the model's certificate names the way's operating point. */
    public boolean isCertified(Way way) {
        return way.operatingPoint() != null && certified().contains(way.operatingPoint());
    }

    /** The way of the model's default operating point, under that name or another of the same point; empty if it is not certified. */
    public Optional<Way> certifiedDefault() {
        return subject.model()
                .defaultOperatingPoint()
                .filter(point -> certified().contains(point.name()))
                .flatMap(point -> ways.stream()
                        .filter(way -> isCertified(way) && isSame(way, point))
                        .findFirst());
    }

    private Set<String> certified() {
        return subject.model().certificate().map(Certificate::operatingPoints).orElse(Set.of());
    }

    /** A point often has several names. */
    private boolean isSame(Way way, OperatingPoint point) {
        return Optional.ofNullable(way.operatingPoint())
                .flatMap(name -> subject.model().operatingPoint(name))
                .filter(own ->
                        own.policy().equals(point.policy()) && own.parameters().equals(point.parameters()))
                .isPresent();
    }

    /** The way that the page speaks of first: the best learned one, else the model's default, else early exit. */
    public Optional<Way> headline() {
        Optional<Way> best = best();
        if (best.isPresent()) {
            return best;
        }
        return ways.stream()
                .filter(way -> way.operatingPoint() != null || way.kind().equals(Kind.CONFIDENCE))
                .findFirst();
    }

    /** The corners of the static hull with what they do on test data. */
    public Map<String, Expected> hullOnTest() {
        return hull.members();
    }

    /** Every baseline at exactly a cost on test data: static hull, early exit in both forms, forms of open-loop classification. */
    public List<AtCost> baselinesAtCost() {
        List<AtCost> all = new ArrayList<>();
        all.add(new AtCost(HULL, Kind.STATIC, hull::at, this::hullSlope, false));
        frontiers.forEach((name, frontier) -> all.add(new AtCost(
                name,
                name.startsWith(OPEN_LOOP) ? Kind.OPEN_LOOP : Kind.CONFIDENCE,
                frontier::at,
                cost -> frontier.slope(cost, basis),
                name.endsWith(IN_SAMPLE))));
        return all;
    }

    /** Whether settings of what reads the predictor had to be chosen by what it says of inputs that it was trained on. */
    public boolean choosesInSample() {
        return openLoops.stream().anyMatch(Variant::inSample);
    }

    /**
     * What a learned policy of the model reaches at any cost: mixtures of its operating points and full depth, on the hull of
     * the decision figures that training gave them. Empty if there is no such point.
     */
    Optional<Frontier> learnedFrontier(String policy) {
        List<Way> members = new ArrayList<>(
                ways.stream().filter(way -> way.kind().equals(policy)).toList());
        if (members.isEmpty()) {
            return Optional.empty();
        }
        members.add(full());
        Map<String, Expected> onTest = new LinkedHashMap<>();
        members.forEach(way -> onTest.put(way.name(), way.test()));
        Hull corners = Hull.of(members.stream()
                .map(way -> new Hull.Member(way.name(), way.decisionRatio(), way.decisionQuality()))
                .toList());
        return Optional.of(new Frontier(corners, onTest));
    }

    /** The static hull at exactly this cost on test data. */
    public Expected hullAt(double flopsRatio) {
        return hull.at(flopsRatio);
    }

    /** The quality that one full depth of FLOPs more buys on the static hull at this cost. */
    public double hullSlope(double flopsRatio) {
        return hull.slope(flopsRatio, basis);
    }
}
