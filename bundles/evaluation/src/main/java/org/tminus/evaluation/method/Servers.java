/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.ChosenPath;
import org.tminus.evaluation.measure.EarlyExit;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Engines;
import org.tminus.evaluation.measure.KnownPolicies;
import org.tminus.evaluation.measure.PlainServer;
import org.tminus.evaluation.measure.Platform;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.Threads;
import org.tminus.learning.outcome.Choices;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.Layer;
import org.tminus.model.OperatingPoint;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.SegmentGraph;
import org.tminus.onnxruntime.OnnxRuntime;

/** What serves the ways that can be served, opened together, since they are timed side by side. */
public final class Servers implements AutoCloseable {
    private static final String CHOSEN = "chosen";
    private static final String CHOSEN_BY_PREDICTOR = "chosen-by-predictor";
    private static final String EARLY_EXIT = "early-exit";

    private final Map<String, Server> servers = new LinkedHashMap<>();
    private @Nullable Platform platform;

    /**
     * One way to serve.
     *
     * @param paths by example the menu index of the path that was decided, for {@link Serving.Chosen}
     */
    public record Served(String name, Serving serving, IntUnaryOperator paths) {
        /** A way that can be served. */
        public static Served of(Way way) {
            Choices choices = way.choices();
            return new Served(
                    way.name(), Objects.requireNonNull(way.serving()), row -> choices == null ? 0 : choices.path(row));
        }
    }

    /**
     * @param model extracted to disk
     * @param single who computes in the sessions that answer single inputs without the platform
     * @param load likewise at full load
     * @throws EvaluationException if a graph cannot be opened or the platform does not get ready
     */
    public Servers(AdaptiveModel model, List<Served> ways, OnnxRuntime runtime, Threads single, Threads load)
            throws EvaluationException {
        boolean opened = false;
        try {
            open(model, ways, runtime, single, load);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    private void open(AdaptiveModel model, List<Served> ways, OnnxRuntime runtime, Threads single, Threads load)
            throws EvaluationException {
        String output = model.signature().outputs().get(0).name();
        List<Served> byPlatform = new ArrayList<>();
        for (Served way : ways) {
            if (way.serving() instanceof Serving.ModelFile plain) {
                Opener opener = threads -> OrtGraph.of(runtime, way.name(), plain.file(), threads);
                servers.put(way.name(), plainServer(runtime, opener, "", single, load));
            } else if (way.serving() instanceof Serving.MenuGraph menu) {
                Opener opener = threads -> composed(model, menu.path(), runtime, threads);
                servers.put(way.name(), plainServer(runtime, opener, output, single, load));
            } else if (way.serving() instanceof Serving.Library library) {
                Engine engine = Engines.named(library.engine());
                engine.load();
                servers.put(way.name(), engine.open(library.file(), library.setting()));
            } else {
                byPlatform.add(way);
            }
        }
        // A process that serves only a plain model, to see what that takes, must not hold the platform.
        if (!byPlatform.isEmpty()) {
            openPlatform(model, byPlatform, runtime);
        }
    }

    private interface Opener {
        OrtGraph open(Threads threads) throws EvaluationException;
    }

    /** @param output that answers; empty for the first */
    private static PlainServer plainServer(
            OnnxRuntime runtime, Opener opener, String output, Threads single, Threads load)
            throws EvaluationException {
        PlainServer loaded = single == load ? null : plainServer(runtime, opener, output, load, load);
        boolean opened = false;
        try {
            OrtGraph graph = opener.open(single);
            opened = true;
            return new PlainServer(runtime, graph, output.isEmpty() ? graph.outputName() : output, loaded);
        } finally {
            if (!opened && loaded != null) {
                loaded.close();
            }
        }
    }

    private void openPlatform(AdaptiveModel model, List<Served> ways, OnnxRuntime runtime) throws EvaluationException {
        List<OperatingPoint> points = new ArrayList<>();
        for (int path = 0; path < model.menu().size(); path++) {
            points.add(ChosenPath.point(CHOSEN, path));
            points.add(ChosenPath.point(CHOSEN_BY_PREDICTOR, path));
        }
        for (Served way : ways) {
            if (way.serving() instanceof Serving.Exits exits) {
                points.add(EarlyExit.point(EARLY_EXIT, way.name(), exits.layers(), exits.thresholds()));
            }
        }
        Platform opened = new Platform(runtime, new WithPoints(model, points));
        platform = opened;
        opened.addPolicy(CHOSEN, new ChosenPath(false));
        opened.addPolicy(CHOSEN_BY_PREDICTOR, new ChosenPath(true));
        opened.addPolicy(EARLY_EXIT, new EarlyExit());
        KnownPolicies.all().forEach(opened::addPolicy);
        for (Served way : ways) {
            if (way.serving() instanceof Serving.Point point) {
                servers.put(way.name(), opened.server(point.policy(), row -> point.operatingPoint()));
            } else if (way.serving() instanceof Serving.Exits) {
                servers.put(way.name(), opened.server(EARLY_EXIT, row -> way.name()));
            } else if (way.serving() instanceof Serving.Chosen chosen) {
                String policy = chosen.predicts() ? CHOSEN_BY_PREDICTOR : CHOSEN;
                servers.put(
                        way.name(),
                        opened.server(
                                policy,
                                row -> ChosenPath.pointName(policy, way.paths().applyAsInt(row))));
            }
        }
    }

    private static OrtGraph composed(AdaptiveModel model, int path, OnnxRuntime runtime, Threads threads)
            throws EvaluationException {
        org.tminus.model.Path chosen = model.menu().get(path);
        Path file = model.file("model.onnx").orElseThrow();
        Path exits = model.file("exits.onnx").orElse(null);
        List<LayerSpec> layers = chosen.layers().stream()
                .map(id -> model.layer(id).orElseThrow())
                .map(Servers::spec)
                .toList();
        Exit exit = model.exit(chosen.exit()).orElseThrow();
        PathSpec spec = new PathSpec(
                model.stem().output(),
                model.stem().sideValues(),
                layers,
                new ExitSpec(exit.id().value(), exit.file().equals("model.onnx"), exit.input(), exit.outputs()));
        try {
            PathGraphs graphs = PathGraphs.of(OnnxModel.read(file), exits == null ? null : OnnxModel.read(exits));
            SegmentGraph graph = graphs.compose(spec);
            return OrtGraph.of(runtime, "path " + chosen, graph, file.getParent(), threads);
        } catch (OnnxFormatException e) {
            throw new EvaluationException(
                    "The path " + chosen + " cannot be composed: " + e.getMessage(), e.advice(), e);
        }
    }

    private static LayerSpec spec(Layer layer) {
        return new LayerSpec(layer.id().value(), layer.input(), layer.output());
    }

    /** By the names of their ways. */
    public Map<String, Server> byName() {
        return new LinkedHashMap<>(servers);
    }

    @Override
    public void close() {
        servers.values().forEach(Server::close);
        servers.clear();
        Platform opened = platform;
        platform = null;
        if (opened != null) {
            opened.close();
        }
    }
}
