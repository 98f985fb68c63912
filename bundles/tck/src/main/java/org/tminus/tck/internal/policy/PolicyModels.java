/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.policy;

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
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** Models of different kinds for policies to decide about; they have no files. */
public final class PolicyModels {
    private static final int LAYERS = 5;
    private static final int WIDTH = 4;

    private PolicyModels() {}

    /** With a predictor and without, with a sequence and without, with a layer that stays, and with one path only. */
    public static List<AdaptiveModel> all() {
        int[][] prefixes = {{0}, {0, 1}, {0, 1, 2}, {0, 1, 2, 3}, {0, 1, 2, 3, 4}};
        int[][] subsets = {{0}, {0, 2}, {0, 1, 2}, {0, 2, 4}, {0, 1, 2, 4}, {0, 1, 2, 3, 4}};
        return List.of(
                make("kit-prefixes", prefixes, List.of(0, 2, 4), false, -1),
                make("kit-sequence", subsets, List.of(0, 3, 5), true, -1),
                make("kit-obstacle", new int[][] {{0, 1}, {0, 1, 3}, {0, 1, 2, 3, 4}}, List.of(), false, 1),
                make("kit-single", new int[][] {{0, 1, 2, 3, 4}}, List.of(0), false, -1));
    }

    private static AdaptiveModel make(
            String name, int[][] menu, List<Integer> classes, boolean sequence, int obstacle) {
        TensorSpec input = sequence
                ? new TensorSpec("ids", ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY))
                : new TensorSpec("pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, 1L, 4L, 4L));
        TensorSpec output = new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L));
        Optional<SequenceAxis> axis = sequence ? Optional.of(new SequenceAxis("ids", 1, 512)) : Optional.empty();
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder(name, new Version(1, 0, 0))
                .signature(new ModelSignature(List.of(input), List.of(output), axis))
                .stem("h0", List.of(), Cost.of(new double[] {500, 3}, 8, new double[] {8}))
                .hidden(new HiddenState(ElementType.FLOAT32, sequence ? TensorSpec.ANY : 4, WIDTH, "first"));
        if (!classes.isEmpty()) {
            builder.predictor(new PredictorDescription("predictor.onnx", "values-v1", classes, 77));
        }
        for (int index = 0; index < LAYERS; index++) {
            Optional<String> reason = index == obstacle ? Optional.of("A later layer needs it.") : Optional.empty();
            Cost cost = Cost.of(new double[] {3000 + 10 * index, 20, 0.5}, 64, new double[] {32});
            builder.layer(layer(index), "h" + index, "h" + (index + 1), reason, List.of(), cost);
            builder.exit(
                    exit(index),
                    Optional.of(layer(index)),
                    index == LAYERS - 1 ? "model.onnx" : "exits.onnx",
                    "in" + index,
                    Map.of("logits", "out" + index),
                    Cost.of(new double[] {30 + index}, 8, new double[] {8}));
        }
        for (int[] layers : menu) {
            builder.menuPath(path(layers));
        }
        return builder.build();
    }

    private static Path path(int[] layers) {
        return new Path(IntStream.of(layers).mapToObj(PolicyModels::layer).toList(), exit(layers[layers.length - 1]));
    }

    private static LayerId layer(int index) {
        return new LayerId("layer." + index);
    }

    private static ExitId exit(int index) {
        return index == LAYERS - 1 ? ExitId.FINAL : new ExitId("exit." + index);
    }

    /** Every choice of at least one path, in the menu's order. */
    static List<List<Path>> subsets(List<Path> menu) {
        List<List<Path>> subsets = new ArrayList<>();
        for (int mask = 1; mask < 1 << menu.size(); mask++) {
            List<Path> subset = new ArrayList<>();
            for (int index = 0; index < menu.size(); index++) {
                if ((mask >> index & 1) == 1) {
                    subset.add(menu.get(index));
                }
            }
            subsets.add(subset);
        }
        return subsets;
    }
}
