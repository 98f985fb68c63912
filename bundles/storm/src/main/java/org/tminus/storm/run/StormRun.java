/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.VersionRange;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.data.LabelledImages;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.model.OperatingPoint;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.storm.Sabotage;
import org.tminus.storm.StormProgress;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormRequest;
import org.tminus.storm.fault.FaultSource;
import org.tminus.storm.leak.ClassLoaderWatch;
import org.tminus.storm.leak.LeakDetector;
import org.tminus.storm.leak.SessionWatch;
import org.tminus.storm.load.AnswerChecker;
import org.tminus.storm.load.Load;
import org.tminus.storm.load.PlainRuns;
import org.tminus.storm.load.Tally;
import org.tminus.storm.load.Weights;
import org.tminus.storm.swap.Kind;
import org.tminus.storm.swap.ModelFiles;
import org.tminus.storm.swap.ModelSwaps;
import org.tminus.storm.swap.ServiceSwaps;
import org.tminus.storm.swap.Settings;
import org.tminus.storm.swap.SwapDriver;
import org.tminus.storm.swap.SwapGate;

/** One storm, from the first look at the model until everything is as it was before. */
final class StormRun {
    private static final VersionRange ANY_VERSION = VersionRange.valueOf("0");
    private static final String MODELS = "org.tminus.models";
    /**
     * More workers than processors, so that some can hang; patience that a busy machine does not try, and a drain that outlasts it, so that
     * hanging calls are ended by their own time.
     */
    private static final Map<String, ?> SETTINGS =
            Map.of("workers", 8, "pluginTimeoutMillis", 2_000, "drainTimeoutMillis", 4_000);

    private final Services services;
    private final StormRequest request;
    private final Schedule schedule;
    private final Path folder;
    private final ClassLoaderWatch classLoaders = new ClassLoaderWatch();
    private final LongAdder failedTrials = new LongAdder();
    private final Tally tally = new Tally();

    /** What the container offers. */
    record Services(
            BundleContext context,
            InferenceService inference,
            ModelRepository repository,
            PlatformStatus status,
            ConfigurationAdmin configurations,
            OnnxRuntime runtime) {}

    StormRun(Services services, StormRequest request, StormProgress progress) {
        this.services = services;
        this.request = request;
        this.schedule = new Schedule(request, progress);
        this.folder = Path.of(request.workFolder()).resolve("storm");
    }

    StormReport run() throws Exception {
        schedule.preparing("waiting for the model");
        Readiness.await(services.repository(), services.status(), request.model());
        Files.createDirectories(folder);
        try (ModelLease lease = services.repository().acquire(request.model(), ANY_VERSION);
                SessionWatch sessions = new SessionWatch(services.context());
                Settings settings = new Settings(services.configurations())) {
            FaultPlan plan = new FaultPlan(request.sabotage(), sessions::sessions);
            ServiceRegistration<FaultSource> faults = services.context().registerService(FaultSource.class, plan, null);
            ServiceSwaps swaps =
                    new ServiceSwaps(services.context(), classLoaders, settings, folder, points(lease.model()));
            try {
                return run(lease.model(), sessions, settings, plan, swaps);
            } finally {
                plan.end();
                swaps.remove();
                faults.unregister();
                LeftBehind.remove();
            }
        } finally {
            LeftBehind.delete(folder);
        }
    }

    private static List<String> points(AdaptiveModel model) {
        List<String> points = new ArrayList<>(
                model.operatingPoints().stream().map(OperatingPoint::name).toList());
        points.add("");
        return points;
    }

