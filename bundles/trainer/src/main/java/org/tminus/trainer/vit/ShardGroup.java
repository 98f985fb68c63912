/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.data.SplitReader;

/** The shards of a batch and the threads that compute them. Used by one thread at a time. */
public final class ShardGroup implements AutoCloseable {
    private static final int FORWARD_ROWS = 100;

    private final VitParameters parameters;
    private final Patches patches;
    private final int imageBytes;
    private final ExecutorService executor;
    private final List<TorchShard> shards = new ArrayList<>();
    private final float[][] gradients;

    /** Writes the pixels of one image of the training data. */
    interface PixelSource {
        void write(int row, byte[] target);
    }

    /**
     * Makes the shards.
     *
     * @param shardCount parts of a batch; decides the order in which numbers are added
     * @param threads threads that compute them; does not change any result
     */
    public ShardGroup(VitParameters parameters, Normalisation normalisation, int shardCount, int threads) {
        this.parameters = parameters;
        VitConfig config = parameters.config();
        patches = new Patches(config, normalisation);
        imageBytes = config.imageSize() * config.imageSize();
        gradients = new float[shardCount][parameters.size()];
        AtomicInteger number = new AtomicInteger();
        openblas_nolapack.blas_set_num_threads(1);
        executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(
                    () -> {
                        // Per thread: the libraries' own pools would spin against these threads.
                        torch.set_num_threads(1);
                        task.run();
                    },
                    "tminus-trainer-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < shardCount; i++) {
            shards.add(new TorchShard(parameters));
        }
    }

    double[] gradients(
            float[] weights,
            int[] rows,
            PixelSource pixels,
            SplitReader labels,
            @Nullable Teacher teacher,
            StepPlan plan,
            Distillation distillation,
            float[] sum) {
        int perShard = rows.length / shards.size();
        VitConfig config = parameters.config();
        int values = config.patches() * config.patchValues();
        List<Future<double[]>> running = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            int shard = i;
            running.add(executor.submit(() -> {
                float[] input = new float[perShard * values];
                long[] classes = new long[perShard];
                byte[] image = new byte[imageBytes];
                float @Nullable [] soft = teacher == null ? null : new float[perShard * config.classes()];
                for (int k = 0; k < perShard; k++) {
                    int row = rows[shard * perShard + k];
                    pixels.write(row, image);
                    patches.write(image, input, k * values);
                    classes[k] = labels.label(row);
                    if (teacher != null && soft != null) {
                        teacher.write(row, distillation.temperature(), soft, k * config.classes());
                    }
                }
                TorchShard worker = shards.get(shard);
                worker.load(weights);
                return worker.gradients(input, classes, soft, plan, distillation, gradients[shard]);
            }));
        }
        double[] losses = new double[2];
        for (Future<double[]> future : running) {
            double[] one = join(future);
            losses[0] += one[0] / shards.size();
            losses[1] += one[1] / shards.size();
        }
        float share = 1f / shards.size();
        for (int i = 0; i < sum.length; i++) {
            float total = 0;
            for (float[] gradient : gradients) {
                total += gradient[i];
            }
            sum[i] = total * share;
        }
        return losses;
    }

    /** Runs every exit and full depth on a whole split. */
    public Logits forward(float[] weights, SplitReader split) {
        VitConfig config = parameters.config();
        int exits = config.exits() + 1;
        float[][] all = new float[exits][split.size() * config.classes()];
        int values = config.patches() * config.patchValues();
        int chunks = (split.size() + FORWARD_ROWS - 1) / FORWARD_ROWS;
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (TorchShard worker : shards) {
            running.add(executor.submit(() -> {
                worker.load(weights);
                byte[] image = new byte[imageBytes];
                for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
                    int first = chunk * FORWARD_ROWS;
                    int rows = Math.min(FORWARD_ROWS, split.size() - first);
                    float[] input = new float[rows * values];
                    for (int k = 0; k < rows; k++) {
                        split.copyPixels(first + k, image, 0);
                        patches.write(image, input, k * values);
                    }
                    AtomicInteger exit = new AtomicInteger();
                    worker.forward(
                            input,
                            rows,
                            logits -> System.arraycopy(
                                    logits, 0, all[exit.getAndIncrement()], first * config.classes(), logits.length));
                }
            }));
        }
        running.forEach(ShardGroup::join);
        return new Logits(config.classes(), all);
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a training thread failed: " + e.getCause(), e.getCause());
        }
    }

    /** Stops the threads and frees the native copies of the weights. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(1, java.util.concurrent.TimeUnit.MINUTES)) {
                throw new IllegalStateException("the training threads do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the training threads end", e);
        }
        shards.forEach(TorchShard::close);
    }
}
