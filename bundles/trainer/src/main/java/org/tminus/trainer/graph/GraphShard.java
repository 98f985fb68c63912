/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.graph.Inputs.LowRank;
import org.tminus.trainer.graph.Layout.Entry;
import org.tminus.trainer.graph.Layout.Role;

/**
 * One worker of data-parallel training: its own copy of the trained weights as libtorch tensors.
 *
 * <p>A batch is cut into a fixed number of shards, each computed by one thread without any thread pool inside the libraries,
 * and the gradients are added in the order of the shards. So the result depends on the number of shards alone, and cores
 * never wait for each other within a step. Used by one thread at a time.
 */
final class GraphShard implements AutoCloseable {
    private final Network network;
    private final Layout layout;
    private final Objective objective;
    private final GraphOptions options;
    private final PathLosses losses;
    private final Tensor storage;
    private final FloatPointer flat;
    private final List<Tensor> leaves = new ArrayList<>();
    private final Frame frame;
    private final @Nullable Frame exitFrame;
    private final boolean modelIsTrained;
    private boolean closed;

    /** A part of a batch. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Batch(Map<String, HostTensor> inputs, long[] labels, float @Nullable [] teacher) {}

    @SuppressWarnings("try") // the scope works by being open
    GraphShard(Network network, Layout layout, Objective objective, GraphOptions options) {
        this.network = network;
        this.layout = layout;
        this.objective = objective;
        this.options = options;
        this.losses = options.losses();
        this.modelIsTrained = layout.entries().stream().anyMatch(entry -> !entry.ofExits());
        this.frame = network.model().newFrame();
        TorchGraph exits = network.exits();
        this.exitFrame = exits == null ? null : exits.newFrame();
        try (PointerScope scope = new PointerScope()) {
            storage = torch.zeros(Math.max(1, layout.size()));
            storage.retainReference();
            flat = new FloatPointer(storage.data_ptr());
            flat.retainReference();
            for (Entry entry : layout.entries()) {
                long[] shape =
                        entry.shape().stream().mapToLong(Integer::longValue).toArray();
                Tensor leaf = storage.narrow(0, entry.offset(), entry.size())
                        .view(shape)
                        .detach();
                leaf.requires_grad_(true);
                leaf.retainReference();
                leaves.add(leaf);
            }
            bind();
        }
    }

    private void bind() {
        for (int i = 0; i < leaves.size(); i++) {
            Entry entry = layout.entries().get(i);
            TorchGraph exits = network.exits();
            boolean ofExits = entry.ofExits() && exits != null && exitFrame != null;
            Frame target = ofExits && exitFrame != null ? exitFrame : frame;
            int slot = (ofExits && exits != null ? exits : network.model()).slotOf(entry.weight());
            if (entry.role() == Role.WHOLE) {
                target.set(slot, leaves.get(i));
            } else if (entry.role() == Role.FIRST) {
                target.setChange(slot, new LowRank(leaves.get(i), leaves.get(i + 1), Layout.SCALE));
            }
        }
    }

    /** Takes over weights from a flat array. */
    void load(float[] weights) {
        flat.position(0).put(weights);
    }

    /**
     * Computes the gradients of one shard.
     *
     * @param gradients receives the mean gradient of the shard
     * @return losses: full path, sub-paths
     */
    @SuppressWarnings("try") // the scope works by being open
    double[] gradients(Batch batch, PathPlan plan, float[] gradients) {
        try (PointerScope scope = new PointerScope()) {
            give(batch.inputs(), options.precision());
            Tensor target = Tensor.create(batch.labels(), batch.labels().length);
            boolean labelled = Arrays.stream(batch.labels()).anyMatch(label -> label >= 0);
            Tensor teaching = batch.teacher() == null
                    ? null
                    : Tensor.create(batch.teacher(), batch.labels().length, network.width());

            List<Tensor> states = new ArrayList<>();
            Full full = fullPath(states);
            Tensor fullLoss = fullLoss(full.output(), target, labelled, teaching);
            Lesson lesson = new Lesson(full, target, labelled);
            Tensor sub = torch.zeros(1L);
            for (int exit : plan.exits()) {
                sub = sub.add(lesson.loss(exit(states.get(exit), exit)));
            }
            if (modelIsTrained && !plan.subset().isEmpty()) {
                sub = sub.add(subset(states, plan.subset(), lesson).mul(new Scalar(losses.subsetWeight())));
            }
            collect(fullLoss.add(sub.sum()), gradients);
            return new double[] {fullLoss.item_float(), sub.sum().item_float()};
        }
    }

