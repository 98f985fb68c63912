/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.policy;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.policy.Checkpoint;

/**
 * A place between two layers, with answers that follow from seed, row and layer.
 *
 * @param batchRows the rows of the batch that are running
 * @param nonsense whether exits and states are full of NaN
 */
record KitCheckpoint(Batch batch, LayerId layer, List<Integer> batchRows, long flopsPerRow, boolean nonsense)
        implements Checkpoint {
    private static final int CLASSES = 3;

    @Override
    public Optional<ExitId> exit() {
        return batch.model().exits().stream()
                .filter(exit -> exit.after().equals(Optional.of(layer)))
                .map(Exit::id)
                .findFirst();
    }

    @Override
    public int rows() {
        return batchRows.size();
    }

    @Override
    public int batchRow(int row) {
        return batchRows.get(row);
    }

    private Random random(int row) {
        return new Random(batch.seed() + 1000L * batchRow(row) + layer.hashCode());
    }

    @Override
    public float[] probabilities(int row) {
        if (exit().isEmpty()) {
            throw new IllegalStateException("There is no exit after " + layer);
        }
        Random random = random(row);
        float[] probabilities = new float[CLASSES];
        float sum = 0;
        for (int index = 0; index < CLASSES; index++) {
            probabilities[index] = nonsense ? Float.NaN : (float) Math.exp(4 * random.nextGaussian());
            sum += probabilities[index];
        }
        for (int index = 0; index < CLASSES; index++) {
            probabilities[index] /= sum;
        }
        return probabilities;
    }

    @Override
    public float confidence(int row) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float probability : probabilities(row)) {
            largest = Math.max(largest, probability);
        }
        return largest;
    }

    @Override
    public FloatBuffer pooled(int row) {
        Random random = random(row);
        float[] state = new float[Math.toIntExact(batch.model().hidden().width())];
        for (int index = 0; index < state.length; index++) {
            state[index] = nonsense ? Float.NaN : (float) random.nextGaussian();
        }
        return FloatBuffer.wrap(state);
    }

    @Override
    public Optional<Duration> timeLeft() {
        return batch.timeLeft();
    }
}
