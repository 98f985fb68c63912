/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Version;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** Models of sequences with an exit after each layer, whose parts cost differently. */
final class TestModels {
    static final int CLASSES = 5;
    static final long PREDICTOR_FLOPS = 77;

    private TestModels() {}

    /** @param menu cheapest first, full depth last */
    static AdaptiveModelBuilder builder(int layers, List<MenuPath> menu, List<Integer> complexityClasses) {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("ids", ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, (long) CLASSES))),
                        Optional.of(new SequenceAxis("ids", 1, 512))))
                .stem("h0", List.of(), Cost.of(new double[] {50, 3}, 8, new double[] {8}))
                .hidden(new HiddenState(ElementType.FLOAT32, TensorSpec.ANY, 4, "first"));
        if (!complexityClasses.isEmpty()) {
            builder.predictor(
                    new PredictorDescription("predictor.onnx", "tokens-v1", complexityClasses, PREDICTOR_FLOPS));
        }
        for (int index = 0; index < layers; index++) {
            builder.layer(
                    layer(index),
                    "h" + index,
                    "h" + (index + 1),
                    Optional.empty(),
                    List.of(),
                    Cost.of(new double[] {300 + 10 * index, 20, 0.5}, 64, new double[] {32}));
            builder.exit(
                    exit(index, layers),
                    Optional.of(layer(index)),
                    index == layers - 1 ? "model.onnx" : "exits.onnx",
                    "in",
                    Map.of("y", "out"),
                    Cost.of(new double[] {30 + index}, 8, new double[] {8}));
        }
        menu.forEach(path -> builder.menuPath(path(path, layers)));
        return builder;
    }

    static AdaptiveModelBuilder with(AdaptiveModelBuilder builder, Networks networks, java.nio.file.Path directory)
            throws IOException {
        String file = networks.description().file();
        java.nio.file.Path written = Files.createTempFile(directory, "policy", ".onnx");
        Files.write(written, networks.toBytes());
        return builder.policy(networks.description()).file(file, written);
    }

    static LayerId layer(int index) {
        return new LayerId("layer." + index);
    }

    static ExitId exit(int index, int layers) {
        return index == layers - 1 ? ExitId.FINAL : new ExitId("exit." + index);
    }

    static Path path(MenuPath path, int layers) {
        return new Path(path.layers().stream().map(TestModels::layer).toList(), exit(path.exit(), layers));
    }

    /** Each list is a path by its layers. */
    static List<MenuPath> menu(List<List<Integer>> paths) {
        List<MenuPath> menu = new ArrayList<>();
        paths.forEach(layers -> menu.add(new MenuPath(layers, layers.get(layers.size() - 1))));
        return menu;
    }

    static List<MenuPath> prefixes(int layers) {
        List<MenuPath> menu = new ArrayList<>();
        for (int depth = 1; depth <= layers; depth++) {
            menu.add(MenuPath.prefix(depth));
        }
        return menu;
    }

    /** The model's costs as learning sees them. */
    record Costs(AdaptiveModel model) implements PathCosts {
        @Override
        public double stem(int length) {
            return model.stem().cost().flops(length);
        }

        @Override
        public double layer(int layer, int length) {
            return model.layers().get(layer).cost().flops(length);
        }

        @Override
        public double exit(int exit, int length) {
            return model.exits().get(exit).cost().flops(length);
        }

        @Override
        public double predictor(int length) {
            return PREDICTOR_FLOPS;
        }
    }
}
