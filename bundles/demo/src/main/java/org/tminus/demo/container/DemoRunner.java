/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.VersionRange;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.data.LabelledImages;
import org.tminus.demo.measure.Baseline;
import org.tminus.demo.measure.Classifier;
import org.tminus.demo.measure.Comparison;
import org.tminus.demo.measure.LoadGenerator;
import org.tminus.demo.measure.Machine;
import org.tminus.demo.measure.OperatingPoints;
import org.tminus.demo.measure.PlainClassifier;
import org.tminus.demo.measure.PlainInputs;
import org.tminus.demo.measure.PlatformClassifier;
import org.tminus.demo.measure.ProcessMemory;
import org.tminus.demo.measure.RowMeter;
import org.tminus.demo.measure.SwapTrial;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.DemoReport.Swaps;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.model.OperatingPoint;
import org.tminus.onnxruntime.OnnxRuntime;

/** Does what a {@link DemoRequest} says, with the services of this container. One run at a time. */
@Component(service = DemoRunner.class)
public final class DemoRunner {
    private static final Logger LOG = LoggerFactory.getLogger(DemoRunner.class);

    private static final List<String> POLICIES = List.of("fixed", "random", "budget", "confidence");
    private static final String FULL = "full";
    private static final VersionRange ANY_VERSION = VersionRange.valueOf("0");
    private static final int BASELINE_INPUTS = 300;
    private static final int WARM_UP_INPUTS = 2000;
    private static final int MEMORY_INPUTS = 1000;
    private static final Duration PREPARATION = Duration.ofSeconds(30);
    private static final double MIB = 1024.0 * 1024.0;

    private final InferenceService service;
    private final ModelRepository repository;
    private final PlatformStatus status;
    private final ConfigurationAdmin configurations;
    private final OnnxRuntime runtime;
    private final BundleContext context;

    @Activate
    public DemoRunner(
            @Reference InferenceService service,
            @Reference ModelRepository repository,
            @Reference PlatformStatus status,
            @Reference ConfigurationAdmin configurations,
            @Reference OnnxRuntime runtime,
            BundleContext context) {
        this.service = service;
        this.repository = repository;
        this.status = status;
        this.configurations = configurations;
        this.runtime = runtime;
        this.context = context;
    }

    /**
     * Blocks until done.
     *
     * @throws Exception whatever went wrong; failed requests during swaps are counted instead
     */
    public synchronized DemoOutcome run(DemoRequest request, ProgressListener listener) throws Exception {
        return request.task() == DemoRequest.Task.COMPARE ? compare(request, listener) : memory(request, listener);
    }

    private DemoOutcome compare(DemoRequest request, ProgressListener listener) throws Exception {
        listener.progress(0, "waiting for the model");
        try (ModelLease lease = awaitModel(request.model());
                LoadGenerator load = new LoadGenerator(request.threads())) {
            AdaptiveModel model = lease.model();
            LabelledImages images = LabelledImages.read(Path.of(request.dataFolder()));
            if (images.count() < request.images()) {
                throw new IOException("The data has " + images.count() + " images, fewer than " + request.images());
            }
            listener.progress(0, "preparing the inputs");
            InputTensors inputs = InputTensors.prepare(model, images, request.images());
            inputs.write(Path.of(request.inputsFile()), MEMORY_INPUTS);
            try (PlainInputs plainInputs = new PlainInputs(runtime.environment(), inputs)) {
                return compare(request, model, images, inputs, plainInputs, load, listener);
            }
        }
    }

