/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.random.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.framework.Version;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** A model of four layers of 100 FLOPs each, an exit of 10 after each, and all four depths on the menu. */
final class TestModels {
    static final int LAYERS = 4;

    private TestModels() {}

    static AdaptiveModelBuilder model() {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 10L))),
                        Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .predictor(new PredictorDescription("predictor.onnx", "image-v1", List.of(0, 1, 3), 4));
        for (int index = 0; index < LAYERS; index++) {
            LayerId id = new LayerId("layer." + index);
            Cost cost = Cost.of(new double[] {100}, 64, new double[] {32});
            builder.layer(id, "h" + index, "h" + (index + 1), Optional.empty(), List.of(), cost);
            Cost head = Cost.of(new double[] {10}, 8, new double[] {8});
            builder.exit(exit(index + 1), Optional.of(id), "exits.onnx", "in", Map.of("y", "out"), head);
            builder.menuPath(prefix(index + 1));
        }
        return builder;
    }

    static ExitId exit(int depth) {
        return depth == LAYERS ? ExitId.FINAL : new ExitId("exit." + depth);
    }

    static Path prefix(int depth) {
        return new Path(
                IntStream.range(0, depth)
                        .mapToObj(index -> new LayerId("layer." + index))
                        .toList(),
                exit(depth));
    }
}
