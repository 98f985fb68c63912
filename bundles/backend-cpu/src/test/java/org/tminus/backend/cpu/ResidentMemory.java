/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Map;
import java.util.Random;
import javax.management.ObjectName;
import org.tminus.backend.BackendSession;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/**
 * Measures what a model's compiled paths and a large batch add to the memory that is resident. For a process of its own,
 * whose Java heap is resident from the start. Arguments: an empty folder; layers, width; optionally the most MiB of weights
 * that may be in memory, for that measurement alone. Prints a figure with its name per line, in bytes.
 */
final class ResidentMemory {
    static final int[] PATHS = {1, 8, 32};
    static final String WEIGHTS = "weights";
    static final String BURST = "burst";
    static final String AFTER_BURST = "afterBurst";
    static final String CLOSED = "closed";
    static final String BOUNDED = "bounded";

    private static final java.nio.file.Path STATUS = java.nio.file.Path.of("/proc/self/smaps_rollup");
    private static final int BURST_ROWS = 4096;
    private static final int SMALL_WIDTH = 16;

    private final CpuBackend backend =
            new CpuBackend(Fixture.RUNTIME, new Limits(2 * PATHS[PATHS.length - 1], 1L << 40));
    private long before;

    private ResidentMemory() {}

    public static void main(String[] arguments) throws Exception {
        java.nio.file.Path folder = java.nio.file.Path.of(arguments[0]);
        TestModels.Options options = TestModels.Options.small().withExternalData();
        int layers = Integer.parseInt(arguments[1]);
        int width = Integer.parseInt(arguments[2]);
        // What every first use takes, such as code and classes, is there already when it counts.
        java.nio.file.Path small = Files.createDirectory(folder.resolve("small"));
        new ResidentMemory().measure(TestModels.vision(small, options.sized(layers, 4, SMALL_WIDTH)), false);
        java.nio.file.Path large = Files.createDirectory(folder.resolve("large"));
        AdaptiveModel model = TestModels.vision(large, options.sized(layers, 4, width));
        print(WEIGHTS, Files.size(large.resolve("model.onnx.data")) + Files.size(large.resolve("exits.onnx")));
        if (arguments.length > 3) {
            new ResidentMemory().measureBounded(model, Long.parseLong(arguments[3]) << 20);
        } else {
            new ResidentMemory().measure(model, true);
        }
    }

    /** Full depth and other paths, while few of the weights may be in memory. */
    private void measureBounded(AdaptiveModel model, long bound) throws Exception {
        Map<String, Tensor> one = TestModels.inputs(model, 1, 1);
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(0, 0, bound));
        before = resident();
        Random random = new Random(1);
        try (BackendSession session = limited.open(model)) {
            for (int run = 0; run < PATHS[2]; run++) {
                Fixture.run(session, run % 2 == 0 ? model.fullDepth() : Fixture.randomPath(model, random), one);
            }
            tell(true, BOUNDED);
        }
    }

    private void measure(AdaptiveModel model, boolean told) throws Exception {
        Map<String, Tensor> one = TestModels.inputs(model, 1, 1);
        Map<String, Tensor> many = TestModels.inputs(model, BURST_ROWS, 1);
        before = resident();
        Random random = new Random(1);
        try (BackendSession session = backend.open(model)) {
            session.prepare(model.fullDepth());
            for (int prepared = 1, next = 0; next < PATHS.length; next++) {
                while (prepared < PATHS[next]) {
                    Path path = Fixture.randomPath(model, random);
                    if (!session.isPrepared(path)) {
                        session.prepare(path);
                        prepared++;
                    }
                }
                Fixture.run(session, model.fullDepth(), one);
                Fixture.RUNTIME.shrinkArena();
                tell(told, String.valueOf(PATHS[next]));
            }
            Fixture.run(session, model.fullDepth(), many);
            tell(told, BURST);
            Fixture.RUNTIME.shrinkArena();
            tell(told, AFTER_BURST);
        }
        tell(told, CLOSED);
    }

    private void tell(boolean told, String name) throws Exception {
        // As the backend does some time later.
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "systemTrimNativeHeap",
                        new Object[0],
                        new String[0]);
        if (told) {
            print(name, resident() - before);
        }
    }

    private static void print(String name, long bytes) {
        System.out.println(name + " " + bytes);
    }

    private static long resident() throws IOException {
        System.gc();
        String line = Files.readAllLines(STATUS).stream()
                .filter(entry -> entry.startsWith("Rss:"))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }
}
