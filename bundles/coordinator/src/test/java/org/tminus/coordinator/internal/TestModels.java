/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.framework.Version;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** Small models: stem 10 FLOPs, each layer 100, each exit 1; an exit after every layer, the menu is every depth. */
final class TestModels {
    static final int LAYERS = 4;

    private TestModels() {}

    static AdaptiveModelBuilder builder(String name, String version) {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder(name, Version.parseVersion(version))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .stem("stem", List.of(), cost(10))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .predictor(new PredictorDescription("predictor.onnx", "image-v1", List.of(0, 1, 3), 7));
        return body(builder);
    }

    static AdaptiveModel model(String name, String version) {
        return builder(name, version).build();
    }

    static AdaptiveModel model() {
        return model("toy", "1.0.0");
    }

    static AdaptiveModel withOperatingPoint(String policy) {
        return builder("toy", "1.0.0")
                .operatingPoint(
                        new OperatingPoint("balanced", policy, Map.of("depth", 2), "decision", 10, 0.5, 0.9, 0.9))
                .operatingPoint(new OperatingPoint("other", policy, Map.of(), "decision", 10, 0.7, 0.9, 0.9))
                .defaultOperatingPoint("balanced")
                .build();
    }

    /** Tokens with a mask and a sequence of at most 8. */
    static AdaptiveModel tokens() {
        return body(new AdaptiveModelBuilder("tokens", Version.parseVersion("1.0.0"))
                        .signature(new ModelSignature(
                                List.of(
                                        new TensorSpec("ids", ElementType.INT64, List.of(-1L, -1L)),
                                        new TensorSpec("mask", ElementType.INT64, List.of(-1L, -1L))),
                                List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(-1L, 3L))),
                                Optional.of(new SequenceAxis("ids", 1, 8))))
                        .stem("stem", List.of(), cost(10))
                        .hidden(new HiddenState(ElementType.FLOAT32, TensorSpec.ANY, 4, "first")))
                .build();
    }

    private static AdaptiveModelBuilder body(AdaptiveModelBuilder builder) {
        for (int index = 0; index < LAYERS; index++) {
            builder.layer(layer(index), "v" + index, "v" + (index + 1), Optional.empty(), List.of(), cost(100));
        }
        for (int index = 0; index < LAYERS - 1; index++) {
            builder.exit(
                    exit(index),
                    Optional.of(layer(index)),
                    "exits.onnx",
                    "e" + index,
                    Map.of("y", "y" + index),
                    cost(1));
        }
        builder.exit(ExitId.FINAL, Optional.of(layer(LAYERS - 1)), "model.onnx", "h", Map.of("y", "y"), cost(1));
        for (int depth = 1; depth <= LAYERS; depth++) {
            builder.menuPath(path(depth));
        }
        return builder;
    }

    static Cost cost(double flops) {
        return Cost.of(new double[] {flops}, 1000, new double[] {100});
    }

    static LayerId layer(int index) {
        return new LayerId("layer." + index);
    }

    static ExitId exit(int index) {
        return new ExitId("exit." + (index + 1));
    }

    /** The first layers and the exit after them. */
    static Path path(int depth) {
        List<LayerId> layers = new ArrayList<>();
        IntStream.range(0, depth).forEach(index -> layers.add(layer(index)));
        return new Path(layers, depth == LAYERS ? ExitId.FINAL : exit(depth - 1));
    }

    static long flops(int depth) {
        return 10 + 100L * depth + 1;
    }
}
