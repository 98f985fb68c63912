/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.data.LabelledImages;
import org.tminus.demo.measure.Baseline;
import org.tminus.demo.measure.Classifier;
import org.tminus.demo.measure.Comparison;
import org.tminus.demo.measure.CompilerWatch;
import org.tminus.demo.measure.LoadGenerator;
import org.tminus.demo.measure.Machine;
import org.tminus.demo.measure.OperatingPoints;
import org.tminus.demo.measure.RowMeter;
import org.tminus.demo.measure.SwapTrial;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.DemoReport.Swaps;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;

/** All rows side by side, then swaps under load. For one run. */
final class ComparisonRun {
    private static final List<String> POLICIES = List.of("fixed", "random", "budget", "confidence");
    private static final int BASELINE_INPUTS = 300;
    private static final int WARM_UP_INPUTS = 2000;
    /** How long all rows warm up together: until Java's compiler rests, and no longer than this. */
    private static final int SETTLING_ROUNDS = 12;

    private static final int SETTLING_INPUTS = 1000;
    private static final double RESTING_COMPILER = 0.01;
    /** The share of the progress that the rows take; the rest is for the swaps. */
    private static final double ROWS = 0.9;

    private final DemoRequest request;
    private final AdaptiveModel model;
    private final LabelledImages images;
    private final InputTensors inputs;
    private final Classifiers classifiers;
    private final LoadGenerator load;
    private final ProgressListener listener;
    private final List<String> notes = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    /** A row while it is measured. */
    private record Entry(RowPlan plan, String detail, Classifier classifier) {}

    /** Makes what exchanges the policies that have these operating points. */
    interface PoliciesFactory {
        ConfiguredPolicies create(List<OperatingPoint> points) throws IOException;
    }

    ComparisonRun(
            DemoRequest request,
            AdaptiveModel model,
            LabelledImages images,
            InputTensors inputs,
            Classifiers classifiers,
            LoadGenerator load,
            ProgressListener listener) {
        this.request = request;
        this.model = model;
        this.images = images;
        this.inputs = inputs;
        this.classifiers = classifiers;
        this.load = load;
        this.listener = listener;
    }

    /**
     * @param runtimeVersion of ONNX Runtime
     * @throws Exception the first failure of a request that belongs to a row, or of a swap
     */
    DemoOutcome run(PlatformStatus status, PoliciesFactory policies, String runtimeVersion) throws Exception {
        List<OperatingPoint> points = operatingPoints(status);
        try {
            List<Row> rows = measure(points);
            Swaps swaps = swap(policies, points);
            DemoReport report = new DemoReport(
                    request.title() + ", classified by " + model.name() + " " + model.version(),
                    request.images(),
                    request.seed(),
                    Machine.describe() + ", ONNX Runtime " + runtimeVersion,
                    request.threads(),
                    rows,
                    swaps,
                    notes);
            return DemoOutcome.compared(
                    report, entries.stream().map(Entry::plan).toList());
        } finally {
            entries.forEach(entry -> entry.classifier().close());
        }
    }

    /** One for each policy that is there; what is missing is said, not passed over. */
    private List<OperatingPoint> operatingPoints(PlatformStatus status) {
        Set<String> installed = new HashSet<>();
        status.services().stream()
                .filter(state -> state.kind().equals("policy"))
                .forEach(state -> installed.add(state.name()));
        List<OperatingPoint> chosen = new ArrayList<>();
        for (String policy : POLICIES) {
            Optional<OperatingPoint> point = OperatingPoints.choose(model.operatingPoints(), policy);
            if (!installed.contains(policy)) {
                notes.add("Policy " + policy + " is not installed, so it has no row.");
            } else if (point.isEmpty()) {
                notes.add("Model " + model.name() + " has no operating point for policy " + policy
                        + ", so it has no row.");
            } else {
                chosen.add(point.get());
            }
        }
        return chosen;
    }

