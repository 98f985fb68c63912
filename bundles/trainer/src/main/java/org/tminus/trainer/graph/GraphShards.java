/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;

/** The shards of a batch and the threads that compute them. Used by one thread at a time. */
final class GraphShards implements AutoCloseable {
    private static final int FORWARD_ROWS = 64;

    private final Network network;
    private final Layout layout;
    private final ExecutorService executor;
    private final List<GraphShard> shards = new ArrayList<>();
    private final float[][] gradients;

    GraphShards(Network network, Layout layout, Objective objective, GraphOptions options) {
        this.network = network;
        this.layout = layout;
        gradients = new float[options.shards()][layout.size()];
        AtomicInteger number = new AtomicInteger();
        openblas_nolapack.blas_set_num_threads(1);
        Torch.warmUp();
        executor = Executors.newFixedThreadPool(options.threads(), task -> {
            Thread thread = new Thread(
                    () -> {
                        // Per thread: the libraries' own pools would spin against these threads.
                        torch.set_num_threads(1);
                        task.run();
                    },
                    "tminus-graph-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < options.shards(); i++) {
            shards.add(new GraphShard(network, layout, objective, options));
        }
    }

    /** Adds up the mean gradient of a batch; gives the losses of full path and sub-paths. */
    double[] gradients(
            float[] weights, int[] rows, Examples data, @Nullable SoftAnswers teacher, PathPlan plan, float[] sum) {
        int perShard = rows.length / shards.size();
        List<Callable<double[]>> work = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            int shard = i;
            int[] part = Arrays.copyOfRange(rows, shard * perShard, (shard + 1) * perShard);
            work.add(() -> {
                long[] labels = Arrays.stream(part).mapToLong(data::label).toArray();
                float @Nullable [] soft = teacher == null ? null : teacher.rows(part);
                Map<String, HostTensor> inputs = data.inputs(part);
                GraphShard worker = shards.get(shard);
                worker.load(weights);
                double[] losses = worker.gradients(new GraphShard.Batch(inputs, labels, soft), plan, gradients[shard]);
                inputs.values().forEach(HostTensor::close);
                return losses;
            });
        }
        double[] losses = new double[2];
        for (double[] one : all(work)) {
            losses[0] += one[0] / shards.size();
            losses[1] += one[1] / shards.size();
        }
        float share = 1f / shards.size();
        split(sum.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                float total = 0;
                for (float[] gradient : gradients) {
                    total += gradient[i];
                }
                sum[i] = total * share;
            }
            return 0.0;
        });
        return losses;
    }

    /** Works on a part of an array. */
    interface Stretch {
        double run(int from, int to);
    }

    /** Cuts an array into as many stretches as there are shards; adds up what they give, in order. */
    double split(int length, Stretch stretch) {
        int parts = shards.size();
        List<Callable<Double>> work = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) length * i / parts);
            int to = (int) ((long) length * (i + 1) / parts);
            work.add(() -> stretch.run(from, to));
        }
        double sum = 0;
        for (double one : all(work)) {
            sum += one;
        }
        return sum;
    }

    /**
     * Runs a whole split.
     *
     * @return per exit (unless they are left out) and last for full depth, [rows * width]
     */
    float[][] forward(float[] weights, Examples data, boolean exitsToo) {
        int width = network.width();
        int exits = exitsToo ? network.exitCount() : 0;
        float[][] answers = new float[exits + 1][Math.multiplyExact(data.size(), width)];
        // Neighbours in length are padded little.
        Integer[] order = new Integer[data.size()];
        Arrays.setAll(order, row -> row);
        Arrays.sort(order, Comparator.comparingInt(data::length));
        int chunks = (data.size() + FORWARD_ROWS - 1) / FORWARD_ROWS;
        AtomicInteger next = new AtomicInteger();
        List<Callable<Boolean>> work = new ArrayList<>();
        for (GraphShard worker : shards) {
            work.add(() -> {
                worker.load(weights);
                for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
                    int first = chunk * FORWARD_ROWS;
                    int count = Math.min(FORWARD_ROWS, data.size() - first);
                    int[] rows = new int[count];
                    for (int k = 0; k < count; k++) {
                        rows[k] = order[first + k];
                    }
                    Map<String, HostTensor> inputs = data.inputs(rows);
                    float[][] found = worker.forward(inputs, exitsToo);
                    inputs.values().forEach(HostTensor::close);
                    for (int exit = 0; exit < found.length; exit++) {
                        for (int k = 0; k < count; k++) {
                            System.arraycopy(found[exit], k * width, answers[exit], rows[k] * width, width);
                        }
                    }
                }
                return true;
            });
        }
        all(work);
        return answers;
    }

    private <T> List<T> all(List<Callable<T>> work) {
        List<Future<T>> running = new ArrayList<>();
        work.forEach(one -> running.add(executor.submit(one)));
        List<T> results = new ArrayList<>();
        for (Future<T> future : running) {
            try {
                results.add(future.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("training was interrupted", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a training thread failed: " + e.getCause(), e.getCause());
            }
        }
        return results;
    }

    int size() {
        return layout.size();
    }

    /** Stops the threads and frees the native copies of the weights. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the training threads do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the training threads end", e);
        }
        shards.forEach(GraphShard::close);
    }
}
