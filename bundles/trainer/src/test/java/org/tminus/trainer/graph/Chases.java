/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.vit.Mixing;

/** Pointer chasing: every node points to one; where does a walk of some hops end? Made from the number of the row. */
final class Chases implements Examples {
    private final int nodes;
    private final int hops;
    private final int size;
    private final long seed;

    Chases(int nodes, int hops, int size, long seed) {
        this.nodes = nodes;
        this.hops = hops;
        this.size = size;
        this.seed = seed;
    }

    static TaskData.Access data(int nodes, int hops, int trunk, int decision) {
        TaskData.Description description = new TaskData.Description(
                "chase", List.of(), "chase-" + nodes + "-" + hops + "-" + trunk, "Apache-2.0", 1, Map.of());
        return new TaskData(description, split -> switch (split) {
                    case TRUNK -> new Chases(nodes, hops, trunk, 1);
                    case DECISION -> new Chases(nodes, hops, decision, 2);
                    default -> throw new IllegalArgumentException(split.toString());
                })
                .accessFor(Purpose.TRAINING);
    }

    static TransformerConfig config(int nodes, int hops, int layers, int dim, int heads, int mlp) {
        List<Integer> vocabularies = new ArrayList<>();
        vocabularies.add(nodes * hops);
        for (int i = 0; i < nodes; i++) {
            vocabularies.add(nodes);
        }
        return new TransformerConfig(layers, dim, heads, mlp, new Stem.Tables(vocabularies), nodes, 1);
    }

    private long[] draw(int row) {
        SplittableRandom random = new SplittableRandom(Mixing.mix(seed, row));
        long[] tokens = new long[nodes + 1];
        for (int i = 0; i < nodes; i++) {
            int other = random.nextInt(i + 1);
            tokens[1 + i] = tokens[1 + other];
            tokens[1 + other] = i;
        }
        tokens[0] = random.nextInt(nodes * hops);
        return tokens;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String id(int row) {
        return seed + "-" + row;
    }

    @Override
    public int label(int row) {
        long[] tokens = draw(row);
        long at = tokens[0] / hops;
        for (int hop = 0; hop <= tokens[0] % hops; hop++) {
            at = tokens[1 + (int) at];
        }
        return (int) at;
    }

    @Override
    public int length(int row) {
        return 0;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        long[] all = new long[rows.length * (nodes + 1)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(draw(rows[i]), 0, all, i * (nodes + 1), nodes + 1);
        }
        return Map.of("tokens", HostTensor.ofLongs(Shape.of(rows.length, nodes + 1), all));
    }

    @Override
    public Display display(int row) {
        return new Display.Text(id(row));
    }
}