    private DemoOutcome compare(
            DemoRequest request,
            AdaptiveModel model,
            LabelledImages images,
            InputTensors inputs,
            PlainInputs plainInputs,
            LoadGenerator load,
            ProgressListener listener)
            throws Exception {
        List<String> notes = new ArrayList<>();
        List<OperatingPoint> points = operatingPoints(model, notes);
        int warmUp = Math.min(WARM_UP_INPUTS, request.images());
        int trial = Math.min(BASELINE_INPUTS, request.images());
        int rowCount = 2 + 2 * points.size();
        Work work = new Work(listener, 3.0 * trial + (double) rowCount * (warmUp + request.images()), 0.9);

        work.begin("trying session settings of plain ONNX Runtime");
        Part fullDepth = fullDepth(request, model);
        Baseline baseline = Baseline.choose(
                setting -> new PlainClassifier(
                        runtime, plainInputs, "onnxruntime", setting, List.of(fullDepth), request.seed()),
                load,
                request.seed(),
                trial,
                work::done);
        notes.add("Plain ONNX Runtime is the best of three settings: " + baseline.description() + ".");

        List<RowPlan> plans = new ArrayList<>();
        List<String> details = new ArrayList<>();
        List<Classifier> classifiers = new ArrayList<>();
        try {
            plans.add(RowPlan.plain("plain ONNX Runtime", "onnxruntime", baseline.setting(), List.of(fullDepth)));
            details.add(baseline.setting().description());
            plans.add(RowPlan.platform("full depth", FULL, null));
            details.add("");
            for (RowPlan plan : plans) {
                classifiers.add(open(plan, model, inputs, plainInputs, request.seed()));
            }
            work.begin("warming up");
            for (Classifier classifier : classifiers) {
                warmUp(classifier, load, warmUp, work);
            }
            StaticModels statics = StaticModels.find(request, model, fullDepth);
            notes.add(statics.description());
            for (OperatingPoint point : points) {
                RowPlan adaptive = RowPlan.platform(point.policy(), point.policy(), point.name());
                Classifier classifier = open(adaptive, model, inputs, plainInputs, request.seed());
                plans.add(adaptive);
                details.add(chosenOn(point));
                classifiers.add(classifier);
                double flops = warmUp(classifier, load, warmUp, work).meanFlops();
                List<Part> mixture = statics.at(flops);
                RowPlan atSameFlops =
                        RowPlan.plain("static, as " + point.policy(), "static", baseline.setting(), mixture);
                Classifier mixed = open(atSameFlops, model, inputs, plainInputs, request.seed());
                plans.add(atSameFlops);
                details.add(mixture.stream()
                        .map(part -> String.format(Locale.ROOT, "%.1f %% %s", 100 * part.weight(), part.name()))
                        .collect(Collectors.joining(" + ")));
                classifiers.add(mixed);
                warmUp(mixed, load, warmUp, work);
            }
            System.gc();
            work.begin("measuring " + plans.size() + " rows side by side");
            List<RowMeter> meters = new Comparison(load, request.seed()).run(classifiers, request.images(), work::done);
            List<Row> rows = new ArrayList<>();
            for (int index = 0; index < plans.size(); index++) {
                rows.add(meters.get(index)
                        .row(plans.get(index), images::label, meters.get(0).meanFlops(), details.get(index)));
            }
            Swaps swaps = swap(request, model, inputs, load, points, listener);
            DemoReport report = new DemoReport(
                    request.title() + ", classified by " + model.name() + " " + model.version(),
                    request.images(),
                    request.seed(),
                    Machine.describe() + ", ONNX Runtime " + runtime.version(),
                    request.threads(),
                    rows,
                    swaps,
                    notes);
            return DemoOutcome.compared(report, plans);
        } finally {
            classifiers.forEach(Classifier::close);
        }
    }

    private Classifier open(RowPlan plan, AdaptiveModel model, InputTensors inputs, PlainInputs plainInputs, long seed)
            throws Exception {
        if (plan.kind() == RowPlan.Kind.PLATFORM) {
            return new PlatformClassifier(service, model, inputs, plan.policy(), plan.operatingPoint());
        }
        return plain(plan, plainInputs, seed);
    }

    private Classifier plain(RowPlan plan, PlainInputs plainInputs, long seed) throws Exception {
        var setting = plan.setting();
        if (setting == null) {
            throw new IOException("The row '" + plan.name() + "' names no session setting");
        }
        return new PlainClassifier(runtime, plainInputs, plan.policy(), setting, plan.parts(), seed);
    }

    private static RowMeter warmUp(Classifier classifier, LoadGenerator load, int inputs, Work work) throws Exception {
        RowMeter meter = new RowMeter(inputs);
        load.send(classifier, 0, inputs, meter);
        work.done(inputs);
        return meter;
    }

