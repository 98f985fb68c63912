/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntime;

/**
 * The processor as a backend. Sessions belong to whoever opened them, and outlive the component, so that requests in
 * flight finish when it goes.
 */
@Component(service = Backend.class, configurationPid = CpuBackend.PID, property = Backend.NAME + "=cpu")
@Designate(ocd = CpuBackend.Config.class)
public final class CpuBackend implements Backend {
    static final String PID = "org.tminus.backend.cpu";

    private static final Logger LOG = LoggerFactory.getLogger(CpuBackend.class);
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final OnnxRuntime runtime;
    private final DeviceDescription device;
    private final Deadlines deadlines = new Deadlines();
    private final ThreadPoolExecutor compiler = compiler();
    private final NativeMemory memory;
    private final WeightBudget budget = new WeightBudget(this::weightBound);
    private final Foldings foldings = new Foldings();
    private final AtomicInteger running = new AtomicInteger();
    private final CpuTelemetry telemetry;
    private volatile Limits limits;

    /** The typed configuration. A change takes effect with the next path that is compiled. */
    @ObjectClassDefinition(name = "Tminus CPU backend", description = "Runs paths on processors with ONNX Runtime.")
    @interface Config {
        /** Most compiled paths per model. */
        @AttributeDefinition(
                name = "Compiled paths",
                description =
                        "Most compiled paths per model, full depth included; the least recently used one makes room."
                                + " 0 runs everything layer by layer.",
                min = "0")
        int compiledPaths() default Limits.DEFAULT_PATHS;

        /** Most memory for their weights, per model. */
        @AttributeDefinition(
                name = "Memory for compiled paths (MiB)",
                description =
                        "Most memory for weights that a model's compiled paths have for themselves alone, full depth"
                                + " not counted.",
                min = "0")
        int compiledMemoryMiB() default Limits.DEFAULT_MEBIBYTES;

        /** Most memory for weights, of all models. */
        @AttributeDefinition(
                name = "Memory for weights (MiB)",
                description =
                        "Most memory for the weights of all models, of which those that ran the longest ago leave first;"
                                + " 0 for as much as there are. Models run layer by layer then. In force for models"
                                + " that are opened afterwards.",
                min = "0")
        int weightMemoryMiB() default 0;
    }

    /** @throws IllegalArgumentException if a value of the configuration is out of range */
    @Activate
    public CpuBackend(@Reference OnnxRuntime runtime, Config config) {
        this(runtime, limits(config));
    }

    /** With the default limits; for programs without a container. */
    public CpuBackend(OnnxRuntime runtime) {
        this(runtime, Limits.defaults());
    }

    CpuBackend(OnnxRuntime runtime, Limits limits) {
        this(runtime, limits, NativeMemory.RUNS_PAUSE_NANOS);
    }

    /** @param runsPauseNanos time between two runs that give back memory */
    CpuBackend(OnnxRuntime runtime, Limits limits, long runsPauseNanos) {
        this.runtime = runtime;
        this.limits = limits;
        this.memory = new NativeMemory(deadlines, compiler, runtime, runsPauseNanos);
        this.telemetry = new CpuTelemetry(deadlines, this::memoryBytes);
        this.device = DeviceDescription.builder("cpu")
                .name(processorName())
                .numericClass("fp32")
                // Runs that are under way together need not share the pool.
                .concurrency(Runtime.getRuntime().availableProcessors())
                .build();
    }

    private static Limits limits(Config config) {
        return new Limits(
                config.compiledPaths(), (long) config.compiledMemoryMiB() << 20, (long) config.weightMemoryMiB() << 20);
    }

    @Modified
    void modified(Config config) {
        try {
            limits = limits(config);
        } catch (IllegalArgumentException e) {
            LOG.error("The configuration {} is not used: {}; the values before stay in force", PID, e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        deadlines.close();
        // What is begun holds a chain and lets go of it when it is done.
        compiler.shutdown();
    }

    /** One thread, and none when there is nothing to do. */
    private static ThreadPoolExecutor compiler() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "tminus-cpu-compiler");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static String processorName() {
        try {
            if (Files.isReadable(PROCESSORS)) {
                for (String line : Files.readAllLines(PROCESSORS)) {
                    if (line.startsWith("model name")) {
                        return line.substring(line.indexOf(':') + 1).strip();
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("The processor's name cannot be read", e);
        }
        return System.getProperty("os.arch", "unknown");
    }

    @Override
    public DeviceDescription device() {
        return device;
    }

    @Override
    public Telemetry telemetry() {
        return telemetry.get();
    }

    /** Weights in memory, of all open sessions. */
    long memoryBytes() {
        return memory.weightBytes() + budget.residentBytes();
    }

    /** Models that were opened with a bound may be there when it is lifted. */
    private long weightBound() {
        long bound = limits.weightBytes();
        return bound == 0 ? Long.MAX_VALUE : bound;
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        ModelGraphs graphs = ModelGraphs.read(model);
        ModelWeights weights =
                ModelWeights.of(model, graphs, runtime, memory, limits.weightBytes() > 0 ? budget : null);
        try {
            ModelContext context = new ModelContext(
                    runtime,
                    model,
                    graphs,
                    new InputCheck(model),
                    deadlines,
                    compiler,
                    memory,
                    weights,
                    foldings.of(model),
                    running);
            LoadCheck.check(context);
            return new CpuSession(context, () -> limits);
        } finally {
            // From here on the session's chain holds them.
            weights.release();
        }
    }
}
