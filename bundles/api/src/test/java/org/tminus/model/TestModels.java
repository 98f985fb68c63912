/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osgi.framework.Version;
import org.tminus.tensor.ElementType;

/** A model of a few layers, each of 100 FLOPs, with an exit of 10 FLOPs after each. */
final class TestModels {
    private TestModels() {}

    static AdaptiveModelBuilder layers(int count) {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("tiny", Version.parseVersion("1.2.3"))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 2L))),
                        Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .stem("h0", List.of(), Cost.of(new double[] {5}, 16, new double[] {16}));
        for (int index = 0; index < count; index++) {
            LayerId id = new LayerId("layer." + index);
            builder.layer(
                    id,
                    "h" + index,
                    "h" + (index + 1),
                    Optional.empty(),
                    List.of(),
                    Cost.of(new double[] {100}, 64, new double[] {32}));
            ExitId exit = index == count - 1 ? ExitId.FINAL : new ExitId("exit." + (index + 1));
            builder.exit(
                    exit,
                    Optional.of(id),
                    "exits.onnx",
                    "in",
                    Map.of("y", "out"),
                    Cost.of(new double[] {10}, 8, new double[] {8}));
        }
        return builder;
    }

    static Path prefix(int depth, String exit) {
        return new Path(
                IntStream.range(0, depth)
                        .mapToObj(index -> new LayerId("layer." + index))
                        .toList(),
                new ExitId(exit));
    }
}
