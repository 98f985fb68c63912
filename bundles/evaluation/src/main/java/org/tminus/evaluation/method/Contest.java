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
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
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
import org.tminus.model.OperatingPoint;

/**
 * All ways that are compared. Settings and members are chosen on the decision split; where a baseline has several variants,
 * the one that does best on the test data themselves is taken, which can only flatter the baseline. Used by one thread.
 */
public final class Contest {
    /** What rows of the baselines keep of the accuracy at full depth, in points. */
    private static final double[] LOSSES = {0, 0.003, 0.01};

    private static final double TARGET_LOSS = 0.003;

    private final Subject subject;
    private final Outcomes decision;
    private final Outcomes test;
    private final Basis basis;
    private final PointDeciders points;
    private final long seed;
    private final List<Way> ways = new ArrayList<>();
    private final Map<String, Expected> staticOnTest = new LinkedHashMap<>();
    private final Hull hull;
    private final Family earlyExits;
    private final Family ownThresholds;
    private final List<Variant> openLoops;

    /** One form of open-loop classification. */
    private record Variant(Family family, boolean predicts) {}

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
            long seed)
            throws EvaluationException {
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
        earlyExits = ConfidenceExit.family(decision);
        ownThresholds = ConfidenceExit.perExitFamily(decision);
        openLoops = openLoops(decisionExamples, testExamples);
        learned();
        baselines();
        oracles();
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
                name, kind, Expected.of(there), there, here.flopsRatio(), basis.quality(here), onHull, point, serving);
    }

    private double quality(Expected expected) {
        return basis == Basis.RIGHT ? expected.accuracy() : expected.agreement();
    }

    private Hull statics(
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
                    new Serving.ModelFile(each.file())));
        }
        Hull made = Hull.of(candidates.stream()
                .map(way -> new Hull.Member(way.name(), way.decisionRatio(), way.decisionQuality()))
                .toList());
        List<String> members = made.members().stream().map(Hull.Member::name).toList();
        for (Way way : candidates) {
            staticOnTest.put(way.name(), way.test());
            if (way.name().equals("full depth")) {
                continue;
            }
            boolean member = members.contains(way.name());
            ways.add(new Way(
                    way.name(),
                    way.kind(),
                    way.test(),
                    way.choices(),
                    way.decisionRatio(),
                    way.decisionQuality(),
                    member,
                    null,
                    member ? way.serving() : null));
        }
        return made;
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
        variants.add(new Variant(BudgetChoice.family(decision), true));
        variants.add(new Variant(CostSensitive.fit(decision).family(decision), true));
        float @Nullable [][] here = InputFeatures.of(subject.model(), decisionExamples);
        float @Nullable [][] there = InputFeatures.of(subject.model(), testExamples);
        if (here != null && there != null) {
            // The trees know the decision split by heart, so that one variant does without them.
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
            variants.add(new Variant(Family.of(Kind.OPEN_LOOP, prices, decision), false));
        }
        return variants;
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
        // A level of the model often is the point of one policy under a second name.
        Set<Map.Entry<String, Map<String, Object>>> seen = new HashSet<>();
        for (OperatingPoint point : subject.model().operatingPoints()) {
            if (!Kind.isLearned(point.policy()) || !seen.add(Map.entry(point.policy(), point.parameters()))) {
                continue;
            }
            String name =
                    point.name().contains(point.policy()) ? point.name() : point.name() + " (" + point.policy() + ")";
            Serving serving = new Serving.Point(point.policy(), point.name());
            points.of(point)
                    .ifPresent(decider -> ways.add(way(name, point.policy(), decider, null, point.name(), serving)));
        }
        Optional<OperatingPoint> standard = subject.model().defaultOperatingPoint();
        if (standard.isPresent() && !Kind.isLearned(standard.get().policy())) {
            OperatingPoint point = standard.get();
            points.of(point)
                    .ifPresent(decider -> ways.add(way(
                            "default operating point " + point.name(),
                            PointDeciders.kind(point),
                            decider,
                            null,
                            point.name(),
                            points.serving(point))));
        }
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
                new Serving.Chosen(false)));
        List<Decider> seen = new ArrayList<>();
        for (double loss : LOSSES) {
            earlyExit("early exit" + suffix(loss), earlyExits, fullQuality - loss, seen);
            earlyExit("early exit, own thresholds" + suffix(loss), ownThresholds, fullQuality - loss, seen);
            Way openLoop = openLoop(fullQuality - loss, "open-loop classification" + suffix(loss));
            if (openLoop != null) {
                ways.add(openLoop);
            }
        }
    }

    private void earlyExit(String name, Family family, double quality, List<Decider> seen) {
        if (family.keeping(quality).decider() instanceof ConfidenceExit exit && !seen.contains(exit)) {
            seen.add(exit);
            ways.add(way(name, Kind.CONFIDENCE, exit, null, null, Serving.Exits.of(exit, subject)));
        }
    }

    private @Nullable Way openLoop(double quality, String name) {
        Way best = null;
        for (Variant variant : openLoops) {
            Family.Setting setting = variant.family().keeping(quality);
            Way way = way(name, Kind.OPEN_LOOP, setting.decider(), null, null, new Serving.Chosen(variant.predicts()));
            boolean keeps = way.decisionQuality() >= quality;
            if (best == null
                    || (keeps && best.decisionQuality() < quality)
                    || (keeps && way.decisionRatio() < best.decisionRatio())) {
                best = way;
            }
        }
        return best;
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
        List<Way> learned =
                ways.stream().filter(way -> Kind.isLearned(way.kind())).toList();
        double wanted = ways.get(0).decisionQuality() - TARGET_LOSS;
        Optional<Way> keeping = learned.stream()
                .filter(way -> way.decisionQuality() >= wanted)
                .min(Comparator.comparingDouble(Way::decisionRatio));
        return keeping.isPresent() ? keeping : learned.stream().max(Comparator.comparingDouble(Way::decisionQuality));
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

    /** A corner of the static hull with what it does on test data. */
    public Map<String, Expected> hullOnTest() {
        Map<String, Expected> corners = new LinkedHashMap<>();
        for (Hull.Member member : hull.members()) {
            Expected there = staticOnTest.get(member.name());
            if (there != null) {
                corners.put(member.name(), there);
            }
        }
        return corners;
    }

    /** The static hull at exactly this cost on test data. */
    public Expected hullAt(double flopsRatio) {
        return hull.at(flopsRatio, staticOnTest);
    }

    /** Early exit with one calibrated threshold at exactly this cost on test data. */
    public Expected earlyExitAt(double flopsRatio) {
        return earlyExits.at(flopsRatio, test);
    }

    /** Early exit with a threshold of its own at every exit, fitted on the decision split, at exactly this cost. */
    public Expected ownThresholdsAt(double flopsRatio) {
        return ownThresholds.at(flopsRatio, test);
    }

    /** Open-loop classification at exactly this cost, in the variant that is best there; empty without a predictor. */
    public Optional<Expected> openLoopAt(double flopsRatio) {
        return openLoops.stream()
                .map(variant -> variant.family().at(flopsRatio, test))
                .max(Comparator.comparingDouble(this::quality));
    }
}