    private List<Row> measure(List<OperatingPoint> points) throws Exception {
        int warmUp = Math.min(WARM_UP_INPUTS, request.images());
        int trial = Math.min(BASELINE_INPUTS, request.images());
        int rowCount = 2 + 2 * points.size();
        int settling = Math.min(SETTLING_INPUTS, request.images());
        int before = warmUp + SETTLING_ROUNDS * settling;
        Work work = new Work(listener, 3.0 * trial + (double) rowCount * (before + request.images()), ROWS);

        work.begin("trying session settings of plain ONNX Runtime");
        Part fullDepth = fullDepth();
        Baseline baseline = Baseline.choose(
                setting -> classifiers.plain("onnxruntime", setting, List.of(fullDepth)),
                load,
                request.seed(),
                trial,
                work::done);
        notes.add("Plain ONNX Runtime is the best of three settings: " + baseline.description() + ".");

        work.begin("warming up");
        add(
                RowPlan.plain("plain ONNX Runtime", "onnxruntime", baseline.setting(), List.of(fullDepth)),
                baseline.setting().description(),
                warmUp,
                work);
        add(RowPlan.platform("full depth", "full", null), "", warmUp, work);
        StaticModels statics = StaticModels.find(request, model, fullDepth);
        notes.add(statics.description());
        for (OperatingPoint point : points) {
            RowMeter seen =
                    add(RowPlan.platform(point.policy(), point.policy(), point.name()), describe(point), warmUp, work);
            List<Part> mixture = statics.at(seen.meanFlops());
            add(
                    RowPlan.plain("static, as " + point.policy(), "static", baseline.setting(), mixture),
                    describe(mixture),
                    warmUp,
                    work);
        }
        settle(settling, work);
        System.gc();
        work.begin("measuring " + entries.size() + " rows side by side");
        List<RowMeter> meters = new Comparison(load, request.seed())
                .run(entries.stream().map(Entry::classifier).toList(), request.images(), work::done);
        List<Row> rows = new ArrayList<>();
        for (int index = 0; index < entries.size(); index++) {
            Entry entry = entries.get(index);
            Row row = meters.get(index)
                    .row(entry.plan(), images::label, meters.get(0).meanFlops(), entry.detail());
            rows.add(row);
            if (row.fallbacks() > 0) {
                // A row that others have answered must not pass for its policy's work.
                notes.add("Of the " + request.images() + " answers of the row '" + row.name() + "', " + row.fallbacks()
                        + " needed a fall-back.");
            }
        }
        return rows;
    }

    /**
     * Code that is compiled while it is measured makes some requests wait for a processor, and which ones is chance. So all
     * rows run in turn, as they will be measured, until the compiler has hardly anything left to do.
     */
    private void settle(int inputsPerRound, Work work) throws Exception {
        List<Classifier> all = entries.stream().map(Entry::classifier).toList();
        CompilerWatch compiler = new CompilerWatch();
        int rounds = 0;
        double share;
        do {
            new Comparison(load, request.seed()).run(all, inputsPerRound, work::done);
            rounds++;
            share = compiler.shareSinceLastLook();
        } while (share > RESTING_COMPILER && rounds < SETTLING_ROUNDS);
        work.done((SETTLING_ROUNDS - rounds) * inputsPerRound * all.size());
        notes.add(String.format(
                Locale.ROOT,
                "Before the measurement all rows ran %d inputs, %d in turn; in the end Java's compiler took %.1f %% of a"
                        + " processor.",
                Math.min(WARM_UP_INPUTS, request.images()) + rounds * inputsPerRound,
                rounds * inputsPerRound,
                100 * share));
    }

    /** Opens a row and warms it up. */
    private RowMeter add(RowPlan plan, String detail, int warmUp, Work work) throws Exception {
        Classifier classifier = classifiers.open(plan, model);
        entries.add(new Entry(plan, detail, classifier));
        RowMeter meter = new RowMeter(warmUp);
        load.send(classifier, 0, warmUp, meter);
        work.done(warmUp);
        return meter;
    }

    private Part fullDepth() throws IOException {
        String given = request.fullDepthFile();
        Path file = given != null
                ? Path.of(given)
                : model.file("model.onnx").orElseThrow(() -> new IOException("The model has no file model.onnx"));
        return new Part(
                "full depth", file.toString(), model.cost(model.fullDepth()).flops(0), 1);
    }

    private static String describe(OperatingPoint point) {
        return String.format(
                Locale.ROOT,
                "operating point %s; on the %s split: accuracy %.4f (full depth %.4f) at %.3f of the FLOPs",
                point.name(),
                point.split(),
                point.accuracy(),
                point.fullDepthAccuracy(),
                point.flopsRatio());
    }

    private static String describe(List<Part> mixture) {
        return mixture.stream()
                .map(part -> String.format(Locale.ROOT, "%.1f %% %s", 100 * part.weight(), part.name()))
                .collect(Collectors.joining(" + "));
    }

    private Swaps swap(PoliciesFactory factory, List<OperatingPoint> points) throws Exception {
        try (Classifier classifier = classifiers.inForce(model);
                ConfiguredPolicies policies = factory.create(points)) {
            return new SwapTrial(policies, classifier, inputs.count(), request.threads())
                    .run(
                            load,
                            request.swaps().byConfiguration(),
                            request.swaps().byBundleUpdate(),
                            share -> listener.progress(ROWS + (1 - ROWS) * share, "swapping policies under load"));
        }
    }
}