    private StormReport run(
            AdaptiveModel model, SessionWatch sessions, Settings settings, FaultPlan plan, ServiceSwaps swaps)
            throws Exception {
        schedule.preparing("running every path alone");
        ModelFiles files = new ModelFiles(model, folder);
        LabelledImages images = LabelledImages.read(Path.of(request.dataFolder()));
        InputTensors inputs = InputTensors.prepare(model, images, request.images());
        String output = model.signature().outputs().get(0).name();
        PlainRuns references = new PlainRuns(services.runtime(), inputs, output, folder);
        references.add(Weights.ORIGINAL, model, files.folder(Weights.ORIGINAL));
        references.add(Weights.CHANGED, model, files.folder(Weights.CHANGED));
        AnswerChecker checker = new AnswerChecker(references, output);

        schedule.preparing("making each swap once");
        settings.set(SETTINGS);
        swaps.prepare();
        ModelSwaps models = new ModelSwaps(
                services.context(), classLoaders, services.repository(), files, model.name(), model.version());
        SwapDriver.rehearse(swaps, models, request.seed());
        models.settle();
        Load.Setting setting = Load.Setting.of(services.inference(), model, inputs, policies(), checker);

        Tally quiet = quiet(setting);
        LeakDetector detector = new LeakDetector(services.context(), classLoaders, sessions, temporaryFolders());
        detector.before();
        Map<String, Long> before = services.status().counters();
        SwapGate gate = new SwapGate();
        if (request.sabotage().concernsAnswers()) {
            // It shows only in what the backend answers.
            settings.pin("backend", Objects.requireNonNull(ServiceSwaps.PLUGINS.get(Kind.BACKEND)));
        }
        StormReport report = storm(setting, swaps, models, settings, gate, plan, quiet, before);

        schedule.resting();
        models.settle();
        settings.unpin();
        settings.set(Map.of("policy", "", "operatingPoint", "", "predictor", "", "backend", ""));
        swaps.settle();
        // What is open on it now is open by right.
        swaps.stopPlugin(Kind.BACKEND);
        List<String> wrong = checker.settle();
        wrong.forEach(sentence -> tally.sample("Wrong answer", sentence));
        LeakDetector.Finding finding = detector.rest(Duration.ofMillis((long) (request.restSeconds() * 1000)));
        return Reports.finished(report, tally, wrong.size(), checker.rows(), finding);
    }

    /** The load without a storm: first until caches and compiled code are there, then for the figures. */
    private Tally quiet(Load.Setting setting) throws InterruptedException {
        Tally measured = new Tally();
        Load warming = Load.start(setting, request.threads(), request.seed() + 1, new Tally());
        try {
            Thread.sleep((long) (request.quietSeconds() * 1000 / 3));
        } finally {
            warming.end();
        }
        Load load = Load.start(setting, request.threads(), request.seed() + 2, measured);
        try {
            schedule.quiet();
        } finally {
            load.end();
        }
        return measured;
    }

    private StormReport storm(
            Load.Setting setting,
            ServiceSwaps swaps,
            ModelSwaps models,
            Settings settings,
            SwapGate gate,
            FaultPlan plan,
            Tally quiet,
            Map<String, Long> before)
            throws InterruptedException {
        long badBefore = models.badUpdates();
        long begin = System.nanoTime();
        Load load = Load.start(setting, request.threads(), request.seed() + 3, tally);
        SwapDriver driver =
                SwapDriver.start(swaps, models, gate, request.seed(), request.swapsPerSecond(), this::failedSwap);
        HangTrials trials = new HangTrials(
                plan, swaps, settings, gate, SETTINGS, this::abandoned, this::failedTrial, request.seed());
        // The load goes on until the last swap is over.
        try {
            try {
                plan.begin();
                if (request.sabotage() == Sabotage.NONE) {
                    trials.start();
                }
                try {
                    schedule.storm();
                } finally {
                    trials.end();
                }
            } finally {
                driver.end();
                plan.end();
            }
        } finally {
            load.end();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return Reports.stormed(
                request,
                quiet,
                tally,
                driver,
                failedTrials.sum(),
                models.badUpdates() - badBefore,
                plan,
                seconds,
                Reports.grown(before, services.status().counters()));
    }

    private long abandoned() {
        return services.status().counters().getOrDefault("abandoned", 0L);
    }

    private void failedTrial(String sentence) {
        failedTrials.increment();
        tally.sample("Trial", sentence);
    }

    private void failedSwap(String sentence) {
        tally.sample("Failed swap", sentence);
    }

    /** All that are there, by name. */
    private List<String> policies() {
        return services.status().services().stream()
                .filter(state -> state.kind().equals("policy"))
                .map(ServiceState::name)
                .distinct()
                .sorted()
                .toList();
    }

    /** The container's own, since others write to the machine's. */
    private List<Path> temporaryFolders() {
        List<Path> folders = new ArrayList<>();
        String data = services.context().getProperty("karaf.data");
        if (data != null) {
            folders.add(Path.of(data, "tmp"));
            folders.add(Path.of(data, "tminus"));
        }
        Arrays.stream(services.context().getBundles())
                .filter(bundle -> MODELS.equals(bundle.getSymbolicName()))
                .map(Bundle::getBundleContext)
                .filter(context -> context != null)
                .map(context -> context.getDataFile("models"))
                .filter(file -> file != null)
                .forEach(file -> folders.add(file.toPath()));
        return folders;
    }
}
