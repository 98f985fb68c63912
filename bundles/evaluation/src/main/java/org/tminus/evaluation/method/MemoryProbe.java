/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.ProcessMemory;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.ort.Threads;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

/**
 * A process that answers inputs in one way and tells the peak of its memory: beyond itself at rest, with ONNX Runtime loaded
 * and the inputs read, but without the model.
 */
public final class MemoryProbe {
    static final String RESULT = "peak-bytes=";

    private MemoryProbe() {}

    /** @param args folder of the extracted model, file of inputs, and the way as {@link #arguments} writes it */
    public static void main(String[] args) throws IOException, ModelFormatException, EvaluationException {
        InputFile.Content content = InputFile.read(Path.of(args[1]));
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        Serving serving = serving(List.of(args).subList(2, args.length));
        ProcessMemory memory = new ProcessMemory();
        System.gc();
        OptionalLong rest = memory.resident();
        boolean told = rest.isPresent() && memory.resetPeak();
        AdaptiveModel model = ModelPackage.load(Path.of(args[0]));
        Servers.Served served = new Servers.Served("probe", serving, input -> content.paths()[input]);
        try (Servers servers =
                new Servers(model, List.of(served), runtime, Threads.PROCESS_POOL, Threads.PROCESS_POOL)) {
            Server server = servers.byName().values().iterator().next();
            for (int i = 0; i < content.inputs().size(); i++) {
                server.answer(content.inputs().get(i), i);
            }
        }
        OptionalLong peak = memory.peak();
        System.out.println(RESULT + (told && peak.isPresent() ? peak.getAsLong() - rest.getAsLong() : -1));
        System.out.flush();
        // Threads of the platform must not keep the process alive.
        Runtime.getRuntime().halt(0);
    }

    static List<String> arguments(Serving serving) {
        List<String> arguments = new ArrayList<>();
        if (serving instanceof Serving.ModelFile plain) {
            arguments.addAll(List.of("file", plain.file().toString()));
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