    private void give(Map<String, HostTensor> inputs, Precision precision) {
        frame.setPrecision(precision);
        if (exitFrame != null) {
            exitFrame.setPrecision(precision);
        }
        inputs.forEach((name, tensor) -> {
            Tensor value = Torch.tensor(tensor);
            if (network.model().hasValue(name)) {
                frame.set(network.model().slotOf(name), value);
            }
            TorchGraph exits = network.exits();
            if (exits != null && exitFrame != null && exits.hasValue(name)) {
                exitFrame.set(exits.slotOf(name), value);
            }
        });
    }

    /** What a path answers, and the features that it answers from. */
    private record Full(Tensor output, @Nullable Tensor features) {}

    /** Fills {@code states} with the hidden states after the stem and after each layer. */
    @SuppressWarnings("try") // the guard works by being open
    private Full fullPath(List<Tensor> states) {
        if (modelIsTrained) {
            return computed(states);
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            return computed(states);
        }
    }

    private Full computed(List<Tensor> states) {
        network.model().run(network.stem(), frame);
        if (network.layerCount() > 0) {
            states.add(frame.get(network.model()
                    .slotOf(network.analysis().stem().orElseThrow().output())));
            for (int layer = 0; layer < network.layerCount(); layer++) {
                states.add(layer(states.get(layer), layer));
            }
        }
        return tail(states.isEmpty() ? null : states.get(states.size() - 1));
    }

    private Tensor layer(Tensor state, int index) {
        GraphAnalysis.Layer layer = network.analysis().layers().get(index);
        frame.set(network.model().slotOf(layer.input()), state);
        network.model().run(network.layer(index), frame);
        return frame.get(network.model().slotOf(layer.output()));
    }

    private Full tail(@Nullable Tensor state) {
        if (state != null) {
            frame.set(
                    network.model()
                            .slotOf(network.analysis().tail().orElseThrow().input()),
                    state);
        }
        network.model().run(network.tail(), frame);
        String features = network.features();
        return new Full(
                frame.get(network.model().slotOf(network.output())),
                features == null ? null : frame.get(network.model().slotOf(features)));
    }

    private Full exit(Tensor state, int number) {
        TorchGraph exits = network.exits();
        if (exits == null || exitFrame == null) {
            throw new IllegalStateException("the network has no exits");
        }
        exitFrame.set(exits.slotOf(ExitHeads.input(number)), state);
        exits.run(network.exit(number), exitFrame);
        return new Full(
                exitFrame.get(exits.slotOf(ExitHeads.output(number, network.output()))),
                exitFrame.get(exits.slotOf(ExitHeads.features(number))));
    }

    private Tensor subset(List<Tensor> states, List<Integer> layers, Lesson lesson) {
        Tensor state = states.get(0);
        Tensor distance = torch.zeros(1L);
        for (int layer : layers) {
            state = layer(state, layer);
            // The paths are compared wherever both have just run the same layer, so at several depths.
            distance = distance.add(Losses.cosineDistance(
                    pooled(state), pooled(states.get(layer + 1)).detach()));
        }
        Tensor answer = lesson.loss(tail(state));
        return answer.add(distance.mul(new Scalar(losses.cosine() / layers.size())));
    }

    /** One row of features per input, for comparisons. */
    private Tensor pooled(Tensor state) {
        if (state.dim() == 2) {
            return state;
        }
        if (network.pooling() == Pooling.FIRST) {
            return state.select(1, 0);
        }
        String mask = network.mask();
        if (mask == null || state.dim() != 3) {
            return state.flatten(1, -2).mean(new long[] {1}, false, Torch.none());
        }
        Tensor counted =
                frame.get(network.model().slotOf(mask)).toType(ScalarType.Float).unsqueeze(2);
        Tensor sum = state.mul(counted).sum(new long[] {1}, false, Torch.none());
        return sum.div(counted.sum(new long[] {1}, false, Torch.none())
                .clamp(new org.bytedeco.pytorch.ScalarOptional(new Scalar(1e-9))));
    }