    private static String chosenOn(OperatingPoint point) {
        return String.format(
                Locale.ROOT,
                "operating point %s; on the %s split: accuracy %.4f (full depth %.4f) at %.3f of the FLOPs",
                point.name(),
                point.split(),
                point.accuracy(),
                point.fullDepthAccuracy(),
                point.flopsRatio());
    }

    /** One for each policy that is there; what is missing is said, not passed over. */
    private List<OperatingPoint> operatingPoints(AdaptiveModel model, List<String> notes) {
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

    private static Part fullDepth(DemoRequest request, AdaptiveModel model) throws IOException {
        String given = request.fullDepthFile();
        Path file = given != null
                ? Path.of(given)
                : model.file("model.onnx").orElseThrow(() -> new IOException("The model has no file model.onnx"));
        return new Part(
                "full depth", file.toString(), model.cost(model.fullDepth()).flops(0), 1);
    }

    private Swaps swap(
            DemoRequest request,
            AdaptiveModel model,
            InputTensors inputs,
            LoadGenerator load,
            List<OperatingPoint> points,
            ProgressListener listener)
            throws Exception {
        Classifier classifier = new PlatformClassifier(service, model, inputs, null, null);
        try (ConfiguredPolicies policies = new ConfiguredPolicies(context, configurations, model.name(), points)) {
            return new SwapTrial(policies, classifier, inputs.count(), request.threads())
                    .run(
                            load,
                            request.swaps().byConfiguration(),
                            request.swaps().byBundleUpdate(),
                            share -> listener.progress(0.9 + 0.1 * share, "swapping policies under load"));
        }
    }

    private DemoOutcome memory(DemoRequest request, ProgressListener listener) throws Exception {
        RowPlan plan = request.rows().get(0);
        ProcessMemory memory = new ProcessMemory();
        InputTensors inputs = InputTensors.read(Path.of(request.inputsFile()), request.images());
        try (LoadGenerator load = new LoadGenerator(request.threads());
                PlainInputs plainInputs = new PlainInputs(runtime.environment(), inputs)) {
            listener.progress(0.1, "waiting for the container to come to rest");
            OptionalLong idle = Rest.await(memory);
            if (!memory.resetPeak()) {
                LOG.warn("The system does not allow to reset the peak of resident memory; the figure is left out");
                return DemoOutcome.memory(null);
            }
            listener.progress(0.3, "answering");
            if (plan.kind() == RowPlan.Kind.PLATFORM) {
                repository.install(Path.of(String.valueOf(request.modelFile())));
                try (ModelLease lease = awaitModel(request.model())) {
                    send(load, open(plan, lease.model(), inputs, plainInputs, request.seed()), request.images());
                }
            } else {
                send(load, plain(plan, plainInputs, request.seed()), request.images());
            }
            OptionalLong peak = memory.peak();
            return DemoOutcome.memory(
                    idle.isPresent() && peak.isPresent() ? (peak.getAsLong() - idle.getAsLong()) / MIB : null);
        }
    }

    private static void send(LoadGenerator load, Classifier classifier, int inputs) throws Exception {
        try (classifier) {
            load.send(classifier, 0, inputs, new RowMeter(inputs));
        }
    }

    /** Whether the platform has tried to compile every path of the menu, so that it does not do so during the measurement. */
    private boolean isPrepared(AdaptiveModel model) {
        Map<String, Long> counters = status.counters();
        long tried = counters.getOrDefault("pathsPrepared", 0L) + counters.getOrDefault("preparationsFailed", 0L);
        return tried >= model.menu().size();
    }

    /** The model, once it is installed, the platform would answer for it, and its paths are compiled. */
    private ModelLease awaitModel(String name) throws Exception {
        Rest.until(
                () -> status.ready()
                        && repository.models().stream()
                                .anyMatch(model -> model.name().equals(name)),
                () -> "the model '" + name + "' is not ready; installed are "
                        + repository.models().stream().map(AdaptiveModel::name).toList() + "; the platform says "
                        + status.warnings());
        try {
            ModelLease lease = repository.acquire(name, ANY_VERSION);
            Rest.atMost(PREPARATION, () -> isPrepared(lease.model()));
            return lease;
        } catch (ModelNotFoundException e) {
            throw new IOException("The model was removed meanwhile", e);
        }
    }
}
