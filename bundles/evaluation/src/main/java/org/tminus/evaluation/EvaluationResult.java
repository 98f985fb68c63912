/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Display;

/**
 * All figures of one evaluation, on test data unless something else is said. A figure that nobody measured is null, and a
 * note says why. Accuracies, shares and ratios are from 0 to 1; intervals are [low, high] with 95 % confidence; times are in
 * milliseconds if their names say nothing else. Immutable.
 *
 * @param setting what was measured, on what, with what
 * @param headline the adaptive way that the page speaks of first; null if the model has none
 * @param certifiedDefault the model's default operating point, if it is certified; null if it is not
 * @param aims what the project aims for, and whether ways that were fixed on the decision split reach it on test data
 * @param rows the ways of answering, one each
 * @param paired differences between ways on the same inputs
 * @param comparisons how many differences there are, and of how many trainings
 * @param oracleShare what the best learned policy saves, over what the stable oracle saves, which answers as full depth does
 * @param oracleShareAtEqualQuality the same over what a stable oracle saves that differs from full depth as often as the policy
 * @param difficultyRankCorrelation of the FLOPs that the headline way spends with the known difficulty of the inputs
 * @param shift how it goes with changed inputs
 * @param transfer how learned policies of another model do here; empty if none was given
 * @param spending what every way spends by known difficulty; empty where nobody knows it
 * @param embedding how embeddings are compared; null where answers are classes
 * @param curves further points for the plot of accuracy against FLOPs
 * @param depths which paths the headline way takes, by difficulty
 * @param training curves of the learned policies, from the model's provenance
 * @param examples inputs by difficulty, for people; not in the JSON
 * @param notes what was not measured, and why; and what a reader must know
 */