    private Tensor fullLoss(Tensor output, Tensor labels, boolean labelled, @Nullable Tensor teaching) {
        if (objective == Objective.EMBEDDING) {
            return teaching == null || !modelIsTrained
                    ? torch.zeros(1L).sum()
                    : Losses.cosineDistance(output, teaching);
        }
        Tensor loss = torch.zeros(1L).sum();
        if (!modelIsTrained) {
            return loss;
        }
        double taught = teaching == null ? 0 : labelled ? options.teacherWeight() : 1;
        if (labelled && taught < 1) {
            loss = Losses.crossEntropy(output, labels, options.labelSmoothing()).mul(new Scalar(1 - taught));
        }
        if (teaching != null && taught > 0) {
            double t = losses.temperature();
            Tensor soft =
                    Losses.softCrossEntropy(output, teaching.div(new Scalar(t)).softmax(-1), t);
            loss = loss.add(soft.mul(new Scalar(taught * t * t)));
        }
        return loss;
    }

    /** What the full path teaches in this step. */
    private final class Lesson {
        private final Tensor answer;
        private final @Nullable Tensor features;
        private final Tensor labels;
        private final boolean labelled;
        private final @Nullable Tensor probabilities;

        Lesson(Full full, Tensor labels, boolean labelled) {
            this.answer = full.output().detach();
            Tensor own = full.features();
            this.features = own == null ? null : own.detach();
            this.labels = labels;
            this.labelled = labelled;
            this.probabilities = objective == Objective.CLASSES
                    ? answer.div(new Scalar(losses.temperature())).softmax(-1)
                    : null;
        }

        Tensor loss(Full path) {
            Tensor loss = torch.zeros(1L).sum();
            if (probabilities == null) {
                return loss.add(Losses.cosineDistance(path.output(), answer))
                        .add(Losses.neighbourhood(path.output(), answer).mul(new Scalar(losses.cosine())));
            }
            if (losses.soft() > 0) {
                double weight = losses.soft() * losses.temperature() * losses.temperature();
                loss = loss.add(Losses.softCrossEntropy(path.output(), probabilities, losses.temperature())
                        .mul(new Scalar(weight)));
            }
            if (labelled && losses.hard() > 0) {
                loss = loss.add(Losses.crossEntropy(path.output(), labels, 0).mul(new Scalar(losses.hard())));
            }
            Tensor own = path.features();
            if (losses.cosine() > 0
                    && own != null
                    && features != null
                    && Arrays.equals(own.shape(), features.shape())) {
                loss = loss.add(Losses.cosineDistance(own, features).mul(new Scalar(losses.cosine())));
            }
            return losses.early() > 0
                    ? loss.add(Losses.early(path.output(), answer).mul(new Scalar(losses.early())))
                    : loss;
        }
    }

    private void collect(Tensor loss, float[] gradients) {
        TensorVector inputs = new TensorVector(leaves.size());
        for (int i = 0; i < leaves.size(); i++) {
            inputs.put(i, leaves.get(i));
        }
        TensorVector found =
                torch.grad(new TensorVector(loss), inputs, new TensorVector(), new BoolOptional(), false, true);
        for (int i = 0; i < leaves.size(); i++) {
            Entry entry = layout.entries().get(i);
            Tensor gradient = found.get(i);
            if (gradient.defined()) {
                new FloatPointer(gradient.contiguous().data_ptr()).get(gradients, entry.offset(), entry.size());
            } else {
                // A weight that took no part in this step.
                Arrays.fill(gradients, entry.offset(), entry.offset() + entry.size(), 0f);
            }
        }
    }

    /** Answers of every exit and, last, of full depth, each [rows * width]. */
    @SuppressWarnings("try") // scope and guard work by being open
    float[][] forward(Map<String, HostTensor> inputs, boolean exitsToo) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            // What is exported is float32, so that is what is judged.
            give(inputs, Precision.FLOAT32);
            List<Tensor> states = new ArrayList<>();
            Full full = computed(states);
            int exits = exitsToo ? network.exitCount() : 0;
            float[][] answers = new float[exits + 1][];
            for (int exit = 1; exit <= exits; exit++) {
                answers[exit - 1] = Torch.floats(exit(states.get(exit), exit).output());
            }
            answers[exits] = Torch.floats(full.output());
            return answers;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            leaves.forEach(Tensor::releaseReference);
            flat.releaseReference();
            storage.releaseReference();
            frame.close();
            if (exitFrame != null) {
                exitFrame.close();
            }
        }
    }
}
