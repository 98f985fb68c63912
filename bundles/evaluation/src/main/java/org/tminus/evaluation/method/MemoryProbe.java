/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.MemoryReading;
import org.tminus.evaluation.measure.Engines;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.ProcessMemory;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.ort.Threads;
import org.tminus.evaluation.ort.WithoutArena;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

/**
 * A process that answers inputs in one way and tells what memory that takes: beyond itself at rest, with its library loaded and
 * the inputs read, but without the model.
 */
public final class MemoryProbe {
    static final String RESULT = "memory=";
    /** Stands for figures that the system does not tell. */
    static final String UNTOLD = "untold";
    /** What the JVM that runs this needs, so that its own memory is not taken for the way's. */
    static final List<String> JVM_OPTIONS = List.of(
            "-XX:+UseSerialGC",
            // All of the heap is resident before anything is measured: what garbage lies in it changes nothing.
            "-Xms1g",
            "-Xmx1g",
            "-XX:+AlwaysPreTouch",
            // A small young generation is collected often, and native memory goes when the objects that hold it go.
            "-Xmn16m",
            // The second compiler needs much memory for a moment, at a time of its own.
            "-XX:TieredStopAtLevel=1");

    /** Likewise of its allocator, if that is glibc's: large pieces go back to the system when they are freed. */
    static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_MMAP_THRESHOLD_", "65536");

    private final ProcessMemory memory = new ProcessMemory();
    private final MemoryMXBean java = ManagementFactory.getMemoryMXBean();
    private final long restCode;
    private final long restHeap;
    private final OptionalLong rest;
    private final OptionalLong restFiles;

    private MemoryProbe() {
        System.gc();
        restCode = code();
        restHeap = heap();
        restFiles = memory.files();
        rest = memory.resident();
    }

    /** @param args whether with an arena, folder of the extracted model, file of inputs, and the way as {@link #arguments} writes it */
    public static void main(String[] args) throws IOException, ModelFormatException, EvaluationException {
        InputFile.Content content = InputFile.read(Path.of(args[2]));
        OnnxRuntime plain = OnnxRuntimes.standalone();
        OnnxRuntime runtime = Boolean.parseBoolean(args[0]) ? plain : new WithoutArena(plain);
        Serving serving = serving(List.of(args).subList(3, args.length));
        if (serving instanceof Serving.Library library) {
            Engines.named(library.engine()).load();
        }
        String line = new MemoryProbe().measure(runtime, Path.of(args[1]), content, serving);
        System.out.println(RESULT + line);
        System.out.flush();
        // Threads of the platform must not keep the process alive.
        Runtime.getRuntime().halt(0);
    }

    private String measure(OnnxRuntime runtime, Path folder, InputFile.Content content, Serving serving)
            throws ModelFormatException, EvaluationException {
        if (rest.isEmpty() || restFiles.isEmpty() || !memory.resetPeak()) {
            return UNTOLD;
        }
        AdaptiveModel model = ModelPackage.load(folder);
        Servers.Served served = new Servers.Served("probe", serving, input -> content.paths()[input]);
        try (Servers servers =
                new Servers(model, List.of(served), runtime, Threads.PROCESS_POOL, Threads.PROCESS_POOL)) {
            Server server = servers.byName().values().iterator().next();
            answer(server, content);
            long loadingPeak = beyondRest(memory.peak());
            System.gc();
            long codeWhenLoaded = code() - restCode;
            long loaded = beyondRest(memory.resident());
            long files = memory.files().orElseThrow() - restFiles.orElseThrow();
            memory.resetPeak();
            answer(server, content);
            long answeringPeak = beyondRest(memory.peak());
            long code = code() - restCode;
            System.gc();
            return new MemoryReading(loaded, files, loadingPeak, answeringPeak, codeWhenLoaded, code, heap() - restHeap)
                    .toLine();
        }
    }

    /** The first time opens whatever is opened when first needed. */
    private static void answer(Server server, InputFile.Content content) throws EvaluationException {
        for (int i = 0; i < content.inputs().size(); i++) {
            server.answer(content.inputs().get(i), i);
        }
    }

    private long beyondRest(OptionalLong resident) {
        return resident.orElseThrow() - rest.orElseThrow();
    }

    private long code() {
        return java.getNonHeapMemoryUsage().getCommitted();
    }

    private long heap() {
        return java.getHeapMemoryUsage().getUsed();
    }

    static List<String> arguments(Serving serving) {
        List<String> arguments = new ArrayList<>();
        if (serving instanceof Serving.ModelFile plain) {
            arguments.addAll(List.of("file", plain.file().toString()));
        } else if (serving instanceof Serving.Library library) {
            arguments.addAll(List.of("library", library.engine(), library.file().toString(), library.setting()));
        } else if (serving instanceof Serving.MenuGraph menu) {
            arguments.addAll(List.of("menu", String.valueOf(menu.path())));
        } else if (serving instanceof Serving.Point point) {
            arguments.addAll(List.of("point", point.policy(), point.operatingPoint()));
        } else if (serving instanceof Serving.Chosen chosen) {
            arguments.addAll(List.of("chosen", String.valueOf(chosen.predicts())));
        } else if (serving instanceof Serving.Exits exits) {
            arguments.add("exits");
            for (int i = 0; i < exits.layers().size(); i++) {
                arguments.add(exits.layers().get(i));
                arguments.add(String.valueOf(exits.thresholds().get(i)));
            }
        }
        return arguments;
    }

    static Serving serving(List<String> arguments) {
        return switch (arguments.get(0)) {
            case "file" -> new Serving.ModelFile(Path.of(arguments.get(1)));
            case "library" -> new Serving.Library(arguments.get(1), Path.of(arguments.get(2)), arguments.get(3));
            case "menu" -> new Serving.MenuGraph(Integer.parseInt(arguments.get(1)));
            case "point" -> new Serving.Point(arguments.get(1), arguments.get(2));
            case "chosen" -> new Serving.Chosen(Boolean.parseBoolean(arguments.get(1)));
            case "exits" -> {
                List<String> layers = new ArrayList<>();
                List<Double> thresholds = new ArrayList<>();
                for (int i = 1; i + 1 < arguments.size(); i += 2) {
                    layers.add(arguments.get(i));
                    thresholds.add(Double.parseDouble(arguments.get(i + 1)));
                }
                yield new Serving.Exits(layers, thresholds);
            }
            default -> throw new IllegalArgumentException("Unknown way " + arguments);
        };
    }
}