public record EvaluationResult(
        Setting setting,
        @Nullable Headline headline,
        @Nullable Headline certifiedDefault,
        List<Aim> aims,
        List<Row> rows,
        Predictor predictor,
        Certificate certificate,
        Ppo ppo,
        List<Paired> paired,
        Comparisons comparisons,
        @Nullable Double oracleShare,
        @Nullable Double oracleShareAtEqualQuality,
        @Nullable Double difficultyRankCorrelation,
        List<ShiftOutcome> shift,
        List<Transfer> transfer,
        List<Spending> spending,
        @Nullable Embedding embedding,
        Memory memory,
        List<Curve> curves,
        List<Depths> depths,
        List<Bound> bounds,
        @JsonIgnore List<TrainingCurve> training,
        @JsonIgnore List<Example> examples,
        List<String> notes) {
    /** The version of this form. */
    public static final int SCHEMA_VERSION = 1;

    /** Copies the lists. */
    public EvaluationResult {
        aims = List.copyOf(aims);
        rows = List.copyOf(rows);
        paired = List.copyOf(paired);
        shift = List.copyOf(shift);
        transfer = List.copyOf(transfer);
        spending = List.copyOf(spending);
        curves = List.copyOf(curves);
        depths = List.copyOf(depths);
        bounds = List.copyOf(bounds);
        training = List.copyOf(training);
        examples = List.copyOf(examples);
        notes = List.copyOf(notes);
    }

    /**
     * What was measured, on what, with what.
     *
     * @param modelIdentity SHA-256 of its description
     * @param dataSha256 of the normalised data
     * @param test how many test inputs there are
     * @param testGroups how many groups they belong to; inputs of one group are near-copies or of one source
     * @param latencyInputs how many were timed
     * @param threads of the platform for one operator
     * @param latencyWay how adaptive latencies were measured
     * @param plainSettings those of plain ONNX Runtime, the fastest of what was tried; empty if nothing was timed
     * @param versions of what the figures may depend on
     */
    public record Setting(
            String model,
            String modelVersion,
            String modelIdentity,
            String data,
            String dataSha256,
            String dataLicence,
            Map<String, String> dataFacts,
            long seed,
            int test,
            int testGroups,
            int decision,
            int latencyInputs,
            int threads,
            String latencyWay,
            String plainSettings,
            String machine,
            Map<String, String> versions,
            String command,
            String date) {}

    /**
     * An adaptive way that the page speaks of first; chosen on the decision split.
     *
     * @param operatingPoint of the model; null if it is none
     * @param certified whether the model's certificate names that point
     * @param flopsSaved against full depth, 0 to 1
     * @param accuracyDifference to full depth
     * @param meanTimeSaved of single inputs against full depth on plain ONNX Runtime, 0 to 1
     * @param meanTimeSavedCi95 its interval
     * @param savingInTime share of the FLOPs saved that is saved in time, both of the timed inputs
     */
    public record Headline(
            String row,
            @Nullable String operatingPoint,
            boolean certified,
            double flopsSaved,
            @Nullable Double accuracyDifference,
            @Nullable List<Double> accuracyDifferenceCi95,
            @Nullable Double meanTimeSaved,
            @Nullable List<Double> meanTimeSavedCi95,
            @Nullable Double savingInTime) {}

    /**
     * Something that the project aims for, and whether one way reaches it on test data.
     *
     * @param aim in words
     * @param target what the figure must reach
     * @param reached null if it cannot be told; the detail says why
     * @param figure of the way; null if there is none
     * @param row the way; null if no way can be judged
     * @param chosen by what the way was fixed on the decision split; empty without a row
     * @param detail the figures in words
     */
    public record Aim(
            String aim,
            double target,
            @Nullable Boolean reached,
            @Nullable Double figure,
            @Nullable String row,
            String chosen,
            String detail) {}

    /**
     * One way of answering.
     *
     * @param kind full, static, random, confidence, open-loop, lstm-ppo-open, lstm-ppo-closed or oracle
     * @param agreement share of answers that are those of full depth
     * @param flopsPerInput everything counted: stem, layers, every exit head read, predictor, policy; no shadow runs
     * @param flopsRatio over full depth of the same inputs
     * @param latencyRatio mean latency over that of full depth on plain ONNX Runtime, same inputs, interleaved
     * @param latencyRatioCi95 its interval, from rounds of inputs that both answered
     * @param savingInTime share of the FLOPs saved on the timed inputs that is saved in their mean time; null if hardly any are
     *     saved
     * @param servedBy onnxruntime or platform
     * @param tracedFlopsRatio by the platform's own trace over the timed inputs
     * @param timedFlopsRatio the same by the tables, to compare
     * @param sameAnswers share of the timed inputs where the served answer is the one that the tables say
     * @param onHull whether it is a corner of the static hull, chosen on the decision split
     * @param operatingPoint of the model
     * @param difficultyCorrelation rank correlation of the FLOPs spent with the known difficulty of the inputs
     * @param meanCosine of embeddings to those of full depth; null for other answers
     * @param recallAt10 share of the ten nearest neighbours at full depth that embeddings find; null for other answers
     * @param certified whether the model's certificate names the operating point; null if the way is none
     * @param shadowFlopsRatio what flopsRatio would grow by if every answer were compared with full depth; with a share of them,
     *     by that share of it. Null where the platform compares nothing
     */
    public record Row(
            String name,
            String kind,
            @Nullable Double accuracy,
            @Nullable List<Double> accuracyCi95,
            double agreement,
            double flopsPerInput,
            double flopsRatio,
            @Nullable Double latencyP50Ms,
            @Nullable Double latencyMeanMs,
            @Nullable Double latencyP99Ms,
            @Nullable Double throughputPerSecond,
            @Nullable Double latencyRatio,
            @Nullable List<Double> latencyRatioCi95,
            @Nullable Double savingInTime,
            @Nullable Double joulesPerInput,
            @Nullable String servedBy,
            @Nullable Double tracedFlopsRatio,
            @Nullable Double timedFlopsRatio,
            @Nullable Double sameAnswers,
            @Nullable Boolean onHull,
            @Nullable String operatingPoint,
            @Nullable Double difficultyCorrelation,
            @Nullable Double meanCosine,
            @Nullable Double recallAt10,
            @Nullable Boolean certified,
            @Nullable Double shadowFlopsRatio) {}

    /**
     * The complexity predictor against the stable oracle.
     *
     * @param ece expected calibration error of its most likely class
     * @param underComputation share of inputs whose most likely class is cheaper than what suffices
     * @param rankingAuc of two inputs with different needs, how often the needier one is rated so
     * @param confusion inputs by class that suffices (row) and most likely class (column)
     * @param reliability for the page
     * @param microsPerInput mean time of features and trees for single inputs, timed in turns with full depth; absent if not
     *     measured
     * @param microsPerInputInBatches median time per input of batches of 64; absent if not measured
     * @param shareOfFullDepthTime microsPerInput over the mean latency of full depth on plain ONNX Runtime, same inputs; absent
     *     if not measured
     * @param cautious the same predictor for whoever takes too little computation for worse than too much, on the decision
     *     split, out of fold; null if training did not say
     * @param outOfFold likewise of its likeliest class
     * @param onStem likewise of a predictor that sees the state after the stem, which the model does not bring
     */
    public record Predictor(
            @Nullable Double accuracy,
            @Nullable Double ece,
            @Nullable Double underComputation,
            @Nullable Double overComputation,
            @Nullable Double rankingAuc,
            List<List<Integer>> confusion,
            List<Bin> reliability,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double microsPerInput,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double microsPerInputInBatches,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double shareOfFullDepthTime,
            @Nullable Cautious cautious,
            @Nullable OutOfFold outOfFold,
            @Nullable OutOfFold onStem) {
        /** Without a predictor. */
        static final Predictor NONE =
                new Predictor(null, null, null, null, null, List.of(), List.of(), null, null, null, null, null, null);

        /** Whether the likeliest class is the same for all inputs. */
        public boolean namesOneClass() {
            return IntStream.range(0, confusion.size())
                            .filter(k -> confusion.stream().anyMatch(line -> line.get(k) > 0))
                            .count()
                    == 1;
        }

        /** The same with times. */
        Predictor timed(double micros, @Nullable Double microsInBatches, double share) {
            return new Predictor(
                    accuracy,
                    ece,
                    underComputation,
                    overComputation,
                    rankingAuc,
                    confusion,
                    reliability,
                    micros,
                    microsInBatches,
                    share,
                    cautious,
                    outOfFold,
                    onStem);
        }

        /** The same with what training found. */
        Predictor trained(@Nullable Cautious cautiously, @Nullable OutOfFold byFeatures, @Nullable OutOfFold byStem) {
            return new Predictor(
                    accuracy,
                    ece,
                    underComputation,
                    overComputation,
                    rankingAuc,
                    confusion,
                    reliability,
                    microsPerInput,
                    microsPerInputInBatches,
                    shareOfFullDepthTime,
                    cautiously,
                    byFeatures,
                    byStem);
        }
    }

    /**
     * The class whose expected harm is least.
     *
     * @param underWeight how many times worse too little computation is taken for than too much
     */
    public record Cautious(double underWeight, @Nullable Double underComputation, @Nullable Double overComputation) {}

    /**
     * What training found of a predictor on the decision split, by trees that had not seen the input.
     *
     * @param rankCorrelation Spearman's, of the expected class with the one that suffices
     * @param cautious absent if not stated beside these
     */
    public record OutOfFold(
            @Nullable Double accuracy,
            @Nullable Double ece,
            @Nullable Double rankCorrelation,
            @Nullable Double underComputation,
            @Nullable Double overComputation,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Cautious cautious) {}

    /**
     * Inputs of similar confidence.
     *
     * @param confidence the mean
     * @param right the share of them where the class was right
     */
    public record Bin(double confidence, double right, int inputs) {}

    /**
     * The certificate of the model, and checks of the method by which it was made.
     *
     * @param n calibration inputs
     * @param violationsIn500 of the resplits that certified something, those where the other half broke the promise
     * @param simulatedViolationRate on a population whose true risk is just above epsilon
     * @param checkedRisk the risk of the resplits and the simulation
     * @param resplitPoints what every resplit certifies anew, in this order until one fails
     * @param resplitInputs calibration and test inputs that were resplit, one of each group
     * @param plans what the calibration inputs can certify, by operating point
     */
    public record Certificate(
            @Nullable String risk,
            @Nullable Double epsilon,
            @Nullable Double delta,
            @Nullable Long n,
            List<String> operatingPoints,
            @Nullable Integer violationsIn500,
            @Nullable Integer certifiedIn500,
            @Nullable Double simulatedViolationRate,
            @Nullable Double simulatedViolationLimit,
            @Nullable Integer simulatedDraws,
            @Nullable Integer resplits,
            @Nullable String checkedRisk,
            @Nullable Double checkedEpsilon,
            @Nullable Double checkedDelta,
            List<String> resplitPoints,
            @Nullable Integer resplitInputs,
            List<Plan> plans) {
        public Certificate {
            plans = List.copyOf(plans);
        }
    }

    /**
     * Which bound a number of inputs can certify, for a point with such losses.
     *
     * @param n calibration inputs, one of each group
     * @param meanLoss of the checked risk on them
     * @param discordance share of them with a loss other than 0
     * @param power probability of the certificate, on other inputs of the same kind
     * @param certifiableEpsilon the least epsilon that n inputs certify with that probability
     * @param wantedEpsilon a bound to compare with
     * @param inputsForWanted how many inputs that takes; null if no number does, because the mean is not below it
     */
    public record Plan(
            String operatingPoint,
            int n,
            double meanLoss,
            double discordance,
            double power,
            double certifiableEpsilon,
            double wantedEpsilon,
            @Nullable Integer inputsForWanted) {}

    /**
     * The learned policies: how their training went, from the model's provenance, and what their decisions take.
     *
     * @param rewardSpread standard deviation over the seeds
     * @param optimumGap value of the exact optimum of a coarser problem less that of PPO on it, over the value of the optimum
     * @param optimumProblem these values, in the JSON beside the gap; null if training did not say
     * @param findings what was wrong with reward or training, by policy and seed; null if training did not say
     * @param decisionMicrosPerInput by policy the time of all decisions of a walk, without the layers and exits in between: the
     *     median of batches of 64 at the policy's costliest operating point; absent if not measured
     */
    public record Ppo(
            @Nullable Integer seeds,
            @Nullable Double rewardMean,
            @Nullable Double rewardSpread,
            @Nullable Double optimumGap,
            @JsonUnwrapped @Nullable OptimumProblem optimumProblem,
            @Nullable List<PolicyFinding> findings,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> decisionMicrosPerInput) {
        public Ppo {
            findings = findings == null ? null : List.copyOf(findings);
            decisionMicrosPerInput = Collections.unmodifiableSortedMap(new TreeMap<>(decisionMicrosPerInput));
        }
    }

    /**
     * A problem that can be solved exactly, coarser than that of the policies in the model: some inputs of the decision split,
     * a few paths, confidences in bins, one price, the closed loop. Values are the share of kept answers less price times
     * FLOPs over full depth.
     *
     * @param optimum value of the exact optimum
     * @param ppo value of a policy that PPO trained on this problem
     * @param bestFixedPath value of the best path for all inputs alike
     * @param shareOfGain of what the optimum gains over the best fixed path, the share that PPO gains
     * @param optimumPrice what the FLOPs of full depth cost
     */
    public record OptimumProblem(
            @Nullable Double optimum,
            @Nullable Double ppo,
            @Nullable Double bestFixedPath,
            @Nullable Double shareOfGain,
            @Nullable Double optimumPrice) {}

    /**
     * Something wrong with the reward or the training of a policy.
     *
     * @param inUse whether the model brings the policy of this seed
     * @param fault its name, as BUDGET_IGNORED
     * @param detail a sentence with the figures that show it
     */
    public record PolicyFinding(String policy, long seed, boolean inUse, String fault, String detail) {}

    /**
     * A difference of accuracies on the same inputs.
     *
     * @param difference of a and b; of agreement where there are no labels
     * @param flopsRatioA cost of a
     * @param flopsRatioB cost of b
     * @param best whether a is the headline way
     * @param equalCost whether b is a baseline at the cost of a; where it reaches no such cost, flopsRatioB says what it costs
     * @param inSample whether a or b was chosen by what the predictor says of inputs that it was trained on; it may be weaker
     *     than it could be, and nobody is called better or worse
     */
    public record Paired(
            String a,
            String b,
            double difference,
            List<Double> ci95,
            double flopsRatioA,
            double flopsRatioB,
            String measure,
            boolean best,
            boolean equalCost,
            boolean inSample) {
        /** What is printed as no difference is called none. */
        private static final double INVISIBLE = 5e-5;

        /** What may be said of a: better or worse only where the interval excludes 0. */
        public Verdict verdict() {
            if (inSample) {
                return Verdict.NONE;
            }
            if (ci95.get(0) > 0 && difference > INVISIBLE) {
                return Verdict.BETTER;
            }
            return ci95.get(1) < 0 && difference < -INVISIBLE ? Verdict.WORSE : Verdict.UNCLEAR;
        }
    }

    /** What may be said of a difference. */
    public enum Verdict {
        BETTER,
        WORSE,
        UNCLEAR,
        /** The comparison is not fair. */
        NONE
    }

    /**
     * What a reader must know who counts verdicts: of many comparisons some exclude 0 by chance, and intervals are about test
     * inputs alone.
     *
     * @param made differences with an interval
     * @param ofHeadline those of the headline way
     * @param better verdicts
     * @param worse verdicts
     * @param trainings of the network that all figures come from
     * @param policySeeds seeds of policy training, the best of which is in the model; null if unknown
     */
    public record Comparisons(
            int made, int ofHeadline, int better, int worse, int trainings, @Nullable Integer policySeeds) {
        /** Counts. */
        public static Comparisons of(List<Paired> paired, Ppo ppo) {
            return new Comparisons(
                    paired.size(),
                    (int) paired.stream().filter(Paired::best).count(),
                    count(paired, Verdict.BETTER),
                    count(paired, Verdict.WORSE),
                    1,
                    ppo.seeds());
        }

        private static int count(List<Paired> paired, Verdict verdict) {
            return (int)
                    paired.stream().filter(each -> each.verdict() == verdict).count();
        }
    }

    /**
     * Changed inputs, and first the unchanged ones.
     *
     * @param operatingPoint whose answers these are: the certified default, else that of the headline
     * @param agreement with full depth
     * @param certificate held, or withdrawn by the sequential test of disagreement; null if nobody states a limit for the point
     * @param observed inputs after which the test decided, one of each group; all of them if it held
     */
    public record ShiftOutcome(
            String name,
            @Nullable Double accuracyFull,
            @Nullable Double accuracyAdaptive,
            double agreement,
            double flopsRatio,
            @Nullable String certificate,
            int observed,
            @Nullable String operatingPoint) {}

    /**
     * What fidelity of embeddings is about.
     *
     * @param keptCosine from which an embedding counts as that of full depth; fixed before training
     * @param corpus embeddings at full depth that neighbours are looked for in: those of the test data
     * @param queries how many of them looked
     */
    public record Embedding(double keptCosine, int corpus, int queries) {}

    /**
     * A learned policy of another model that decides for this one.
     *
     * @param from the other model
     * @param to this model
     * @param policy its kind; null if the other model has none
     * @param adapted what had to be fitted; empty if the shapes are equal
     * @param differenceToHull in accuracy (or agreement) to the static hull of this model at equal cost
     * @param differenceToOwn likewise to mixtures of the operating points of this model's own policy of the same kind; null if
     *     it has none
     * @param ownFlopsRatio what these cost; the nearest where they do not reach the same
     * @param reason why it cannot be used here; null if it can
     */
    public record Transfer(
            String from,
            String to,
            @Nullable String policy,
            @Nullable String operatingPoint,
            String adapted,
            @Nullable Double accuracy,
            @Nullable Double agreement,
            @Nullable Double flopsRatio,
            @Nullable Double differenceToHull,
            @Nullable List<Double> differenceToHullCi95,
            @Nullable Double differenceToOwn,
            @Nullable List<Double> differenceToOwnCi95,
            @Nullable Double ownFlopsRatio,
            @Nullable String reason) {}

    /** What a way spends by the known difficulty of the inputs. */
    public record Spending(String name, String kind, List<SpentOn> byDifficulty) {
        public Spending {
            byDifficulty = List.copyOf(byDifficulty);
        }
    }

    /** @param accuracy or agreement where there are no labels */
    public record SpentOn(int difficulty, int inputs, double flopsRatio, double accuracy) {}

    /**
     * Peak resident memory of a process that answers, beyond the same process at rest.
     *
     * @param fullMiB of full depth on ONNX Runtime alone
     * @param adaptiveMiB of the headline way on the platform
     * @param ways these and others, with what the peak is made up of
     */
    public record Memory(@Nullable Double fullMiB, @Nullable Double adaptiveMiB, List<MemoryOfWay> ways) {
        /** Where nobody measured. */
        public static final Memory NONE = new Memory(null, null, List.of());

        public Memory {
            ways = List.copyOf(ways);
        }
    }

    /** Points of one way over its range of settings. */
    public record Curve(String name, String kind, List<Point> points) {}

    /** @param accuracy or agreement where there are no labels */
    public record Point(double flopsRatio, double accuracy) {}

    /**
     * How often each depth was taken for inputs of one difficulty.
     *
     * @param difficulty known, or how many layers the stable oracle needs
     * @param byLayers number of layers that ran, with how many inputs
     */
    public record Depths(String difficulty, int inputs, double meanFlopsRatio, Map<Integer, Integer> byLayers) {}

    /** The least mean FLOPs that any policy over the menu can spend if it may differ from full depth on a share of the inputs. */
    public record Bound(String oracle, double loss, double flopsRatio) {}

    /** @param values by name: reward, kl, entropy */
    public record TrainingCurve(String name, List<Double> steps, Map<String, List<Double>> values) {
        public TrainingCurve {
            steps = List.copyOf(steps);
            values = Map.copyOf(values);
        }
    }

    /**
     * An input as people see it.
     *
     * @param label the right answer; empty if nobody knows it
     * @param answer what was answered; empty if it has no name
     * @param good whether it is right, or that of full depth where nobody knows what is right
     */
    public record Example(String difficulty, String label, String answer, boolean good, String path, Display display) {}

    /** The contract's JSON: numbers, no prose but names and notes. */
    public ObjectNode json() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS);
        ObjectNode node = mapper.createObjectNode();
        node.put("schemaVersion", SCHEMA_VERSION);
        node.setAll(mapper.<ObjectNode>valueToTree(this));
        return node;
    }

    /** Writes the JSON; the file appears complete or not at all. */
    public void writeJson(Path file) throws IOException {
        ReportFile.write(
                file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json()) + "\n");
    }

    /** Writes the page; the file appears complete or not at all. */
    public void writeHtml(Path file) throws IOException {
        ReportFile.write(file, org.tminus.evaluation.report.Page.of(this));
    }
}
